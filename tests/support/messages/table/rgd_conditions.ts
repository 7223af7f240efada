/** The messages of the conditions of ResourceGraphDefinitions and GraphRevisions. */
import type { Section } from "./types.ts";

/** The section about conditions of ResourceGraphDefinitions in `docs/messages.md`. */
export const RGD_CONDITIONS: Section = {
  title: "Conditions of a ResourceGraphDefinition",
  intro:
    "`kubectl describe rgd NAME` shows the conditions of an RGD. The condition `Ready` has the reason and message of the first other " +
    "condition that is not true. A GraphRevision has the condition `GraphVerified`.",
  entries: [
    {
      code: "GraphAccepted=True/Valid",
      texts: ["resource graph and schema are valid"],
      cause: "The spec of the RGD has no problems.",
      remedy: "Nothing.",
    },
    {
      code: "GraphAccepted=False/InvalidResourceGraph",
      texts: ['node "<id>"', "… (at offset <n>)", '… did you mean "<name>"?'],
      cause:
        "Static analysis found problems, or the API server refused the GraphRevision. Each line of the message is " +
        "one problem and ends with its code in brackets.",
      remedy:
        "Look up the message under “Problems of static analysis”, and correct the spec of the RGD.",
    },
    {
      code: "GraphAccepted=Unknown/KindsUnavailable",
      texts: [
        "cannot tell what <kind> of <apiVersion> is: <why>",
        "… its API does not answer",
        "… CRD <name> is not established",
      ],
      cause:
        "kro cannot read the schema of a kind that the RGD uses, because the kind's aggregated API or CRD is not available.",
      remedy:
        "Check `kubectl get apiservices` and `kubectl get crd`. kro retries, and continues to reconcile instances with the last good revision. If kro has started since, kro reconciles no instance until the kind is available.",
    },
    {
      code: "GraphRevisionsResolved=True/Resolved",
      texts: ["revision <n> compiled and active"],
      cause: "kro reconciles instances with the revision that the message names.",
      remedy: "Nothing.",
    },
    {
      code: "GraphRevisionsResolved=False/Failed",
      texts: ["latest graph revision <n> failed compilation: <problems>"],
      cause:
        "The newest GraphRevision no longer compiles, for example because a CRD that the graph uses has changed. If kro has started since, kro reconciles no instance until the revision compiles or the RGD has a new spec.",
      remedy:
        "Read the problems in the condition `GraphAccepted`, and correct the spec or restore the CRD.",
    },
    {
      code: "KindReady=True/Ready",
      texts: ["kind <kind> has been accepted and ready"],
      cause: "The API server serves the kind of the generated CRD.",
      remedy: "Nothing.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "failed to update CRD <name>: <why><advice>",
        "… CRD already exists and is not owned by KRO",
      ],
      cause: "A CRD with the name of the generated CRD exists, and kro did not create it.",
      remedy: "Choose another `spec.schema.kind` or `spec.schema.group`, or delete the other CRD.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "… CRD is owned by another ResourceGraphDefinition <name>",
        "…, which does not exist. To take over the CRD with its instances, label it <label>=<name>",
      ],
      cause: "Another RGD defines the same kind, or a deleted RGD defined it.",
      remedy:
        "Choose another kind or group. If the other RGD was deleted, you can take over the CRD by setting the label that the message names.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "cannot create kind <kind>: the API server itself serves <plural> of <apiVersion> (kind <other>); choose another group or kind",
      ],
      cause:
        "The API server or an aggregated API already serves this kind or plural, so that a CRD would have no effect.",
      remedy: "Change `spec.schema.group` or `spec.schema.kind`.",
    },
    {
      code: "KindReady=False/Failed",
      texts: ["CRD <name> is being deleted; it is created again once its instances are deleted"],
      cause: "The CRD is being deleted, and finalizers of its instances delay the deletion.",
      remedy:
        "Wait. If the deletion does not finish, look for finalizers of instances with `kubectl get KIND -A -o yaml`.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "names of CRD <name> are not accepted: <why>",
        "CRD <name> was not established in time",
        "CRD <name> was deleted",
      ],
      cause:
        "The API server did not establish the CRD, because another CRD has one of its names, the API server is slow, or the CRD was deleted.",
      remedy:
        "Read `kubectl describe crd NAME`. Delete the CRD that has the same name, or choose another kind. kro retries.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "cannot update CRD <name>: breaking changes detected: <changes>. To update it anyway, annotate the ResourceGraphDefinition with <annotation>=true",
      ],
      cause:
        "The new schema can make existing instances invalid. kro continues to reconcile instances with the last good revision.",
      remedy:
        'Undo the change, or allow it with the annotation `kro.run/allow-breaking-changes: "true"` on the RGD.',
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "Type changed from <old> to <new>",
        "Version <name> was removed",
        "Property status was <how>",
        "Printer columns were changed",
        "Scope changed from <old> to <new>",
        "Names were changed: <key>",
        "Metadata was changed: <key>",
        "Metadata was removed: <key>",
        "Property <name> was removed",
        "Property <name> was added",
        "Property <name> was changed",
        "<Required> property <name> was added",
        "Field <name> is newly required",
        "Field <name> is no longer required",
        "Default value removed from required field <name>",
        "<word> constraint <value> was added",
        "<word> constraint <value> was removed",
        "<word> was <raised> from <old> to <new>",
        "Enum <values> was added",
        "Enum <values> was removed",
        "Enum value <value> was <how>",
        "Enum was changed",
        "Validation rule <rule> was added",
        "Validation rule <rule> was removed",
        "<word> was <how>",
        "<word> <value> was added",
        "<word> <value> was removed",
        "<word> changed from <old> to <new>",
      ],
      cause:
        "The CRD that the RGD generates differs from the CRD in the cluster. The path of the difference follows in brackets.",
      remedy:
        "For a breaking change, restore that part of `spec.schema`, or set the annotation `kro.run/allow-breaking-changes`. Other changes need no action.",
    },
    {
      code: "KindReady=False/WaitingForInstances",
      texts: ["waiting for instances to be gone: <names><more>", "… and <n> more"],
      cause:
        "The RGD is being deleted with `--allow-crd-deletion`, so that kro first deletes its instances.",
      remedy:
        "Wait. If an instance is not deleted, read the condition `ResourcesReady` of the instance.",
    },
    {
      code: "ControllerReady=True/Running",
      texts: ["controller is running"],
      cause: "kro watches and reconciles the instances of the kind.",
      remedy: "Nothing.",
    },
    {
      code: "ControllerReady=True/Running, ControllerReady=False/FailedToStart",
      texts: [
        "kro lacks permissions:",
        "<start><permissions>; add to kro's role the rules <rules>",
      ],
      cause:
        "kro lacks permissions that the graph needs in the whole cluster, or in the namespaces that its templates name.",
      remedy:
        "Add the rules in the message to kro's role, or apply the roles that `kro generate rbac` prints. If kro needs the permissions only in namespaces in which it has them, do nothing.",
    },
    {
      code: "ControllerReady=False/FailedToStart",
      texts: [
        "caches are not synced in time: <caches>",
        "cache of <kind> is not synced",
        "cache of <kind> is not synced<why>",
      ],
      cause:
        "kro cannot watch a kind because a permission is missing or the API server is slow, or the RGD has problems and no earlier revision is usable.",
      remedy:
        "Grant kro `get`, `list` and `watch` on the kind, or correct the problems in the condition `GraphAccepted`. kro retries.",
    },
    {
      code:
        "ControllerReady=False/ReconciliationSuspended, ResourcesReady=False/ReconciliationSuspended",
      texts: ["reconciliation suspended via kro.run/reconcile annotation"],
      cause:
        "The RGD or the instance has the annotation `kro.run/reconcile` with the value `suspended` or `disabled`.",
      remedy: "To resume, remove the annotation.",
    },
    {
      code: "GraphVerified=True/Verified",
      texts: ["graph revision compiled and verified"],
      cause: "The GraphRevision has no problems.",
      remedy: "Nothing.",
    },
    {
      code: "GraphVerified=False/InvalidGraph",
      texts: ['failed to compile graph revision "<name>": <problems>'],
      cause: "The GraphRevision does not compile, so that kro cannot use it.",
      remedy: "Correct the RGD. Its condition `GraphAccepted` lists the problems.",
    },
  ],
};
