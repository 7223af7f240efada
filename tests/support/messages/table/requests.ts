/** The errors of API requests whose messages kro itself writes. */
import type { Section } from "./types.ts";

/** The section about failed API requests in `docs/messages.md`. */
export const REQUESTS: Section = {
  title: "Requests to the API server",
  intro:
    "Messages about a failed request begin with the request, such as `GET deployments.apps shop/web`, and occur in conditions, log lines " +
    "and errors of commands. Messages of the API server itself are not listed. The code is the reason of the error in kro.",
  entries: [
    {
      code: "Unreachable",
      texts: [
        "<request>: cannot reach <host> (from <config>): <cause><hint>",
        "…; insecure-skip-tls-verify needs --unsafely-ignore-certificate-errors=<host>",
        "…; check the certificate authority",
      ],
      cause:
        "kro cannot connect to the API server, for example because of a wrong address or certificate, the network, or a proxy.",
      remedy:
        "Check `server` and the certificate authority in the kubeconfig, and test with `kubectl get --raw /version`.",
    },
    {
      code: "Invalid",
      texts: ["<request>: the object is nested too deeply"],
      cause: "Another client has written a value with thousands of nested lists or objects.",
      remedy: "Replace the value in the object.",
    },
    {
      code: "Unreachable",
      texts: ["<request>: the client is closed"],
      cause: "kro is stopping.",
      remedy: "Nothing.",
    },
    {
      code: "BadRequest",
      texts: ['<request>: the path <path> does not start with "/"'],
      cause: "The API server or a proxy returned a link that leads to another host.",
      remedy: "Look for the program that changes the API server's answers below `/openapi/v3`.",
    },
    {
      code: "BadRequest",
      texts: [
        'invalid name or namespace <name>: it may not be empty, "." or "..", and may not contain "/" or "%"',
      ],
      cause:
        "An expression gives a name that would lead the request to another path; kro sends no request.",
      remedy:
        "Correct the expression of `metadata.name` or `metadata.namespace`, or the instance's value.",
    },
    {
      code: "Unauthorized",
      texts: ["… at <host> with the credentials of <config>"],
      cause: "The API server does not accept the credentials of the kubeconfig or service account.",
      remedy: "Log in again, or renew the token or certificate of the kubeconfig's user.",
    },
    {
      code: "Timeout",
      texts: ["<request>: no answer from <host> within <n> s"],
      cause: "The API server, an admission webhook or the network is slow.",
      remedy: "Check the API server's load and its webhooks; kro retries.",
    },
    {
      code: "Withheld",
      texts: [
        "… aborted before the answer came",
        "… not sent: kro is shutting down",
        "… not sent: this controller does not hold the lease",
        "… not sent: kro only observes",
      ],
      cause:
        "kro is stopping, has lost the Lease or runs with `--observe`, and therefore sends no more writes.",
      remedy: "Nothing: the next leader repeats the pass, or kro itself after its next start.",
    },
    {
      code: "NotFound",
      texts: [
        "… the API server does not serve this kind",
        "<verb> <object>: the API server does not serve this kind",
      ],
      cause: "The CRD or the API of the kind was deleted, or the version is not served.",
      remedy: "Create the CRD or the APIService again.",
    },
    {
      code: "NotFound",
      texts: ['namespaces "<namespace>" not found', "apply <object>: <error>"],
      cause: "With `--observe`, kro would create an object in a namespace that does not exist.",
      remedy: "Create the namespace.",
    },
    {
      code: "Other",
      texts: [
        "<request>: the answer is <what>",
        "… not JSON",
        "… malformed JSON at position <n>",
        "… not a list",
        "… not an object",
        "… neither the object nor a Status",
        "… a list with a malformed object",
        "… a list with malformed metadata",
        "… a list that is too long: <fault>",
        "a page repeats the token of the previous page",
        "more than <n> pages in a row contain no object",
        "more than <n> pages",
        "more than <n> objects",
        "more than <n> MiB",
        "watch <kind>: more than <n> objects",
        "<request>: malformed watch event",
        "… a line of more than 32 MiB",
        "<request>: an answer of more than <n> MiB",
      ],
      cause:
        "The response does not come from a Kubernetes API server, or is damaged or too large. An aggregated API server may send such responses for its own kinds.",
      remedy:
        "Check which server or proxy responds at the URL `server` of the kubeconfig. If all messages name one API group, check the program behind its APIService.",
    },
    {
      code: "Invalid, Forbidden, …",
      texts: ["the cause is withheld, because it may quote the value of a Secret"],
      cause:
        "The node is a Secret or depends on values of one, directly or through other nodes. The API server, an admission webhook or CEL gave a cause, which may quote those values.",
      remedy:
        "Check the fields or the expression that the message names; apply the object by hand with `kubectl apply --dry-run=server` to see the cause.",
    },
    {
      code: "Other",
      texts: ["GET <path>: no aggregated discovery: Kubernetes 1.27 or later is needed"],
      cause: "The version of the cluster is older than Kubernetes 1.27.",
      remedy: "Upgrade the cluster.",
    },
    {
      code: "watch",
      texts: ["no event or bookmark arrived in time"],
      cause:
        "kro received no watch event for too long, for example because a connection was lost without being closed.",
      remedy:
        "Nothing: kro opens the watch again. If the message repeats, check the idle timeouts of proxies and load balancers.",
    },
    {
      code: "Conflict",
      texts: ["ResourceGraphDefinition <name> has changed since it was read"],
      cause:
        "A controller has become the leader, and its watch has not yet delivered the RGD that the previous leader published.",
      remedy: "Nothing: kro publishes the RGD again.",
    },
    {
      code: "Conflict, NotFound",
      texts: [
        "Apply failed with <n> conflict(s): <fields>",
        '… conflict with "<manager>": <field>',
        '… conflict with "<manager>"',
        "<object> not found",
        "operation cannot be fulfilled on <object>: <why>",
        "… its uid is not <uid>",
        "… the object has been modified",
      ],
      cause:
        "In `kro render` and in tests, a cluster in memory replaces the API server. It refused a write because the object has changed or does not exist.",
      remedy: "If `kro render` prints this message, report it.",
    },
  ],
};
