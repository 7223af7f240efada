/** The messages of instances' conditions, with the reasons why a node is not ready. */
import type { Section } from "./types.ts";

/** The section about conditions of instances in `docs/messages.md`. */
export const INSTANCE_CONDITIONS: Section = {
  title: "Conditions of an instance",
  intro:
    "Read them with `kubectl describe KIND NAME`. `Ready` copies the first condition below it that is not true, and " +
    "`InstanceSynced` repeats `Ready`. In messages, `node` is the `id` of a resource of the RGD.",
  entries: [
    {
      code: "InstanceManaged=True/Managed",
      texts: ["instance is properly managed with finalizers and labels"],
      cause: "Finalizer, labels and inventory are on the instance.",
      remedy: "Nothing.",
    },
    {
      code: "InstanceManaged=False/ManagementFailed",
      texts: [
        "finalizer/labeling failed: <error>",
        "failed to patch instance with applyset labels",
        "failed to patch instance with applyset labels: <error>",
      ],
      cause: "The API server refused the patch of the instance's metadata.",
      remedy:
        "Grant kro `patch` on the kind, or change the admission policy that refused it; kro retries.",
    },
    {
      code: "InstanceManaged=False/ManagementFailed, ResourcesReady=Unknown/UnderDeletion",
      texts: [
        "cannot install finalizer with invalid ApplySet inventory: <why>",
        "validate deletion inventory: <why>",
        'invalid <key> label: got "<value>", want "<expected>"',
        'invalid <key> annotation: "<value>" is not kro\'s',
        "invalid <key> annotation: it is missing",
        'invalid <key> annotation: "<value>"',
        'invalid <key> annotation: got "<value>", want "<expected>"',
      ],
      cause:
        "Another client edited the labels or annotations in which kro records the instance's objects; kro does not delete by a record that it cannot trust.",
      remedy:
        "Restore the label or annotation to the value that is wanted. An instance that is being deleted can also be ended by hand: delete its objects, then its finalizer.",
    },
    {
      code: "GraphResolved=True/Resolved",
      texts: ["runtime graph created and all resources resolved"],
      cause: "A graph serves the instance.",
      remedy: "Nothing.",
    },
    {
      code: "GraphResolved=False/ResolutionFailed",
      texts: ["failed to evaluate status fields: <fields>"],
      cause:
        "An expression of `spec.schema.status` fails; or the RGD has no usable revision, and its own message follows.",
      remedy:
        "Correct the expression, for example with `.orValue(..)`; without a revision, correct the RGD.",
    },
    {
      code: "GraphResolved=False/ResolutionFailed",
      texts: [
        '"<expression>": it does not yield a condition',
        "condition types produced twice: <types>",
      ],
      cause:
        "An expression of `status.conditions` yields another value than conditions, or two yield the same type.",
      remedy: "Use `runtime.newCondition({…})`, with a type of its own in each.",
    },
    {
      code: "ResourcesReady=True/AllResourcesReady",
      texts: ["all resources are created and ready"],
      cause: "Every node is applied and ready.",
      remedy: "Nothing.",
    },
    {
      code: "InstanceSynced=True/ReconciliationSucceeded",
      texts: ["Instance reconciled successfully"],
      cause: "Ready is true.",
      remedy: "Nothing.",
    },
    {
      code: "InstanceSynced=False/AwaitingReconciliation",
      texts: ['condition "<type>" is awaiting reconciliation'],
      cause: "No pass has written this condition yet.",
      remedy: "Wait for a pass; if it stays, check that the controller runs and holds its lease.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "resource reconciliation failed: <cause>",
        "apply results contain errors:",
        'node "<id>": <why>',
        'node "<id>": <what><why>',
        "collection item <index>: <why><more>",
        "… (and <n> more)",
      ],
      cause: "At least one node failed or waits; each line is one node.",
      remedy:
        "Look up what follows the node's id in this section or under “Failures of expressions”.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for node "<id>": <why>',
        'readyWhen condition evaluated to false: "<expression>" (waiting for readiness)',
        'node "<id>": <where> (waiting for readiness)',
        "… <field> is <value>",
      ],
      cause:
        "The object was applied, and its `readyWhen` is false; the fields that the expression reads follow with their values.",
      remedy:
        "Look at the object itself with `kubectl describe`; correct `readyWhen` if it can never become true.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'failed to evaluate readyWhen "<expression>" (item <index>)',
        'failed to evaluate readyWhen expression: "<expression>"',
        'node "<id>": <where>: <why>',
        "… it did not return a bool",
        "<where>: it did not return a bool",
      ],
      cause: "`readyWhen` or `includeWhen` fails, or yields something other than true or false.",
      remedy:
        "Correct the expression in the RGD; the failure is explained under “Failures of expressions”.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for unresolved resource: gvr "<group/version>, Resource=<plural>": <why>',
        'node "<id>": dependent node "<other>" not ready: <why>',
        'node "<id>": includeWhen dependency "<other>" not ready: <why>',
        'node "<id>": includeWhen "<expression>"',
        "<message> (data pending)",
        "failed to evaluate expression:",
      ],
      cause: "An expression reads a field that does not exist yet, or a node that is not ready.",
      remedy:
        "Wait for the node that is named; if the field never appears, correct the expression or make it optional with `?`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for external reference "<id>": <why>',
        'waiting for external collection "<id>": <why>',
        "… not found",
      ],
      cause: "An object of an `externalRef` does not exist, or is not ready.",
      remedy: "Create it, or correct name and namespace of the `externalRef`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "invalid label selector for <id>: <why>",
        "… a LabelSelector must be an object",
        "… matchLabels must be a map of strings",
        '… matchLabels: "<key>" must be a string',
        '… matchLabels: "<key>" is not a label key',
        '… matchLabels: the value of "<key>" is not a label value',
        "… matchExpressions must be a list",
        "… must be an object",
        "… key must be a label key",
        "… values must be a list of label values",
        "… values must not be empty for operator <operator>",
        "… values must be empty for operator <operator>",
        "… operator must be In, NotIn, Exists or DoesNotExist",
      ],
      cause:
        "The selector of an external collection is not valid once its expressions are evaluated.",
      remedy: "Correct `externalRef.metadata.selector`, or the instance's field that it reads.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'node "<id>": forEach "<variable>" did not return a list',
      ],
      cause: "A list of `forEach` evaluates to another value, such as null.",
      remedy: "Correct the expression, or give it a default: `${schema.spec.?items.orValue([])}`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ["collection size of <n> is over the maximum collection size of <limit>"],
      cause: "The lists of `forEach` multiply to more objects than one node may have.",
      remedy: "Bound the lists with `maxItems`, or raise `--rgd-max-collection-size`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ['node "<id>" identity collision: duplicate identity: <object>'],
      cause:
        "Two items of a `forEach` have the same kind, namespace and name, because a list has an element twice.",
      remedy: "Remove the duplicate, or use a unique part of the element in `metadata.name`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ['node "<id>": <field> is nested too deeply to be compared'],
      cause:
        "The field's expression yields lists or objects of more than 128 levels, which kro does not compare with the cluster.",
      remedy: "Look at the instance: no Kubernetes kind needs so many levels.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'node "<id>": metadata.name <why>',
        "… is empty",
        "… must be given: objects are found again by name, so generateName is not supported",
        'node "<id>" is namespaced and must resolve metadata.namespace when the instance is cluster-scoped',
      ],
      cause: "After evaluation the object has no name, or no namespace where it needs one.",
      remedy: "Set `metadata.name` and `metadata.namespace` in the template.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "found resources with conflicts: <conflicts>",
        "resourceID: <id> conflicts with resourceID: <other> (<object>)",
      ],
      cause: "Two nodes of the RGD yield the same object.",
      remedy: "Give one of them another `metadata.name` or namespace.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'resource belongs to a different ApplySet: <object> belongs to ApplySet "<id>", cannot reassign to "<own>"<owner>',
        "…; it is an object of <kind> <name>",
        'apply <object>: it belongs to ApplySet "<id>", not to "<own>"',
      ],
      cause: "Another instance, or another ApplySet tool, manages an object of the same name.",
      remedy:
        "Give the objects different names; if the other owner no longer exists, remove the label `applyset.kubernetes.io/part-of` from the object.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "<object>: <manager> keeps reverting <field>; kro backs off repairing it until that stops",
        '… field manager "<name>"',
        "… a client that the managed fields do not name",
      ],
      cause:
        "Another controller or a user writes the same field as the template, each time that kro repairs it.",
      remedy: "Remove the field from the template, or stop the other manager from writing it.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "prune failed",
        "prune encountered UID conflicts; retrying",
        "list orphans failed",
      ],
      cause:
        "An object that the graph no longer has cannot be listed or deleted, or was created again meanwhile.",
      remedy: "Grant kro `list` and `delete` on its kind; kro retries.",
    },
    {
      code: "ResourcesReady=False/ResourceDeleting",
      texts: [
        'resource "<name>" for node "<id>" is currently being deleted; waiting for deletion to complete before continuing reconciliation',
      ],
      cause:
        "An object of the instance has a deletionTimestamp; kro creates it again once it is gone.",
      remedy: "Wait; if it stays, look at the object's finalizers.",
    },
    {
      code: "ResourcesReady=Unknown/UnderDeletion",
      texts: [
        "deleting resources",
        "deleting resources: waiting for <objects>",
        "… <object> (finalizers: <names>)",
        "deleting apply-order wave <n>",
        "waiting for pruned objects to be gone",
      ],
      cause: "The instance is being deleted, and its objects go first, wave by wave.",
      remedy:
        "Wait; an object that is named with finalizers is held by the controller of these finalizers.",
    },
    {
      code: "ResourcesReady=Unknown/UnderDeletion",
      texts: [
        "deletion blocked: <why>",
        "deletion encountered UID conflicts; retrying",
        "cannot tell whether objects of <kind> remain: <why>",
        "… APIService <name> is not available",
        "… its CRD serves no version",
      ],
      cause:
        "kro cannot delete the instance's objects, or cannot tell whether some remain because their kind is not served.",
      remedy:
        "Restore the API or the CRD, or grant kro `list` and `delete`; kro retries and keeps the finalizer meanwhile.",
    },
  ],
};
