/** The messages of instances' conditions, with the reasons why a node is not ready. */
import type { Section } from "./types.ts";

/** The section about conditions of instances in `docs/messages.md`. */
export const INSTANCE_CONDITIONS: Section = {
  title: "Conditions of an instance",
  intro:
    "`kubectl describe KIND NAME` shows the conditions of an instance. The condition `Ready` has the reason and message of the first " +
    "other condition that is not true, and `InstanceSynced` repeats `Ready`. In messages, a node is a resource of the RGD, named by its `id`.",
  entries: [
    {
      code: "InstanceManaged=True/Managed",
      texts: ["instance is properly managed with finalizers and labels"],
      cause: "The instance has kro's finalizer, labels and inventory.",
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
        "Grant kro `patch` on the kind of the instance, or change the admission policy that refused the patch. kro retries.",
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
        "Another client edited the labels or annotations in which kro records the instance's objects. kro does not delete objects when this record is invalid.",
      remedy:
        "Restore the label or annotation to the value that the message names. If the instance is being deleted, you can instead delete its objects and then remove its finalizer.",
    },
    {
      code: "InstanceManaged=False/ManagementFailed, ResourcesReady=Unknown/UnderDeletion",
      texts: [
        "the annotation <key> lists <count> kinds, at most <limit> are allowed; remove the kinds of which the instance has no objects",
        "the inventory has too many namespaces (<count>) for a list of each",
      ],
      cause:
        "Another client added kinds or namespaces to the annotations in which kro records the instance's objects. Listing all of them would cost too many requests. For namespaces, this is the case only if kro may not list all namespaces of the cluster.",
      remedy:
        "Remove from the annotations the kinds and namespaces in which the instance has no objects.",
    },
    {
      code: "GraphResolved=True/Resolved",
      texts: ["runtime graph created and all resources resolved"],
      cause:
        "The instance's RGD has an active revision, and all expressions in the status were evaluated.",
      remedy: "Nothing.",
    },
    {
      code: "GraphResolved=False/ResolutionFailed",
      texts: ["failed to evaluate status fields: <fields>"],
      cause:
        "An expression of `spec.schema.status` failed, or the RGD has no usable revision. In the second case, the message contains the RGD's message.",
      remedy: "Correct the expression, for example with `.orValue(..)`, or correct the RGD.",
    },
    {
      code: "GraphResolved=False/ResolutionFailed",
      texts: [
        '"<expression>": it does not yield a condition',
        "condition types produced twice: <types>",
      ],
      cause:
        "The result of an expression of `status.conditions` is not a condition, or two expressions return conditions of the same type.",
      remedy: "Use `runtime.newCondition({…})` with a different `type` in each expression.",
    },
    {
      code: "ResourcesReady=True/AllResourcesReady",
      texts: ["all resources are created and ready"],
      cause: "All objects of the instance are applied and ready.",
      remedy: "Nothing.",
    },
    {
      code: "InstanceSynced=True/ReconciliationSucceeded",
      texts: ["Instance reconciled successfully"],
      cause: "The condition `Ready` of the instance is true.",
      remedy: "Nothing.",
    },
    {
      code: "InstanceSynced=False/AwaitingReconciliation",
      texts: ['condition "<type>" is awaiting reconciliation'],
      cause: "No pass has written this condition yet.",
      remedy:
        "Wait. If the message does not change, check that the controller is running and holds the Lease.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "resource reconciliation failed: <cause>",
        "apply results contain errors:",
        'node "<id>": <why>',
        'node "<id>": <what><why>',
        "collection item <index><others>: <why>",
        "… (also <indexes><more>)",
        "and <n> more failures",
        "<message>; see the condition <type>",
      ],
      cause: "At least one node failed or is waiting. Each line of the message describes one node.",
      remedy:
        "Search this section and “Failures of expressions” for the part of the message that follows the node's id.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for node "<id>": <why>',
        'readyWhen condition evaluated to false: "<expression>" (waiting for readiness)',
        'node "<id>": <where>: <cause> (waiting for readiness)',
        "… <field> is <value>",
      ],
      cause:
        "The object was applied, but its `readyWhen` is false. The message contains the values of the fields that the expression reads.",
      remedy:
        "Check the object with `kubectl describe`. If `readyWhen` can never become true, correct the expression.",
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
      cause:
        "The expression of `readyWhen` or `includeWhen` failed, or its result is not a boolean.",
      remedy: "Correct the expression in the RGD. “Failures of expressions” explains the failure.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for unresolved resource: gvr "<group/version>, Resource=<plural>": <why>',
        'node "<id>": dependent node "<other>" not ready: <why>',
        'node "<id>": includeWhen dependency "<other>" not ready: <why>',
        'node "<id>": includeWhen "<expression>"',
        "… (data pending)",
        "failed to evaluate expression:",
      ],
      cause: "An expression reads a field that does not exist yet, or a node that is not ready.",
      remedy:
        "Wait for the node that the message names. If the field never appears, correct the expression, or make the field optional with `?`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ["the instance does not give <field>"],
      cause: "An expression reads a field that the instance does not have and that has no default.",
      remedy:
        "Set the field in the instance; or, in the RGD, give the field a default, or read it as optional with `?`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "the <what> of the instance has <n> characters, but is also the value of the label <label>, which holds at most <n>; use a shorter <what>",
        "… API group",
      ],
      cause:
        "kro labels each object with the name and the API group of its instance. A label holds fewer characters than a name.",
      remedy: "Create the instance under a shorter name, or give the RGD a shorter group.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ["<apiVersion>, kind <kind> is not served", "<fault>; waiting for the kind"],
      cause:
        "The API server served the kind when the RGD was read, and does not serve it now: its CRD was deleted, or this version of it.",
      remedy:
        "Create the CRD again, or remove the resource from the RGD; kro goes on as soon as the kind is served.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'waiting for external reference "<id>": <why>',
        'waiting for external collection "<id>": <why>',
        "… not found",
      ],
      cause: "An object of an `externalRef` does not exist, or is not ready.",
      remedy: "Create the object, or correct the name and namespace of the `externalRef`.",
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
        "After the evaluation of its expressions, the label selector of an `externalRef` is invalid.",
      remedy:
        "Correct `externalRef.metadata.selector`, or the field of the instance that the selector reads.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'node "<id>": forEach "<variable>" did not return a list',
      ],
      cause: "The result of an expression of `forEach` is not a list, for example null.",
      remedy:
        "Correct the expression, or add a default value as in `${schema.spec.?items.orValue([])}`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ["collection size of <n> is over the maximum collection size of <limit>"],
      cause:
        "The `forEach` of a node creates more objects than `--rgd-max-collection-size` allows.",
      remedy: "Limit the lists with the marker `maxItems`, or raise `--rgd-max-collection-size`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ['node "<id>" identity collision: duplicate identity: <object>'],
      cause:
        "Two objects of a `forEach` have the same kind, namespace and name, for example because a list contains an element twice.",
      remedy:
        "Remove the duplicate element, or use a unique part of the element in `metadata.name`.",
    },
    {
      code: "ResourcesReady=False/NotReady, GraphResolved=False/ResolutionFailed",
      texts: [
        'node "<id>": <field> is nested too deeply to be compared',
        "… <field> is nested too deeply to be compared",
      ],
      cause:
        "The result of the field's expression has more than 128 levels of nested lists or objects, which kro does not compare with the object in the cluster.",
      remedy:
        "Check the values of the instance that the expression reads, and reduce their nesting.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'node "<id>": metadata.name is empty',
        'node "<id>" is namespaced and must resolve metadata.namespace when the instance is cluster-scoped',
      ],
      cause:
        "After the evaluation of the template, the object has no name or lacks a required namespace.",
      remedy: "Set `metadata.name` and `metadata.namespace` in the template.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: ['node "<id>": metadata.<field> is not a map of strings'],
      cause:
        "After the evaluation of the template, the labels or annotations are not an object, or one of their values is not a string.",
      remedy: "Convert the values to strings, such as `${string(schema.spec.count)}`.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "found resources with conflicts: <conflicts>",
        "resourceID: <id> conflicts with resourceID: <other> (<object>)",
      ],
      cause: "Two nodes of the RGD have an object with the same kind, namespace and name.",
      remedy: "Change `metadata.name` or `metadata.namespace` of one of the two nodes.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        'resource belongs to a different ApplySet: <object> belongs to ApplySet "<id>", cannot reassign to "<own>"<owner>',
        "…; it is an object of <kind> <name>",
        'apply <object>: it belongs to ApplySet "<id>", not to "<own>"',
      ],
      cause:
        "Another instance, or another tool that uses ApplySets, manages an object with the same name.",
      remedy:
        "Give the objects different names. If the other owner no longer exists, remove the label `applyset.kubernetes.io/part-of` from the object.",
    },
    {
      code: "ResourcesReady=False/NotReady",
      texts: [
        "<object>: <manager> keeps reverting <field>; kro backs off repairing it until that stops",
        '… field manager "<name>"',
        "… a client that the managed fields do not name",
      ],
      cause:
        "Another controller or a user changes a field of the template again each time that kro repairs the field.",
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
        "kro cannot list or delete an object that the graph no longer contains, or another client created the object again.",
      remedy: "Grant kro `list` and `delete` on the kind of the object. kro retries.",
    },
    {
      code: "ResourcesReady=False/ResourceDeleting",
      texts: [
        'resource "<name>" for node "<id>" is currently being deleted; waiting for deletion to complete before continuing reconciliation',
      ],
      cause:
        "Another client is deleting an object of the instance. kro creates the object again when the deletion is complete.",
      remedy: "Wait. If the message remains, check the finalizers of the object.",
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
      cause:
        "The instance is being deleted. kro first deletes its objects, in waves in reverse apply order.",
      remedy:
        "Wait. If the message names finalizers of an object, check the controllers that must remove these finalizers.",
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
        "kro cannot delete the instance's objects, or cannot determine whether objects remain because their kind is not served.",
      remedy:
        "Restore the API or the CRD, or grant kro `list` and `delete`. kro retries, and keeps the finalizer of the instance until then.",
    },
  ],
};
