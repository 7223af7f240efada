/** The messages with which commands fail, and what commands report about objects. */
import type { Section } from "./types.ts";

/** The section about the command line in `docs/messages.md`. */
export const COMMAND_LINE: Section = {
  title: "Command line",
  intro:
    "An error is one line that begins with `error:`. Exit code 1: the cluster did not get there (a rejected graph, a failed or " +
    "unconverged instance). Exit code 2: wrong usage, unreadable input, or no connection.",
  entries: [
    {
      code: "exit 1",
      texts: ["internal error, please report it: <stack>"],
      cause: "A bug in kro.",
      remedy: "Report it with the whole text and the command.",
    },
    {
      code: "exit 1, exit 2",
      texts: ["error: <message>"],
      cause: "The command ended.",
      remedy: "Look up the text after `error:` on this page.",
    },
    {
      code: "exit 2",
      texts: ['"<value>" is neither true nor false'],
      cause: "A boolean flag has another value.",
      remedy: "Write `--flag`, `--flag=true` or `--flag=false`.",
    },
    {
      code: "exit 2",
      texts: [
        '"<value>" is not a whole number',
        "it must be at least 1",
        '"<value>" is not a number',
      ],
      cause: "A numeric flag has another value.",
      remedy: "Write digits without a unit.",
    },
    {
      code: "exit 2",
      texts: ['"<value>" is not a duration: write it as 30s, 5m or 1h30m'],
      cause: "A duration has no unit or is misspelt.",
      remedy: "Write Go's form: `500ms`, `90s`, `1h30m`.",
    },
    {
      code: "exit 2",
      texts: ['unsupported output format "<value>": use table, yaml or json'],
      cause: "`-o` has another value.",
      remedy: "Use one of the three.",
    },
    {
      code: "exit 2",
      texts: [
        '"<value>" is not a level: 0, 1 or 2',
        '--zap-log-level: "<value>" is not debug, info, error, panic or a number',
      ],
      cause: "The log level is not valid.",
      remedy: "Use `-v 1` for each pass, `-v 2` for each node and request.",
    },
    {
      code: "exit 2",
      texts: ['unknown feature gate "<name>"; <hint>', "… known are <names>"],
      cause: "`--feature-gates` names a gate that kro does not have.",
      remedy: "Use one of the names that the message lists.",
    },
    {
      code: "exit 2",
      texts: ["feature gate <name> lacks a value: write <name>=true"],
      cause: "A gate has no value.",
      remedy: "Write `--feature-gates=NAME=true`.",
    },
    {
      code: "exit 2",
      texts: [
        "--leader-election-lease-duration must be at least 1s and longer than -renew-deadline, and that longer than -retry-period: they are <lease>s, <deadline>s and <retry>s",
      ],
      cause: "The three durations are in the wrong order.",
      remedy: "Keep the defaults' proportions: 15s, 10s and 2s.",
    },
    {
      code: "exit 2",
      texts: ["--leader-elect outside a cluster needs --leader-election-namespace"],
      cause: "Outside a pod kro cannot know the Lease's namespace.",
      remedy: "Add `--leader-election-namespace NAME`.",
    },
    {
      code: "exit 2",
      texts: ["-A and -n exclude each other", "--offline excludes --kubeconfig and --context"],
      cause: "Two flags contradict each other.",
      remedy: "Remove one of them.",
    },
    {
      code: "exit 2",
      texts: [
        "kro's CustomResourceDefinitions are missing at <server>: kubectl apply -f deploy/crds",
        "kro's CustomResourceDefinitions are missing in this cluster: run without --no-install, or kubectl apply -f deploy/crds",
      ],
      cause: "kro is not installed in the cluster of this kubeconfig.",
      remedy: "Run `kubectl apply -f deploy/crds`; check the context if kro should be there.",
    },
    {
      code: "exit 2",
      texts: ["cannot listen on <address>: <why>"],
      cause: "Another process has the port, or kro may not open it.",
      remedy:
        "Choose another port with `--health-probe-bind-address` or `--metrics-bind-address`; `0` turns it off.",
    },
    {
      code: "exit 2",
      texts: ['"<address>" is not an address: write host:port, such as :8079'],
      cause: "A bind address has no port or a wrong one.",
      remedy: "Write `:8079` or `127.0.0.1:8079`.",
    },
    {
      code: "exit 2",
      texts: ["no objects found in <paths>", 'the path "<path>" does not exist'],
      cause: "`-f` names nothing, or files without objects.",
      remedy: "Correct the path; folders are read for `.yaml`, `.yml` and `.json`.",
    },
    {
      code: "exit 2",
      texts: ["cannot read <file>: <why>", "… it is not UTF-8 text"],
      cause: "The file cannot be read, or is not text.",
      remedy: "Check its permissions and its encoding.",
    },
    {
      code: "exit 2",
      texts: [
        "<where>: expected a Kubernetes object",
        "<where>: <field> is missing or not a string",
        "<where>: <kind>: metadata.name is missing or not a string",
        "… <file>: document <n>",
      ],
      cause: "A document of the file has no `apiVersion`, `kind` or `metadata.name`.",
      remedy: "Add the field; documents are counted from 1, separated by `---`.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: <value> is a number that JSON does not have",
        "<file>: its aliases <what>",
        "… contain themselves",
        "… expand to more than <n> values",
      ],
      cause: "YAML that JSON cannot hold: `.nan`, `.inf`, or anchors without an end.",
      remedy: "Write the values out, without these numbers or aliases.",
    },
    {
      code: "exit 2",
      texts: ['<file>: apiVersion "<value>" is not group/version'],
      cause: "`apiVersion` is misspelt.",
      remedy: "Write for example `kro.run/v1alpha1`.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: the cluster has no kind <kind> in <apiVersion>: add the ResourceGraphDefinition that defines it",
      ],
      cause: "An instance's kind is not served, and no RGD of the same command defines it.",
      remedy: "Apply the RGD too, or correct `apiVersion` and `kind`.",
    },
    {
      code: "exit 2",
      texts: ['<file>: <kind> <name> has the namespace "<own>", not "<flag>" as --namespace says'],
      cause: "`-n` differs from the object's namespace.",
      remedy: "Remove `-n` or the field.",
    },
    {
      code: "exit 2",
      texts: [
        "say what to delete: either -f FILE or KIND/NAME",
        '"<kind>" is a kind without a name: write <kind>/NAME',
        '"<text>" is not KIND or KIND/NAME',
      ],
      cause: "The argument does not name an object.",
      remedy: "Write for example `webapp/shop`.",
    },
    {
      code: "exit 2",
      texts: ['the cluster has no kind "<kind>": kubectl api-resources lists those that it has'],
      cause: "The kind is misspelt, or its RGD is not served.",
      remedy: "Correct the name, or check `kubectl get rgd`.",
    },
    {
      code: "exit 2",
      texts: [
        "there is no ResourceGraphDefinition in these files",
        "there is no CustomResourceDefinition of <group>/v1 in <paths>",
      ],
      cause: "The files hold other kinds.",
      remedy: "Pass the file of the RGD with `-f`, and that of the CRD with `--crd`.",
    },
    {
      code: "exit 2",
      texts: ["<error>; --offline checks without a cluster"],
      cause: "`kro validate` found a kubeconfig and cannot use it.",
      remedy: "Correct the kubeconfig, or pass `--offline`.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "no kubeconfig: checked against the kinds of Kubernetes <version>",
        "<n> valid",
        "<n> rejected",
        "<n> could not be checked",
      ],
      cause: "The summary of `kro validate`.",
      remedy:
        "For those that could not be checked, supply the CRDs with `--crd` or check against a cluster.",
    },
    {
      code: "exit 0, exit 1",
      texts: ["left to the controller <identity> (--force-local overrides)"],
      cause:
        "A controller runs in the cluster, so the command applies and waits, and does not reconcile.",
      remedy: "Nothing; `--force-local` reconciles here as well.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "installed <crd>",
        "… <identity> in namespace <namespace>",
        "no ResourceGraphDefinitions found",
      ],
      cause: "What the command did or found first.",
      remedy: "Nothing; without RGDs apply one.",
    },
    {
      code: "exit 1",
      texts: [
        'its graph "<name>" was not accepted',
        "no ResourceGraphDefinition in the cluster serves <kind>",
      ],
      cause: "The instance's RGD has problems, or does not exist.",
      remedy: "Correct or apply the RGD first.",
    },
    {
      code: "exit 1",
      texts: [
        "timed out; <why>",
        "timed out",
        "… finalizers <names>",
        "… no Ready condition for this generation yet",
      ],
      cause: "The object was not ready, or not deleted, within `--timeout`.",
      remedy: "Read the reason, and run the command again or raise `--timeout`.",
    },
    {
      code: "exit 1",
      texts: ["<kind> <name>: the cluster has no such kind"],
      cause: "`kro delete -f` names an object whose kind is not served.",
      remedy: "Nothing is left to delete; remove the object from the file.",
    },
    {
      code: "exit 0",
      texts: [
        "warning: <n> <kind> remain with all their objects; they are reconciled again once a ResourceGraphDefinition serves their kind",
      ],
      cause: "The RGD was deleted before its instances.",
      remedy: "Delete the instances with `kro delete`, or apply the RGD again.",
    },
    {
      code: "exit 1",
      texts: [
        "<instance>: no graph of these files serves it",
        'node "<id>" is not rendered: <state>: <why>',
      ],
      cause:
        "`kro render` has no RGD for the instance, or a node needs data that only a cluster has: an external object, or a status.",
      remedy: "Pass the RGD in `-f`; to see nodes that read a cluster's data, use `kro apply`.",
    },
    {
      code: "exit 2",
      texts: [
        "no cluster: neither --kubeconfig nor KUBECONFIG is given, kro does not run in a pod with a service account, <last>",
        "… and HOME is not set",
        "… and <file> does not exist",
      ],
      cause: "kro found no credentials of a cluster.",
      remedy: "Set `--kubeconfig` or `KUBECONFIG`.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: not a kubeconfig: expected a mapping",
        "<file>: no current-context; <choices>",
        '<where>: no <what> "<name>"; <choices>',
        "… it has no <what>",
        "… it has <names>",
        '… <file>: context "<name>"',
        '… <file>: cluster "<name>"',
      ],
      cause: "The kubeconfig lacks the context, cluster or user.",
      remedy: "Choose one that it has with `--context`, or `kubectl config use-context NAME`.",
    },
    {
      code: "exit 2",
      texts: ['<where>: server "<url>" is not an http or https URL'],
      cause: "`clusters[].cluster.server` is not a URL.",
      remedy: "Correct it, with its scheme.",
    },
    {
      code: "exit 2",
      texts: [
        '<where>: tls-server-name "<name>" differs from the server\'s host, which the runtime cannot check; make that name resolve and use it in server',
      ],
      cause: "Deno checks certificates against the host of the URL alone.",
      remedy: "Use that name in `server`, and make it resolve, for example in `/etc/hosts`.",
    },
    {
      code: "exit 2",
      texts: [
        '<file>: user "<name>" has only one of client certificate and key',
        "<file>: <what> is not PEM",
        "<file>: <what> is not base64",
        '… certificate-authority of "<name>"',
        '… client-certificate of "<name>"',
        '… client-key of "<name>"',
        "<file>: cannot use the certificates or the proxy: <why>",
      ],
      cause: "A certificate, key or proxy of the kubeconfig is damaged or missing.",
      remedy: "Fetch the kubeconfig again from the cluster's provider; check its `proxy-url`.",
    },
    {
      code: "exit 2",
      texts: [
        "<user>: <fields> is not supported",
        "<user>: as-uid needs as",
        "<user>: as and as-uid must be printable ASCII characters",
        '<file>: user "<name>": auth-provider "<provider>" is not supported; use an exec plugin',
      ],
      cause: "kro does not support this field of the kubeconfig.",
      remedy: "Use another user; for cloud providers install their exec plugin.",
    },
    {
      code: "exit 2",
      texts: [
        "<source>: the token is not one word of visible ASCII characters",
        '<file>: user "<name>"',
      ],
      cause: "A token file, a kubeconfig or an exec plugin gives a token that no header can hold.",
      remedy: "Write the token alone, on one line; the message does not show it.",
    },
    {
      code: "exit 2",
      texts: [
        '<user>: credential plugin "<command>"',
        "<plugin> is not installed<hint>",
        "<plugin>: its output is not JSON",
        "<plugin>: its output is not an ExecCredential with a status",
        "<plugin>: it did not end within <n> s",
        "<plugin> needs a terminal (interactiveMode Always); kro gives it none",
        "… it failed without output",
      ],
      cause: "The kubeconfig's exec plugin is missing, or failed.",
      remedy: "Install it and put it on `PATH`; run the command by hand to see its error.",
    },
    {
      code: "exit 2",
      texts: [
        "<path>: no such file (<what>)",
        "<path>: cannot read the <what>: <why>",
        "<path>: the token is empty",
        "… service account's token",
        "… service account's certificate authority",
        "… service account's namespace",
        "… token file",
        "… certificate authority",
      ],
      cause:
        "A file that the kubeconfig or the pod's service account names is missing, unreadable or empty.",
      remedy: "Correct the path; in a pod, set `automountServiceAccountToken: true`.",
    },
    {
      code: "exit 2",
      texts: [
        "<what>: no permission: run with <flag>",
        "<request>: no permission: run with --allow-net=<host>",
        "… <path>: reading the <what>",
        "… reading $<name>",
        "… setting $<name>",
        "… reading the host name",
      ],
      cause: "kro was started by `deno run` without the right that it needs.",
      remedy: "Add the flag that the message gives; the compiled binary has all that it needs.",
    },
  ],
};
