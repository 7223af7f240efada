/** The messages of commands that serve an address, and of `kro check`, which asks a running controller. */
import type { Entry } from "./types.ts";

/** The errors of missing CRDs and permissions, of `kro check`, and of the addresses on which kro listens. */
export const ENDPOINTS: Entry[] = [
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
    cause:
      "The argument of `kro check`, or of `kro why --server`, is not the URL of an HTTP endpoint.",
    remedy: "Write the URL of kro's Service, such as `http://kro.kro:8079`.",
  },
  {
    code: "exit 2",
    texts: ["GET <url><path>: <why>; check that the controller runs at this URL"],
    cause: "`kro check` or `kro why --server` got no response from the controller.",
    remedy: "Check the URL, and that the pods run.",
  },
  {
    code: "exit 2",
    texts: [
      "<url> is not the endpoint of a kro controller: <path> responded with <status> and <type>; check the URL",
      "… no content type",
    ],
    cause: "Another program listens at the URL of `kro why --server`.",
    remedy:
      "Check the host and the port. The endpoint of a controller has the port 8079 by default.",
  },
  {
    code: "exit 2",
    texts: [
      "<url> responded with <status>: <detail>",
      "… the token of --token-file is not valid",
      "… set --token-file",
    ],
    cause:
      "The controller that `kro why --server` asks refuses the request, or is a standby. The exit code is 1 for status 403.",
    remedy:
      "Bind the ClusterRole `kro:graphs-reader` to the account of the token. If the controller is a standby, ask the leader, which the message names.",
  },
  {
    code: "exit 2",
    texts: [
      'the controller serves no kind "<kind>": <hint>',
      "… it serves no graph",
      "… its kinds are <kinds>",
      'several graphs define the kind "<kind>": name <names>',
      "--server explains instances only: leave it out to explain a graph",
      "--token-file needs --server",
    ],
    cause: "`kro why --server` asks a controller, which knows the kinds of its graphs only.",
    remedy: "Correct the kind, or leave out `--server`.",
  },
  {
    code: "exit 2",
    texts: ["the server has another certificate", "the connection timed out"],
    cause:
      "With `--certificate-file`, `kro check` cannot connect to the server with this certificate. The message follows `GET <url><path>:`.",
    remedy:
      "Give the file of the certificate that the controller serves. The controller reads a renewed certificate within a minute. If the connection timed out, check the URL.",
  },
  {
    code: "exit 2",
    texts: [
      "--certificate-file needs a URL that begins with https:",
      'the file "<file>" contains no certificate in PEM format',
    ],
    cause: "The flag `--certificate-file` of `kro check` is not usable.",
    remedy: "Give the URL of an HTTPS endpoint, and a file such as `tls.crt` of the Secret.",
  },
  {
    code: "exit 2",
    texts: [
      'the file "<file>" contains no token: a token is one line of ASCII characters without spaces',
    ],
    cause:
      "The file of `--token-file` is empty, or contains more than the token. The message does not quote the file.",
    remedy: "Write only the token to the file, such as the output of `kubectl create token`.",
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
];
