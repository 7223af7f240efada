/**
 * The error messages of kro's commands, and the messages in which commands report the state of
 * objects.
 */
import { CONNECTION } from "./connection.ts";
import type { Section } from "./types.ts";

/** The section about the command line in `docs/messages.md`. */
export const COMMAND_LINE: Section = {
  title: "Command line",
  intro:
    "An error is one line that begins with `error:`. Exit code 1 means that an object does not exist, that an RGD was rejected, " +
    "or that an instance failed or is not ready. Exit code 2 means wrong usage, unreadable input, or a failed connection.",
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
      cause: "The command failed.",
      remedy: "Look up the text after `error:` on this page.",
    },
    {
      code: "exit 2",
      texts: ['"<value>" is neither true nor false'],
      cause: "The value of a boolean flag is not a boolean.",
      remedy: "Write `--flag`, `--flag=true` or `--flag=false`.",
    },
    {
      code: "exit 2",
      texts: [
        '"<value>" is not a whole number',
        "it must be at least 1",
        "it must be at most 65535",
        '"<value>" is not a number',
      ],
      cause: "The value of a numeric flag is not a number in its range.",
      remedy: "Write digits without a unit.",
    },
    {
      code: "exit 2",
      texts: ['"<value>" is not a duration: write it as 30s, 5m or 1h30m'],
      cause: "The value of a duration flag has no unit or another format.",
      remedy: "Write a duration in Go's format, such as `500ms`, `90s` or `1h30m`.",
    },
    {
      code: "exit 2",
      texts: ['unsupported output format "<value>": use table, yaml or json'],
      cause: "The value of `-o` is not an output format.",
      remedy: "Use `table`, `yaml` or `json`.",
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
      cause: "A feature gate in `--feature-gates` has no value.",
      remedy: "Write `--feature-gates=NAME=true`.",
    },
    {
      code: "exit 2",
      texts: [
        "--leader-election-lease-duration must be at least 1s and longer than -renew-deadline, and that longer than -retry-period: they are <lease>s, <deadline>s and <retry>s",
      ],
      cause:
        "The three durations of the leader election are in the wrong order, or the lease duration is under 1 s.",
      remedy:
        "Use for example the defaults: lease duration 15s, renew deadline 10s, retry period 2s.",
    },
    {
      code: "exit 2",
      texts: ["--leader-elect outside a cluster needs --leader-election-namespace"],
      cause: "Outside a cluster, kro has no default for the namespace of the Lease.",
      remedy: "Add `--leader-election-namespace NAME`.",
    },
    {
      code: "exit 2",
      texts: ["-A and -n exclude each other", "--offline excludes --kubeconfig and --context"],
      cause: "Two flags contradict each other.",
      remedy: "Remove one of the two flags.",
    },
    {
      code: "exit 2",
      texts: [
        "kro's CustomResourceDefinitions are missing at <server>: install kro's chart, or run kubectl apply --server-side -f deploy/crds",
        "kro's CustomResourceDefinitions are missing in this cluster: run kro apply without --no-install, or kubectl apply -f deploy/crds",
      ],
      cause: "The cluster of the current kubeconfig context does not have kro's CRDs.",
      remedy:
        "Install the chart, or run `kubectl apply --server-side -f deploy/crds`. If kro is installed, check the context of the kubeconfig.",
    },
    {
      code: "exit 2",
      texts: [
        "<message>; give kro's account the permissions of the ClusterRoles in deploy/install.yaml",
      ],
      cause: "The account of `kro controller` may not read kro's CustomResourceDefinitions.",
      remedy:
        "Install the chart, which creates the service account with its permissions. Without the chart, apply `deploy/install.yaml`.",
    },
    {
      code: "exit 2",
      texts: ['"<url>" is not a URL: write it as http://HOST:PORT'],
      cause: "The argument of `kro check` is not the URL of an HTTP endpoint.",
      remedy: "Write the URL of kro's Service, such as `http://kro.kro:8079`.",
    },
    {
      code: "exit 2",
      texts: ["GET <url><path>: <why>; check that the controller runs at this URL"],
      cause: "`kro check` got no response from the controller.",
      remedy: "Check the URL, and that the pods run.",
    },
    {
      code: "stdout",
      texts: ["API serves graphs", "API serves permitted clients only"],
      cause:
        "`kro check` reached the JSON API. The second message means that the API refused the request, which has no token.",
      remedy: "Nothing. To also check the response of the API, add `--token-file`.",
    },
    {
      code: "exit 1",
      texts: [
        "error: <url>/readyz responded with <status>: <text>",
        "error: <url>/graphs responded with <status>: <text>",
      ],
      cause: "The controller that `kro check` asks is not ready, or does not accept the token.",
      remedy:
        "If the controller is not ready, the message contains the reason. If it refuses the token, bind the ClusterRole `kro:graphs-reader` to the account of the token.",
    },
    {
      code: "exit 2",
      texts: ["cannot listen on <address>: <why>"],
      cause: "Another process uses the port, or kro has no permission to listen on the port.",
      remedy:
        "Choose another port with `--health-probe-bind-address` or `--metrics-bind-address`. The value `0` disables the address.",
    },
    {
      code: "exit 2",
      texts: [
        "port <port> is in use: choose another one with --port, or --port 0 for any free port",
      ],
      cause: "Another process uses the port of `kro dashboard`.",
      remedy: "Choose another port with `--port`, or a free port with `--port 0`.",
    },
    {
      code: "exit 0",
      texts: ["cannot open a browser: <error>"],
      cause:
        "`kro dashboard` cannot start `xdg-open`, `open` or `start`. The page is served nevertheless.",
      remedy: "Open the printed URL in a browser, or set `--no-open`.",
    },
    {
      code: "exit 2",
      texts: ["--tls-cert-file and --tls-key-file need each other: set both or none"],
      cause: "Only one of the two flags is set.",
      remedy: "Set both flags to serve HTTPS, or none to serve HTTP.",
    },
    {
      code: "exit 2",
      texts: [
        "<file> contains no <what> in PEM format",
        "… private key",
        "the key in <key> does not belong to the certificate in <cert>",
      ],
      cause:
        "The files of `--tls-cert-file` and `--tls-key-file` are not a certificate and its private key.",
      remedy:
        "Write the certificate and an unencrypted private key in PEM format, such as the keys `tls.crt` and `tls.key` of a Secret.",
    },
    {
      code: "exit 2",
      texts: ['"<address>" is not an address: write host:port, such as :8079'],
      cause: "A bind address has no port or an invalid port.",
      remedy: "Write `:8079` or `127.0.0.1:8079`.",
    },
    {
      code: "exit 2",
      texts: [
        "kro plan -f FILE shows what kro apply would change",
        "kro apply -f FILE creates and updates objects",
        "kubectl kustomize DIR | kro apply -f - applies DIR",
        "kro apply always uses server-side apply",
        "kro get -o json prints all fields, from which jq selects",
      ],
      cause: "The command line has a command, a flag or an output format that only kubectl has.",
      remedy: "Use the command of kro that the hint names.",
    },
    {
      code: "exit 2",
      texts: ["no objects found in <paths>", 'the path "<path>" does not exist'],
      cause: "The path of `-f` does not exist, or its files contain no objects.",
      remedy:
        "Correct the path. In a folder, kro reads only files that end in `.yaml`, `.yml` or `.json`.",
    },
    {
      code: "exit 2",
      texts: ["cannot read <file>: <why>", "… it is not UTF-8 text"],
      cause: "The file cannot be read, or is not UTF-8 text.",
      remedy: "Check the permissions and the encoding of the file.",
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
      remedy:
        "Add the missing field. The message counts the documents of the file, which `---` separates, from 1.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: <value> is a number that JSON does not have",
        "<file>: its aliases <what>",
        "… contain themselves",
        "… expand to more than <n> values",
      ],
      cause:
        "The YAML file has values that JSON cannot represent: `.nan`, `.inf`, or aliases that contain themselves or expand too far.",
      remedy: "Remove these numbers, and write values out instead of using aliases.",
    },
    {
      code: "exit 2",
      texts: ['<file>: apiVersion "<value>" is not group/version'],
      cause: "The field `apiVersion` of an object does not have the form group/version.",
      remedy: "Correct the field, for example to `kro.run/v1alpha1`.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: the cluster has no kind <kind> in <apiVersion>: <what to do>",
      ],
      cause: "An instance's kind is not served, and no RGD of the same command defines it.",
      remedy: "Apply the RGD too, or correct `apiVersion` and `kind`.",
    },
    {
      code: "exit 2",
      texts: ['<file>: <kind> <name> has the namespace "<own>", not "<flag>" as --namespace says'],
      cause: "The namespace of `-n` differs from the namespace in the object.",
      remedy: "Remove `-n`, or remove `metadata.namespace` from the object.",
    },
    {
      code: "exit 2",
      texts: [
        "say what to delete: either -f FILE or KIND/NAME",
        '"<kind>" is a kind without a name: write <kind>/NAME',
        '"<text>" is not KIND or KIND/NAME',
      ],
      cause: "The arguments of the command do not name an object.",
      remedy: "Name an object by its kind and name, for example `webapp/shop`.",
    },
    {
      code: "exit 2",
      texts: [
        "there is no ResourceGraphDefinition in these files",
        "there is no CustomResourceDefinition of <group>/v1 in <paths>",
      ],
      cause: "The given files do not contain an object of the required kind.",
      remedy: "Pass the file of the RGD with `-f`, and the file of the CRD with `--crd`.",
    },
    {
      code: "exit 2",
      texts: [
        'there is no ResourceGraphDefinition "<name>" in <where>; <hint>',
        "… these files",
        "… the cluster",
        "… there are <names>",
        "… no RGDs",
      ],
      cause: "The name of an RGD on the command line is misspelled.",
      remedy: "Correct the name. `kubectl get rgd` lists the RGDs of the cluster.",
    },
    {
      code: "exit 2",
      texts: [
        "kro generate <what> prints one RGD: name one of <names>",
        "kro graph draws one RGD: name one of <names>",
      ],
      cause: "The files contain several RGDs, and the command writes a file about one RGD.",
      remedy: "Add the name of one RGD to the command line.",
    },
    {
      code: "exit 2",
      texts: [
        "name RGDs by one of -f FILE, NAME, and --all",
        "--all reads the RGDs of the cluster; drop --all or -f",
        "--crd is for RGDs of files: add -f",
      ],
      cause: "The command line does not show which RGDs `kro generate` has to read.",
      remedy: "Pass either files with `-f`, or names of RGDs in the cluster, or `--all`.",
    },
    {
      code: "exit 2",
      texts: ["name an RGD of the cluster, or a file with -f"],
      cause: "The command line of `kro graph` does not show which RGD to draw.",
      remedy: "Pass a file with `-f`, or the name of an RGD in the cluster.",
    },
    {
      code: "exit 2",
      texts: ["<error>; --offline checks without a cluster"],
      cause: "`kro validate` cannot use the kubeconfig, or cannot reach its cluster.",
      remedy: "Correct the kubeconfig, or pass `--offline`.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "not compared with the live CRD: <error>",
        "no kubeconfig: checked against the kinds of Kubernetes <version>",
        "<n> valid",
        "<n> rejected",
        "<n> could not be checked",
      ],
      cause: "The summary of `kro validate`.",
      remedy:
        "If RGDs could not be checked, pass their missing CRDs with `--crd`, or validate with a cluster.",
    },
    {
      code: "exit 0, exit 1",
      texts: ["left to the controller <identity> (--force-local overrides)"],
      cause:
        "A controller runs in the cluster, so that the command leaves reconciling to the controller and waits.",
      remedy: "Nothing. With `--force-local`, the command itself reconciles.",
    },
    {
      code: "exit 0, exit 1",
      texts: [
        "installed <crd>",
        "… <identity> in namespace <namespace>",
        "no ResourceGraphDefinitions found",
      ],
      cause: "The command reports what it installed or found in the cluster.",
      remedy: "Nothing. If RGDs are missing, apply them first.",
    },
    {
      code: "exit 1",
      texts: [
        'its graph "<name>" was not accepted',
        "no ResourceGraphDefinition in the cluster serves <kind>",
      ],
      cause: "The instance's RGD has problems, or does not exist.",
      remedy: "Correct the RGD, or apply an RGD that defines the kind.",
    },
    {
      code: "exit 1",
      texts: [
        "timed out; <why>",
        "timed out",
        "… finalizers <names>",
        "…: waiting for <objects>",
        "… no Ready condition for this generation yet",
      ],
      cause: "The object was not ready, or not deleted, within `--timeout`.",
      remedy:
        "Correct the cause that the message names. Then run the command again, or raise `--timeout`. An " +
        "object that is named with finalizers is held by the controller of these finalizers.",
    },
    {
      code: "exit 1",
      texts: ["<kind> <name>: the cluster has no such kind"],
      cause: "`kro delete -f` names an object whose kind is not served.",
      remedy:
        "Remove the object from the file. Objects of a kind that the cluster does not serve cannot exist.",
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
        "`kro render` has no RGD for the instance, or a node reads data that exists only in a cluster, such as an external object or a status.",
      remedy:
        "Pass the RGD with `-f`, and objects of the cluster that a node reads with `--observed`.",
    },
    ...CONNECTION,
  ],
};
