/** The errors that kro's HTTP endpoint returns. */
import type { Section } from "./types.ts";

/** The section about errors of the HTTP endpoint in `docs/messages.md`. */
export const HTTP: Section = {
  title: "HTTP API errors",
  intro:
    "An error of the JSON API is `application/problem+json` with the message in the field `detail`. `/healthz` and `/readyz` return plain text.",
  entries: [
    {
      code: "HTTP 400",
      texts: ["limit must be a whole number from 1 to <n>", "continue is not a token of this API"],
      cause: "The value of a query parameter is invalid.",
      remedy:
        "Pass a `limit` in the range that the message names, and the `continue` that the previous page returned.",
    },
    {
      code: "HTTP 400",
      texts: [
        "unknown parameter <name>; <hint>",
        "unknown parameter <name>; this path has no parameters",
        "unknown parameter <name>; this path has <names>",
        "the parameter <name> is given twice",
      ],
      cause: "The query has a parameter that the path does not have, or has a parameter twice.",
      remedy: "Use the parameters in the message, once each. `/openapi.json` lists all of them.",
    },
    {
      code: "HTTP 400",
      texts: [
        "<name> must not be <value>; <hint>",
        "… the values are <values>",
        "<name> must be the name of a namespace, not <value>",
      ],
      cause: "The value of a parameter that selects items or fields is unknown.",
      remedy: "Use a value from the message. `-` is the namespace of cluster-scoped instances.",
    },
    {
      code: "HTTP 400",
      texts: [
        '… "<selector>" is not a label selector: "<value>" is not a label value',
        '… "<selector>" is not a label selector: a parenthesis has no partner',
      ],
      cause: "The value of `labelSelector` is malformed.",
      remedy: "Write the selector as for `kubectl get -l`, such as `app=shop,tier in (web,api)`.",
    },
    {
      code: "HTTP 400",
      texts: ["the parameter <from> must be the number of a revision"],
      cause: "A request for a comparison has no `from` or `to`, or the value is not a number.",
      remedy: "Give the numbers of two revisions. `/graphs/<graph>/revisions` lists them.",
    },
    {
      code: "HTTP 400",
      texts: ["the parameters node and object must be given together"],
      cause: "A request for a live object has only one of these parameters.",
      remedy: "Give both for an object of a node, or neither for the instance itself.",
    },
    {
      code: "HTTP 401",
      texts: ["send a token of the cluster: Authorization: Bearer TOKEN"],
      cause:
        "`--metrics-auth` or `--http-auth` is set, and the request has no token, or one that the cluster does not know.",
      remedy: "Send a service account's token in that header.",
    },
    {
      code: "HTTP 403",
      texts: ["this needs the right to get the non-resource URL <url>"],
      cause: "The token is valid, and its user may not read the metrics or the API.",
      remedy:
        "Bind the user to a ClusterRole with `nonResourceURLs: [/metrics]` or `[/graphs]` and `verbs: [get]`.",
    },
    {
      code: "HTTP 403",
      texts: ["the API answers clients on kro's own host only; see --http-auth"],
      cause:
        "The request does not come from the loopback interface, or passed a proxy, or has another Host.",
      remedy:
        "Use `kubectl port-forward`, or start kro with `--http-auth` and send a token that may get `/graphs`.",
    },
    {
      code: "HTTP 404",
      texts: [
        'no graph "<name>"; see /graphs',
        'graph "<graph>" does not compile; see its conditions at /graphs/<graph>',
        'graph "<graph>" has no instance <name>; see /graphs/<graph>/instances',
        'graph "<graph>" has no instance "<name>" in the cluster',
      ],
      cause: "The RGD or the instance does not exist, or the controller has not read it yet.",
      remedy:
        "List the names at the path in the message. For a cluster-scoped instance, write `-` as the namespace.",
    },
    {
      code: "HTTP 404",
      texts: ['graph "<graph>" has no revision <number>'],
      cause: "A comparison names a revision that kro has deleted or that never existed.",
      remedy: "Use the numbers at `/graphs/<graph>/revisions`.",
    },
    {
      code: "HTTP 404",
      texts: [
        'graph "<graph>" has no such object; see the nodes of the instance',
        '<kind> "<name>" does not exist in the cluster',
      ],
      cause:
        "The last pass over the instance did not find the object, or the object has been deleted.",
      remedy: "See the field `nodes` of the instance for its objects.",
    },
    {
      code: "HTTP 404",
      texts: ["no such path: <path>; try <start>"],
      cause:
        "The path does not exist. The address of `--metrics-bind-address` serves only `/metrics`.",
      remedy: "Use the path in the message, which lists the other paths.",
    },
    {
      code: "HTTP 405",
      texts: ["this API is read-only: use GET or HEAD"],
      cause: "The method of the request is neither GET nor HEAD.",
      remedy: "Change objects with `kubectl`.",
    },
    {
      code: "HTTP 500",
      texts: ["internal error; see kro's log"],
      cause: "An internal error of kro occurred while it handled the request.",
      remedy: "Report the error together with the log lines about it.",
    },
    {
      code: "HTTP 500",
      texts: ["not healthy: <why>", "… the pass over <key> has run for <n> s"],
      cause: "A pass takes longer than `--pass-deadline`, so that it probably hangs.",
      remedy:
        "Nothing: the liveness probe restarts the pod. If long passes are normal, raise `--pass-deadline`.",
    },
    {
      code: "HTTP 503",
      texts: [
        "the API server does not answer: <error>",
        "this process cannot read objects of the cluster",
      ],
      cause:
        "kro reads revisions, live objects and the objects of explanations from the API server, and this read failed, or kro has no cluster.",
      remedy: "Check whether the API server is available, and send the request again.",
    },
    {
      code: "HTTP 503",
      texts: ["<n> event streams are open, which is the maximum; close one of them"],
      cause: "Clients have opened the maximum number of streams of `/events`.",
      remedy: "Close streams that are not needed, or poll the lists with `If-None-Match`.",
    },
    {
      code: "HTTP 503",
      texts: [
        "this process is a standby; the leader is <pod>: kubectl -n <namespace> port-forward pod/<pod> <port>",
        "this process is a standby; send the request to the leader on <host>",
        "this process is a standby, and no other process holds the Lease; try again",
      ],
      cause: "With `--leader-elect`, only the leader has the state of graphs and instances.",
      remedy: "Send the request to the leader. If the message has a command, run it first.",
    },
    {
      code: "HTTP 503",
      texts: ["kro cannot check with the API server who may read this; see kro's log"],
      cause: "The reviews of `--metrics-auth` or `--http-auth` fail.",
      remedy: "See `cannot check who may read` under “Log lines”.",
    },
    {
      code: "HTTP 503",
      texts: [
        "not ready: <missing>",
        "… controller is <state>",
        "… lease: <error>",
        "… graph <name> is not compiled",
      ],
      cause:
        "The controller is starting or stopping, its caches are not yet filled, or kro can neither acquire nor watch the Lease.",
      remedy:
        "Wait. If the message names the same cache for a long time, look for `watch of <kind> failed` in the log.",
    },
  ],
};
