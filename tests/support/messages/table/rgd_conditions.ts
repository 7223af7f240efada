/** The messages of the conditions of ResourceGraphDefinitions and GraphRevisions. */
import type { Section } from "./types.ts";

/** The section about conditions of ResourceGraphDefinitions in `docs/messages.md`. */
export const RGD_CONDITIONS: Section = {
  title: "Conditions of a ResourceGraphDefinition",
  intro:
    "Read them with `kubectl describe rgd NAME`. `Ready` copies the first condition below it that is not true. " +
    "A GraphRevision has the condition `GraphVerified`.",
  entries: [
    {
      code: "GraphAccepted=True/Valid",
      texts: ["resource graph and schema are valid"],
      cause: "The spec compiles.",
      remedy: "Nothing.",
    },
    {
      code: "GraphAccepted=False/InvalidResourceGraph",
      texts: ['node "<id>"', "… (at offset <n>)", '… did you mean "<name>"?'],
      cause:
        "Static analysis found problems, or the API server refused the GraphRevision. Each line of the message is " +
        "one problem and ends with its code in brackets.",
      remedy: "Look up the text under “Problems of static analysis”, and correct the spec.",
    },
    {
      code: "GraphAccepted=Unknown/KindsUnavailable",
      texts: [
        "cannot tell what <kind> of <apiVersion> is: <why>",
        "… its API does not answer",
        "… CRD <name> is not established",
      ],
      cause:
        "A kind that the graph uses cannot be looked up: its aggregated API or its CRD is down.",
      remedy:
        "Check `kubectl get apiservices` and `kubectl get crd`; kro retries, and the graph that served last goes on serving.",
    },
    {
      code: "GraphRevisionsResolved=True/Resolved",
      texts: ["revision <n> compiled and active"],
      cause: "Instances are reconciled by this revision.",
      remedy: "Nothing.",
    },
    {
      code: "GraphRevisionsResolved=False/Failed",
      texts: ["latest graph revision <n> failed compilation"],
      cause:
        "The spec was recorded as a revision earlier and does not compile any longer, for example because a CRD that it uses changed.",
      remedy: "Read GraphAccepted for the problems, and correct the spec or restore the CRD.",
    },
    {
      code: "KindReady=True/Ready",
      texts: ["kind <kind> has been accepted and ready"],
      cause: "The generated CRD is established.",
      remedy: "Nothing.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "failed to update CRD <name>: <why><advice>",
        "… CRD already exists and is not owned by KRO",
      ],
      cause: "A CRD of that name exists, and kro did not create it.",
      remedy: "Choose another `spec.schema.kind` or `group`, or delete the foreign CRD.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "… CRD is owned by another ResourceGraphDefinition <name>",
        "…, which does not exist. To take over the CRD with its instances, label it <label>=<name>",
      ],
      cause: "Another ResourceGraphDefinition defines the same kind, or did and was deleted.",
      remedy:
        "Choose another kind or group; if the other RGD was deleted, set the label that the message names to take the CRD over.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "cannot create kind <kind>: the API server itself serves <plural> of <apiVersion> (kind <other>); choose another group or kind",
      ],
      cause:
        "The API server or an aggregated API has this kind or plural already; a CRD would be shadowed.",
      remedy: "Change `spec.schema.group` or `spec.schema.kind`.",
    },
    {
      code: "KindReady=False/Failed",
      texts: ["CRD <name> is being deleted; it is created again once its instances are deleted"],
      cause: "The CRD has a deletionTimestamp, and finalizers of its instances hold it.",
      remedy: "Wait; if it does not end, look for finalizers with `kubectl get KIND -A -o yaml`.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "names of CRD <name> are not accepted: <why>",
        "CRD <name> was not established in time",
        "CRD <name> was deleted",
      ],
      cause:
        "The API server did not establish the CRD: another CRD has one of its names, it is slow, or the CRD was deleted while kro waited.",
      remedy:
        "Read `kubectl describe crd NAME`, and free the name or choose another kind; kro retries.",
    },
    {
      code: "KindReady=False/Failed",
      texts: [
        "cannot update CRD <name>: breaking changes detected: <changes>. To update it anyway, annotate the ResourceGraphDefinition with <annotation>=true",
      ],
      cause:
        "The new schema would make existing instances invalid. The last graph serves until this is decided.",
      remedy:
        'Undo the change, or set the annotation `kro.run/allow-breaking-changes: "true"`. The changes are listed below.',
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
        "Validation rule <rule> was added",
        "Validation rule <rule> was removed",
        "<word> was <how>",
        "<word> <value> was added",
        "<word> <value> was removed",
        "<word> changed from <old> to <new>",
      ],
      cause:
        "A difference between the CRD in the cluster and the one that the spec generates; the path follows in brackets.",
      remedy:
        "For a breaking change, restore that part of `spec.schema` or allow it by the annotation; other changes need nothing.",
    },
    {
      code: "KindReady=False/WaitingForInstances",
      texts: ["waiting for instances to be gone: <names><more>", "… and <n> more"],
      cause:
        "The RGD is being deleted, and CRD deletion is allowed: its instances are deleted first.",
      remedy: "Wait; if an instance stays, read its condition ResourcesReady.",
    },
    {
      code: "ControllerReady=True/Running",
      texts: ["controller is running"],
      cause: "Instances of the kind are watched and reconciled.",
      remedy: "Nothing.",
    },
    {
      code: "ControllerReady=False/FailedToStart",
      texts: [
        "caches are not synced in time: <caches>",
        "cache of <kind> is not synced",
        "cache of <kind> is not synced<why>",
      ],
      cause:
        "The instance controller cannot watch a kind: a right is missing, the API server is slow, or the RGD has problems and no earlier revision serves.",
      remedy:
        "Grant kro `get`, `list` and `watch` on the kind, or read GraphAccepted; kro retries.",
    },
    {
      code:
        "ControllerReady=False/ReconciliationSuspended, ResourcesReady=False/ReconciliationSuspended",
      texts: ["reconciliation suspended via kro.run/reconcile annotation"],
      cause:
        "The RGD or the instance has the annotation `kro.run/reconcile` with the value `suspended` or `disabled`.",
      remedy: "Remove the annotation to resume.",
    },
    {
      code: "GraphVerified=True/Verified",
      texts: ["graph revision compiled and verified"],
      cause: "The GraphRevision compiles.",
      remedy: "Nothing.",
    },
    {
      code: "GraphVerified=False/InvalidGraph",
      texts: ['failed to compile graph revision "<name>": <problems>'],
      cause: "The GraphRevision does not compile, so it cannot serve.",
      remedy: "Correct the RGD: the problems are those of its condition GraphAccepted.",
    },
  ],
};
