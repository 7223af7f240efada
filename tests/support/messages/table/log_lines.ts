/** The messages that kro logs, grouped by log category. */
import type { Section } from "./types.ts";

/** The section about log lines in `docs/messages.md`. */
export const LOG_LINES: Section = {
  title: "Log lines",
  intro:
    "The code is the category and level of the log line. A log line in JSON has the category, the level and each value as fields. " +
    "kro logs DEBUG lines only with `-v 1` or `-v 2`, and TRACE lines only with `-v 2`.",
  entries: [
    {
      code: "kro.controller INFO",
      texts: [
        "the JavaScript heap is limited to <limit> MiB",
        "controller started",
        "kro only observes: it holds no Lease and sends no write",
        "controller stopped",
        "listening on <url>",
        "received <signal>: stopping; another signal after one second ends kro at once",
      ],
      cause: "The controller is starting or stopping.",
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
        "… --leader-elect (with --observe)",
        "… --allow-crd-deletion (with --observe)",
      ],
      cause: "kro accepts these flags of upstream for compatibility, but ignores them.",
      remedy: "Remove the flags that the message lists.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "running passes are aborted: they exceed --graceful-shutdown-timeout; the next start repeats them",
      ],
      cause: "Some passes did not finish within `--graceful-shutdown-timeout`.",
      remedy:
        "Raise `--graceful-shutdown-timeout`, and set the pod's `terminationGracePeriodSeconds` to a higher value.",
    },
    {
      code: "kro.controller WARN",
      texts: ["the watch of <kind> missed <n> changes, found by the resync"],
      cause:
        "kro did not receive some watch events of the kind, for example because a proxy drops idle connections.",
      remedy:
        "Nothing: kro now reconciles the instances. If the message repeats, check the connection to the API server, and lower `--dynamic-controller-default-resync-period`.",
    },
    {
      code: "kro.controller WARN",
      texts: ["the previous certificate stays in use: <error>"],
      cause: "The changed files of `--tls-cert-file` and `--tls-key-file` cannot be used.",
      remedy: "Correct the files. kro reads them again after a minute, without a restart.",
    },
    {
      code: "kro.controller INFO",
      texts: ["serving the new certificate of <file>"],
      cause: "The files of `--tls-cert-file` and `--tls-key-file` have changed.",
      remedy: "Nothing.",
    },
    {
      code: "kro.controller WARN",
      texts: ["resync of <kind> failed: <error>"],
      cause: "The list request of a full resync failed.",
      remedy: "Look up the error in “Requests to the API server”. The next resync tries again.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "the event loop was blocked for <duration>; passes meanwhile: <passes>; last event: <event>",
      ],
      cause:
        "kro's process could do no other work for the duration in the message: a pass or the last watch event took that long, or the process is short of CPU.",
      remedy:
        "Check the CPU limit of the pod. If the message repeatedly names the same instance, check the instance for very large values, and report the message.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "<kind> <object> is nested too deeply or has too many values: kro cannot compare it, and treats it as changed",
      ],
      cause:
        "Another client has written a deeply nested value or very many values into an object of kro, or has forged its managed fields.",
      remedy:
        "Nothing: kro applies the object again if an instance owns it. Find the client in the audit log of the API server.",
    },
    {
      code: "kro.controller WARN",
      texts: [
        "the JavaScript heap uses <used> MiB of its limit of <limit> MiB; raise the memory limit of the pod",
      ],
      cause:
        "More than 75 % of the JavaScript heap is in use, even after a garbage collection. The limit is `--max-old-space-size` in `DENO_V8_FLAGS`, or else 75 % of the container's memory. If the heap grows further, kro stops.",
      remedy:
        "Raise the memory limit of the pod. [Figures](figures.md) shows how much memory kro needs.",
    },
    {
      code: "kro.controller ERROR",
      texts: [
        "the JavaScript heap uses <used> MiB, more than its limit of <limit> MiB: kro stops; raise the memory limit of the pod",
      ],
      cause:
        "The objects in the JavaScript heap need more memory than the limit. kro releases its Lease and exits with code 1, and Kubernetes restarts the container.",
      remedy:
        "Raise the memory limit of the pod. [Figures](figures.md) shows how much memory kro needs.",
    },
    {
      code: "kro.process ERROR",
      texts: [
        "internal error in <work>, please report it: <error>",
        "… nested deeper than <n> levels",
      ],
      cause: "An internal error of kro, which is a bug. The process continues to run.",
      remedy:
        "Report the log line with its stack. The metric `kro_internal_errors_total` counts such errors.",
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
      cause: "The state of an RGD changed, or the RGD was deleted.",
      remedy:
        "Nothing. Without `--allow-crd-deletion`, kro keeps the CRD of a deleted RGD; delete the CRD when its instances are not needed any more.",
    },
    {
      code: "kro.graph ERROR",
      texts: ["graph <graph> failed: <error>"],
      cause: "The RGD has problems, or kro cannot write its CRD or revision.",
      remedy:
        "Read the RGD's conditions, which contain the error, and look up the message on this page.",
    },
    {
      code: "kro.graph WARN, kro.graph INFO",
      texts: ["graph <graph>: <warning>", "graph <graph>: kro has all permissions again"],
      cause:
        "kro lacks permissions that the graph needs, or has them again. The condition `ControllerReady` of the RGD has the same text.",
      remedy:
        "Add the rules in the message to kro's role, or apply the roles that `kro generate rbac` prints.",
    },
    {
      code: "kro.graph WARN",
      texts: [
        "cannot review the permissions of kro: <error>; missing permissions show only when requests fail",
      ],
      cause:
        "The API server refused a SelfSubjectAccessReview, which every authenticated user may create by default.",
      remedy: "Bind the ClusterRole `system:basic-user` to kro's service account.",
    },
    {
      code: "kro.graph WARN",
      texts: ["cannot watch instances of <crd>, retrying: <error>"],
      cause: "The RGD of a CRD was deleted, and kro cannot watch the remaining instances.",
      remedy:
        "Grant kro `list` and `watch` on the kind. Until then, kro cannot finish deletions of its instances.",
    },
    {
      code: "kro.graph WARN",
      texts: [
        "cannot watch APIServices: <error>; retries find new aggregated APIs within two minutes",
      ],
      cause: "kro has no permission to list or watch APIServices.",
      remedy:
        "Grant `list` and `watch` on `apiservices.apiregistration.k8s.io`, or accept the delay.",
    },
    {
      code: "kro.observe INFO",
      texts: [
        "<kind> <instance>: kro would write <differences>",
        "<kind> <instance>: kro would write nothing any more",
        "graph <graph>: kro would write <differences>",
        "graph <graph>: kro would write nothing any more",
      ],
      cause:
        "With `--observe`, a pass found writes that kro would send. The line appears when the writes have stayed the same for five seconds.",
      remedy:
        "Look up the fields in the JSON API. “Observing beside another controller” in `docs/operating.md` names the writes that are expected beside upstream kro.",
    },
    {
      code: "kro.instance INFO",
      texts: ["<kind> <instance> is <state>", "<kind> <instance> recovered"],
      cause: "The state of an instance changed.",
      remedy: "Nothing.",
    },
    {
      code: "kro.instance INFO",
      texts: ["<kind> <instance> adopted <object>, which had no owner"],
      cause:
        "An object with the name in the template already existed and belonged to no ApplySet. kro applied the template to this object.",
      remedy:
        "If the object belongs to another application, change the name in the template and restore the object.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "<kind> <instance> failed, retrying with backoff: <error>",
        "… grant kro the permission, for example by a ClusterRole labeled rbac.kro.run/aggregate-to-controller=true",
      ],
      cause:
        "A pass over the instance failed. The log line names the failed nodes, and its field `next` contains the remedy if kro knows one.",
      remedy: "Read the instance's conditions. If a permission is missing, add a ClusterRole.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "instance <instance> of <crd> failed <retries> times in a row, no more retries: it is reconciled again at its next change, at a change of its objects, or at the resync",
      ],
      cause:
        "The passes over the instance failed `--dynamic-controller-default-queue-max-retries` times in a row.",
      remedy:
        "Correct the cause that the instance's conditions name. Then change the instance, for example an annotation, to start a pass.",
    },
    {
      code: "kro.instance ERROR",
      texts: [
        "the API server did not keep <fields> of the status: the CRD <name>.<group> has no such fields; another client changed it, and kro restores it",
      ],
      cause: "The CRD in the cluster differs from the CRD that kro generated.",
      remedy:
        "Stop the client that edits the CRD. kro restores the CRD and writes the status again.",
    },
    {
      code: "kro.instance ERROR, GraphResolved=False/StatusRefused",
      texts: ["failed to write the status: <error>"],
      cause:
        "The API server refused a write of the instance's status. kro then writes the state and the conditions without the refused fields, if the API server accepts this write.",
      remedy:
        "Correct the expression of the status field that the error names. If the error names no field, grant kro `patch` on the subresource `status` of the kind.",
    },
    {
      code: "kro.instance WARN, kro.<part> WARN",
      texts: ["watch of <kind> failed, retrying: <error>"],
      cause: "A watch failed because a permission is missing or the API server cannot be reached.",
      remedy:
        "Grant kro `list` and `watch` on the kind, or look up the error in “Requests to the API server”.",
    },
    {
      code: "kro.instance WARN",
      texts: ["cannot write an Event of <kind> <instance>: <error>"],
      cause:
        "The API server refused an Event of the instance. The instance itself is not affected.",
      remedy:
        "Grant kro `create` and `patch` on `events`, or turn off the feature gate `InstanceConditionEvents`.",
    },
    {
      code: "kro.instance DEBUG",
      texts: ["pass over <kind> <instance>: <state>"],
      cause: "A pass over the instance ended.",
      remedy: "Nothing.",
    },
    {
      code: "kro.instance TRACE",
      texts: ["<kind> <instance>: node <node> is <state>"],
      cause: "A pass processed one node of the instance.",
      remedy: "Nothing.",
    },
    {
      code: "kro.lease INFO",
      texts: [
        "acquired lease <namespace>/<lease>",
        "waiting for lease <namespace>/<lease>, held by <holder>",
      ],
      cause:
        "With leader election, only the controller that holds the Lease reconciles; other controllers wait for the Lease.",
      remedy: "Nothing.",
    },
    {
      code: "kro.lease WARN",
      texts: ["lost lease <namespace>/<lease>; continues, as leader election is off"],
      cause:
        "kro could not renew the Lease in time. Without leader election, only one-shot commands use the Lease; they may now reconcile themselves.",
      remedy: "Check the latency of the API server.",
    },
    {
      code: "kro.lease WARN",
      texts: [
        "lost lease <namespace>/<lease>: no writes until it is acquired again; if the API server responds, look for a second leader or a process short of CPU",
      ],
      cause: "kro could not renew the Lease within `--leader-election-renew-deadline`.",
      remedy:
        "Check the latency of the API server and the CPU limit of the pod. If they cannot be improved, raise the three durations of the leader election.",
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
      cause: "The API server does not respond, or kro lacks a permission for the Lease.",
      remedy:
        "Grant kro `get`, `list`, `watch`, `create` and `update` on `leases.coordination.k8s.io` in the namespace.",
    },
    {
      code: "kro.lease DEBUG",
      texts: ["cannot record the Event about the new leader: <error>"],
      cause: "kro has no permission to create Events in the namespace of the Lease.",
      remedy: "Grant kro `create` on `events`, or ignore the message.",
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
      cause: "The folder of `--debug-dir` does not exist or is read-only.",
      remedy: "Mount a writable volume at the path of the folder.",
    },
  ],
};
