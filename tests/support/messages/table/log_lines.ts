/** The messages that kro logs, by log category. */
import type { Section } from "./types.ts";

/** The section about log lines in `docs/messages.md`. */
export const LOG_LINES: Section = {
  title: "Log lines",
  intro:
    "The code is the line's category and level; JSON lines have both as fields, and the values as fields of their " +
    "own. DEBUG and TRACE lines need `-v 1` and `-v 2`.",
  entries: [
    {
      code: "kro.controller INFO",
      texts: [
        "controller started",
        "controller stopped",
        "listening on <url>",
        "received <signal>: stopping; a second signal ends kro at once",
      ],
      cause: "The process starts or stops.",
      remedy: "Nothing.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "flags without effect: <flags>",
        "… revisions are reconciled with their RGD",
        "… --debug-dir gives heap snapshots",
        "… no stack traces are logged",
        "… times are RFC 3339",
        "… --enable-controller-warmup (without --leader-elect)",
      ],
      cause: "These flags are accepted so that upstream's command line works, and change nothing.",
      remedy: "Remove them.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "running passes are aborted: they exceed --graceful-shutdown-timeout; the next start repeats them",
      ],
      cause: "Passes still waited for the API server when the time to stop was over.",
      remedy:
        "Raise `--graceful-shutdown-timeout`, and `terminationGracePeriodSeconds` of the pod above it.",
    },
    {
      code: "kro.controller WARN",
      texts: ["the watch of <kind> missed <n> changes, found by the resync"],
      cause:
        "Events of the kind did not arrive, for example behind a proxy that drops idle connections.",
      remedy:
        "Nothing is lost: the instances are reconciled now. If it repeats, check the connection to the API server and lower `--dynamic-controller-default-resync-period`.",
    },
    {
      code: "kro.controller WARN",
      texts: ["resync of <kind> failed: <error>"],
      cause: "The list that compares the cache with the cluster failed.",
      remedy: "Look up the error; the next resync tries again.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "the event loop was blocked for <duration>; passes meanwhile: <passes>; last event: <event>",
      ],
      cause:
        "All work of the process waited: one of the passes or the last watch event took that long, or the process is short of CPU.",
      remedy:
        "Look at the CPU limit of the pod first. If one instance is named again and again, look for very large values in it, and report it.",
    },
    {
      code: "kro.process ERROR",
      texts: [
        "internal error in <work>, please report it: <error>",
        "… nested deeper than <n> levels",
      ],
      cause: "An error that no code caught: a bug. The process continues.",
      remedy: "Report the line with its stack. `kro_internal_errors_total` counts such errors.",
    },
    {
      code: "kro.controller ERROR",
      texts: [
        "cannot check who may read <path>: <error>; <flag> needs the right to create tokenreviews and subjectaccessreviews",
      ],
      cause:
        "The API server refused or did not answer the reviews of `--metrics-auth` or `--http-auth`.",
      remedy: "Bind kro's service account to the ClusterRole `system:auth-delegator`.",
    },
    {
      code: "kro.graph INFO",
      texts: [
        "graph <graph> is <state>",
        "graph <graph> recovered",
        "graph <graph> deleted",
        "graph <graph> deleted; its CRD <crd> stays",
      ],
      cause: "An RGD changed its state, waits for its instances, or was deleted.",
      remedy:
        "Nothing. A CRD stays without `--allow-crd-deletion`; delete it by hand when its instances are no longer needed.",
    },
    {
      code: "kro.graph ERROR",
      texts: ["graph <graph> failed: <error>"],
      cause: "The RGD has problems, or cannot be published.",
      remedy: "Read the RGD's conditions; the error is one of their messages.",
    },
    {
      code: "kro.graph WARN",
      texts: ["cannot watch instances of <crd>, retrying: <error>"],
      cause: "The RGD of a CRD was deleted, and kro cannot watch the instances that it left.",
      remedy:
        "Grant kro `list` and `watch` on the kind; deletions of its instances wait until then.",
    },
    {
      code: "kro.graph WARN",
      texts: [
        "cannot watch APIServices: <error>; retries find new aggregated APIs within two minutes",
      ],
      cause: "kro may not list or watch APIServices.",
      remedy:
        "Grant `list` and `watch` on `apiservices.apiregistration.k8s.io`, or accept the delay.",
    },
    {
      code: "kro.instance INFO",
      texts: ["<kind> <instance> is <state>", "<kind> <instance> recovered"],
      cause: "An instance changed its state.",
      remedy: "Nothing.",
    },
    {
      code: "kro.instance INFO",
      texts: ["<kind> <instance> adopted <object>, which had no owner"],
      cause:
        "An object of that name existed without the label of an ApplySet, and kro applied the template to it.",
      remedy:
        "If the object was another application's, rename the node's object and restore the other one.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "<kind> <instance> failed, retrying with backoff: <error>",
        "… grant kro that right, by a ClusterRole labelled rbac.kro.run/aggregate-to-controller=true",
      ],
      cause:
        "A pass failed; the line names the failed nodes and, where it is known, what to do in `next`.",
      remedy: "Read the instance's conditions; for a missing right add the ClusterRole.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "instance <instance> of <crd> failed <retries> times in a row, no more retries: it is reconciled again at its next change, at a change of its objects, or at the resync",
      ],
      cause: "`--dynamic-controller-default-queue-max-retries` is used up.",
      remedy:
        "Correct the cause in its conditions; then change or annotate the instance to start a pass.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "the API server did not keep <fields> of the status: the CRD <name>.<group> has no such fields; another client changed it, and kro restores it",
      ],
      cause: "The schema in the cluster's CRD differs from the generated one.",
      remedy: "Stop the client that edits the CRD; kro writes it and the status again.",
    },
    {
      code: "kro.instance ERROR, GraphResolved=False/StatusRefused",
      texts: ["failed to write the status: <error>"],
      cause:
        "The API server refused the status. State and conditions are written without the refused fields, if the API server accepts those.",
      remedy:
        "Correct the expression of the field that the error names; without a field, grant kro `patch` on the subresource `status` of the kind.",
    },
    {
      code: "kro.instance WARN, kro.<part> WARN",
      texts: ["watch of <kind> failed, retrying: <error>"],
      cause: "A watch ended with an error: a missing right, or the API server is not reachable.",
      remedy:
        "Grant kro `list` and `watch` on the kind; the error is explained under “Requests to the API server”.",
    },
    {
      code: "kro.instance WARN",
      texts: ["cannot write an Event of <kind> <instance>: <error>"],
      cause: "The API server refused an Event; the instance itself is not affected.",
      remedy:
        "Grant kro `create` and `patch` on `events`, or turn off the feature gate `InstanceConditionEvents`.",
    },
    {
      code: "kro.instance DEBUG",
      texts: ["pass over <kind> <instance>: <state>"],
      cause: "A pass ended.",
      remedy: "Nothing.",
    },
    {
      code: "kro.instance TRACE",
      texts: ["<kind> <instance>: node <node> is <state>"],
      cause: "The result of one node in a pass.",
      remedy: "Nothing.",
    },
    {
      code: "kro.lease INFO",
      texts: [
        "acquired lease <namespace>/<lease>",
        "waiting for lease <namespace>/<lease>, held by <holder>",
      ],
      cause: "With leader election one controller works, and the others wait.",
      remedy: "Nothing.",
    },
    {
      code: "kro.lease WARN",
      texts: ["lost lease <namespace>/<lease>; continues, as leader election is off"],
      cause:
        "The Lease could not be renewed in time. It serves one-shot commands alone, which may now reconcile themselves.",
      remedy: "Check the API server's latency.",
    },
    {
      code: "kro.lease WARN",
      texts: [
        "lost lease <namespace>/<lease>: no writes until it is acquired again; if the API server responds, look for a second leader or a process short of CPU",
      ],
      cause: "The Lease was not renewed within `--leader-election-renew-deadline`.",
      remedy:
        "Check the API server's latency and the pod's CPU limit; raise the three lease durations if both are slow for good.",
    },
    {
      code: "kro.lease WARN",
      texts: [
        "another controller is running: <holder> holds lease <namespace>/<lease>; stop one of them, or run both with --leader-elect",
      ],
      cause: "Two controllers without leader election reconcile the same cluster.",
      remedy: "Scale to one replica, or set `--leader-elect` on both.",
    },
    {
      code: "kro.lease WARN",
      texts: [
        "cannot get or renew lease <namespace>/<lease>, retrying: <error>",
        "cannot watch lease <namespace>/<lease>, reading it when it expires: <error>",
      ],
      cause: "The API server does not answer, or a right on the Lease is missing.",
      remedy:
        "Grant kro `get`, `list`, `watch`, `create` and `update` on `leases.coordination.k8s.io` in the namespace.",
    },
    {
      code: "kro.lease DEBUG",
      texts: ["cannot record the Event about the new leader: <error>"],
      cause: "kro may not create Events in the Lease's namespace.",
      remedy: "Grant `create` on `events`, or ignore it.",
    },
    {
      code: "kro.debug INFO",
      texts: ["wrote a heap snapshot to <path>"],
      cause: "The process received SIGUSR2.",
      remedy: "Nothing.",
    },
    {
      code: "kro.debug ERROR",
      texts: [
        "cannot write a heap snapshot: <error>; check that <folder> exists and that kro may write to it",
      ],
      cause: "The folder of `--debug-dir` is missing or read-only.",
      remedy: "Mount a writable volume at that path.",
    },
  ],
};
