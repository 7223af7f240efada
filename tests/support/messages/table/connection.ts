/**
 * The error messages of commands that cannot connect to a cluster, from finding the kubeconfig to
 * Deno's permissions.
 */
import type { Entry } from "./types.ts";

/** The errors of the kubeconfig, its credentials, and the permissions of the process. */
export const CONNECTION: Entry[] = [
  {
    code: "exit 2",
    texts: [
      "no cluster: neither --kubeconfig nor KUBECONFIG is given, kro does not run in a pod with a service account, <last>",
      "… and HOME is not set",
      "… and <file> does not exist",
      "cannot read kubeconfig <file>: no such file; set --kubeconfig or KUBECONFIG",
    ],
    cause:
      "kro found no kubeconfig and no service account, or the given kubeconfig does not exist.",
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
    cause: "The kubeconfig does not contain the context, cluster or user.",
    remedy: "Choose an existing context with `--context` or `kubectl config use-context NAME`.",
  },
  {
    code: "exit 2",
    texts: [
      "<list> is not a list",
      "<list>[<n>] has no name that is a string",
      "<where> is not a mapping",
      "<where>: <field> is not a string; write the value in quotes",
      "<where>: exec has no command that is a string",
    ],
    cause: "A field of the kubeconfig has another type than the format of kubeconfigs defines.",
    remedy: "Correct the field. Write a token or password that looks like a number in quotes.",
  },
  {
    code: "exit 2",
    texts: ['<where>: server "<url>" is not an http or https URL'],
    cause: "`clusters[].cluster.server` is not a URL.",
    remedy: "Write a URL with a scheme, such as `https://host:6443`.",
  },
  {
    code: "exit 2",
    texts: ["<where>: server must have no user name, query or fragment"],
    cause: "`clusters[].cluster.server` contains credentials, a query or a fragment.",
    remedy: "Write only scheme, host, port and path, and move the credentials to `users[].user`.",
  },
  {
    code: "exit 2",
    texts: ["<where>: certificate-authority and insecure-skip-tls-verify exclude each other"],
    cause: "The kubeconfig names a certificate authority, and asks kro not to use it.",
    remedy: "Remove `insecure-skip-tls-verify` from the cluster.",
  },
  {
    code: "exit 2",
    texts: [
      '<where>: tls-server-name "<name>" differs from the server\'s host, which the runtime cannot check; make that name resolve and use it in server',
    ],
    cause: "Deno verifies the server's certificate only with the host name of the URL.",
    remedy:
      "Use the value of `tls-server-name` as the host in `server`, and make the name resolve, for example in `/etc/hosts`.",
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
    cause: "A certificate, a key or the proxy URL of the kubeconfig is invalid or missing.",
    remedy: "Download the kubeconfig again from the cluster's provider, and check its `proxy-url`.",
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
    remedy:
      "Use another user of the kubeconfig. For a cloud provider, install the provider's exec plugin.",
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
      "<plugin>: it wrote more than 1 MiB",
      "<plugin> needs a terminal (interactiveMode Always); kro gives it none",
      "… it failed without output",
    ],
    cause: "The exec plugin of the kubeconfig's user is not installed, or failed.",
    remedy:
      "Install the plugin in a folder of `PATH`. Run the plugin's command by hand to see its error.",
  },
  {
    code: "exit 2",
    texts: [
      "<path>: no such file (<what>)",
      "<path>: cannot read the <what>: <why>",
      "<path>: the token is empty",
      "… larger than <n> MiB",
      "… no program wrote to this pipe within <n> s",
      "… service account's token",
      "… service account's certificate authority",
      "… service account's namespace",
      "… token file",
    ],
    cause:
      "A file that the kubeconfig or the pod's service account names is missing, unreadable, empty or too large, or is a named pipe to which no program writes.",
    remedy: "Correct the path. In a pod, set `automountServiceAccountToken: true`.",
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
    cause: "kro was started with `deno run`, without a required Deno permission.",
    remedy:
      "Add the flag that the message names, or use the compiled executable, which has all permissions.",
  },
];
