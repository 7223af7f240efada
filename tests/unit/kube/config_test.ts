// Tests of kubeconfig files and of the in-cluster service account: the loaded configuration, and
// the errors of invalid files.
import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../../src/kube/mod.ts";
import { fileCredentials } from "../../../src/kube/credentials.ts";
import { inCluster } from "../../../src/kube/in_cluster.ts";

const pem = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n";

/** Creates a temporary folder with these files. Disposing the object removes the folder. */
function folder(files: Record<string, string>): { dir: string } & Disposable {
  const dir = Deno.makeTempDirSync();
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${dir}/${name}`, text);
  return { dir, [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }) };
}

function kubeconfig(user: string, cluster = "server: https://k:6443"): string {
  return `
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: team}}]
current-context: x
`;
}

async function refusedAs(expected: RegExp, config: string, context?: string): Promise<void> {
  using files = folder({ config });
  await assert.rejects(loadConfig({ kubeconfig: `${files.dir}/config`, context }), (error) => {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(error.message.startsWith(files.dir), error.message);
    assert.match(error.message, expected);
    assert.doesNotMatch(error.message, /\n|s3cret/);
    return true;
  });
}

Deno.test("cluster, user and namespace are those of the current context", async () => {
  using files = folder({
    config: kubeconfig("token: t", `server: "https://k:6443/prefix/", certificate-authority: ca`),
    ca: pem,
  });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.equal(config.server, "https://k:6443/prefix");
  assert.equal(config.ca, pem);
  assert.equal(config.namespace, "team");
  assert.equal(config.origin, `${files.dir}/config`);
  assert.equal(await config.authorization?.(), "Bearer t");
  assert.ok(config.readCertificates, "the file of the authority is read again");
  assert.equal((await loadConfig({ kubeconfig: config.origin, namespace: "n" })).namespace, "n");
});

Deno.test("a user name and password are sent with Basic authentication", async () => {
  using files = folder({ config: kubeconfig("username: me, password: pw") });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.equal(await config.authorization?.(), `Basic ${btoa("me:pw")}`);
});

Deno.test("client certificates are read from data or from files relative to the kubeconfig", async () => {
  using files = folder({
    config: kubeconfig(`client-certificate: crt, client-key-data: ${btoa(pem)}`),
    crt: pem,
  });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.deepEqual(config.clientCert, { cert: pem, key: pem });
});

Deno.test("the impersonated user is sent as a header", async () => {
  using files = folder({ config: kubeconfig("token: t, as: other, as-uid: '7'") });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.deepEqual(config.headers, { "impersonate-user": "other", "impersonate-uid": "7" });
});

Deno.test("a password with non-ASCII letters is sent as UTF-8, as in client-go", async () => {
  using files = folder({ config: kubeconfig("username: zoë, password: pässwort") });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  const [scheme, value] = (await config.authorization?.())!.split(" ");
  assert.equal(scheme, "Basic");
  assert.equal(new TextDecoder().decode(Uint8Array.fromBase64(value!)), "zoë:pässwort");
});

Deno.test("a token file that holds no single word is refused, and the error names the file only", async () => {
  const notOneWord = ["s3cret\nsecond", "s3cret\0", "s3cr\u00e9t", "s3cret x"]
    .map((token) => [token, "not one word of visible ASCII characters"] as const);
  for (const [token, problem] of [...notOneWord, [" \n", "empty"] as const]) {
    using files = folder({ config: kubeconfig("tokenFile: token"), token });
    const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
    await assert.rejects(config.authorization!(), (error: Error) => {
      assert.equal(error.message, `${files.dir}/token: the token is ${problem}`);
      assert.doesNotMatch(error.message, /s3cr|second/);
      return true;
    });
  }
});

Deno.test("the field token-file, which kubectl does not know, is not read", async () => {
  using files = folder({ config: kubeconfig("token-file: /nowhere/token") });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.equal(config.authorization, undefined);
});

for (
  const [what, user, cluster] of [
    ["token file", "tokenFile: /dev/zero"],
    ["certificate-authority", "token: t", 'server: "https://k", certificate-authority: /dev/zero'],
    ["kubeconfig", ""],
  ] as const
) {
  Deno.test(`a ${what} without end is refused`, async () => {
    using files = folder({ config: kubeconfig(user, cluster) });
    const path = user === "" ? "/dev/zero" : `${files.dir}/config`;
    const load = async () => await (await loadConfig({ kubeconfig: path })).authorization?.();
    await assert.rejects(load, {
      name: "ConfigError",
      message: /^\/dev\/zero: cannot read the .*: larger than 16 MiB$/,
    });
  });
}

Deno.test("a token file is read again after a minute; while the file is unusable, the token is kept", async () => {
  using files = folder({ token: "one" });
  const file = `${files.dir}/token`;
  let now = 0;
  const { authorization, forget } = fileCredentials(file, () => now);
  const token = async () => {
    now += 60_000;
    return await authorization!();
  };
  assert.equal(await token(), "Bearer one");
  Deno.writeTextFileSync(file, "two");
  assert.equal(await authorization!(), "Bearer one");
  assert.equal(await token(), "Bearer two");
  for (const broken of ["", "s3cret\nsecond"]) {
    Deno.writeTextFileSync(file, broken);
    assert.equal(await token(), "Bearer two");
  }
  Deno.removeSync(file);
  assert.equal(await token(), "Bearer two");
  // `forget` reports that the API server has refused the token, so the client reads the file again instead of
  // sending the same token.
  forget!();
  await assert.rejects(authorization!(), { message: `${file}: no such file (token file)` });
});

Deno.test("a token file is read again after the token was refused", async () => {
  using files = folder({ config: kubeconfig("tokenFile: token"), token: "one\n" });
  const config = await loadConfig({ kubeconfig: `${files.dir}/config` });
  assert.equal(await config.authorization?.(), "Bearer one");
  Deno.writeTextFileSync(`${files.dir}/token`, "two\n");
  assert.equal(await config.authorization?.(), "Bearer one");
  config.forget?.();
  assert.equal(await config.authorization?.(), "Bearer two");
});

/**
 * Sets these environment variables while a function runs. Variables with the value undefined are
 * deleted.
 */
async function withEnv(
  variables: Record<string, string | undefined>,
  run: () => Promise<void>,
): Promise<void> {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    await run();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

Deno.test("of several kubeconfigs the first that has an entry wins, and missing files are skipped", async () => {
  using files = folder({
    one: "current-context: y\nusers: [{name: u, user: {token: first}}]",
    two: kubeconfig("token: second").replace("name: x", "name: y"),
  });
  const { dir } = files;
  await withEnv({ KUBECONFIG: `${dir}/none:${dir}/one::${dir}/two` }, async () => {
    const config = await loadConfig();
    assert.equal(await config.authorization?.(), "Bearer first");
    assert.equal(config.server, "https://k:6443");
  });
});

Deno.test("without flag, variable and service account ~/.kube/config is read, if it exists", async () => {
  using files = folder({});
  const home = { KUBECONFIG: undefined, KUBERNETES_SERVICE_HOST: undefined, HOME: files.dir };
  await withEnv(home, async () => {
    await assert.rejects(loadConfig(), {
      name: "ConfigError",
      message: /^no cluster: .* and .*\/\.kube\/config does not exist$/,
    });
    Deno.mkdirSync(`${files.dir}/.kube`);
    Deno.writeTextFileSync(`${files.dir}/.kube/config`, kubeconfig("token: t"));
    assert.equal((await loadConfig()).origin, `${files.dir}/.kube/config`);
  });
});

const broken: [string, RegExp, string, string?][] = [
  ["invalid YAML, with line and column", /config:3:\d+: /, "a: 1\nb: 2\n  c: [}\n"],
  ["not a mapping", /expected a mapping/, "- a"],
  ["no current context", /no current-context; it has x$/, kubeconfig("").replace(/current.*/, "")],
  ["an unknown context", /no context "z"; it has x$/, kubeconfig("token: s3cret"), "z"],
  [
    "a context without its cluster",
    /context "x": no cluster "c"; it has no clusters$/,
    "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x",
  ],
  [
    "a context without its user",
    /context "x": no user "u"; it has v$/,
    kubeconfig("").replace("[{name: u", "[{name: v"),
  ],
  [
    "a cluster without a server",
    /clusters\[0\]\.cluster\.server is missing/,
    kubeconfig("", "x: y"),
  ],
  [
    "a server that is not a URL",
    /server "k:6443" is not an http or https URL/,
    kubeconfig("", "server: k:6443"),
  ],
  [
    "a CA that is not base64",
    /certificate-authority of "c" is not base64/,
    kubeconfig("", "server: https://k, certificate-authority-data: '*'"),
  ],
  [
    "a CA that is not PEM",
    /certificate-authority of "c" is not PEM/,
    kubeconfig("", "server: https://k, certificate-authority-data: AAAA"),
  ],
  [
    "a CA file that is missing",
    /nope: no such file \(certificate-authority of "c"\)/,
    kubeconfig("", "server: https://k, certificate-authority: nope"),
  ],
  [
    "a client key without a certificate",
    /only one of client certificate and key/,
    kubeconfig(`client-key-data: ${btoa(pem)}`),
  ],
  [
    "tls-server-name, which the runtime cannot check",
    /tls-server-name "other"/,
    kubeconfig("", "server: https://k, tls-server-name: other"),
  ],
  [
    "a server of another scheme, without its password",
    /server "ftp:\/\/…@k" is not an http or https URL/,
    kubeconfig("", 'server: "ftp://me:s3cret@k"'),
  ],
  [
    "a server that is not a URL, without its password",
    /server "…@k:x" is not an http or https URL/,
    kubeconfig("", 'server: "me:s3cret@k:x"'),
  ],
  [
    "a server with a password",
    /cluster "c": server must have no user name, query or fragment$/,
    kubeconfig("", 'server: "https://me:s3cret@k"'),
  ],
  [
    "a server with a query",
    /cluster "c": server must have no user name, query or fragment$/,
    kubeconfig("", 'server: "https://k?token=s3cret"'),
  ],
  [
    "an authority that no certificate is checked with",
    /certificate-authority and insecure-skip-tls-verify exclude each other$/,
    kubeconfig("", "server: https://k, certificate-authority: ca, insecure-skip-tls-verify: true"),
  ],
  [
    "an auth-provider",
    /auth-provider "oidc" is not supported; use an exec plugin/,
    kubeconfig("auth-provider: {name: oidc}"),
  ],
  ["groups without a user", /as-groups is not supported/, kubeconfig("as-groups: [g]")],
  ["a uid without a user", /as-uid needs as/, kubeconfig("as-uid: x")],
  ["extra", /as-user-extra is not supported/, kubeconfig("as: a, as-user-extra: {a: [b]}")],
  ["a user that no header can hold", /printable ASCII/, kubeconfig('as: "s3cret\\nx"')],
  ...["token", "tokenFile", "username", "password", "client-key-data", "as"].flatMap(
    (field): [string, RegExp, string][] =>
      ["123", "[s3cret]", "{a: s3cret}"].map((value) => [
        `${value} as ${field}`,
        new RegExp(`user "u": ${field} is not a string; write the value in quotes$`),
        kubeconfig(`username: me, ${field}: ${value}`.replace(/^username: me, (?=username)/, "")),
      ]),
  ),
  [
    "a list as exec",
    /user "u": exec has no command that is a string$/,
    kubeconfig("exec: [s3cret]"),
  ],
  [
    "exec without a command",
    /user "u": exec has no command that is a string$/,
    kubeconfig("exec: {apiVersion: client.authentication.k8s.io/v1}"),
  ],
  ["a user that is text", /user "u" is not a mapping$/, "users: [{name: u, user: s3cret}]"],
  ["users that are text", /users is not a list$/, "users: s3cret"],
  ["a user that is null", /users\[0\] has no name that is a string$/, "users: [null, s3cret]"],
  [
    "a number as server",
    /cluster "c": server is not a string; write the value in quotes$/,
    kubeconfig("", "server: 1"),
  ],
  ["a token of two lines", /the token is not one word/, kubeconfig('token: "s3cret\\nx"')],
  ["groups to impersonate", /as-groups is not supported/, kubeconfig("as: a, as-groups: [g]")],
  [
    "a credential plugin that is not installed",
    /plugin ".*nope" is not installed: get it from x$/,
    kubeconfig("exec: {command: ./nope, installHint: get it from x}"),
  ],
];
for (const [name, expected, config, context] of broken) {
  Deno.test(`a kubeconfig is refused in one line: ${name}`, () =>
    refusedAs(expected, config, context));
}

Deno.test("a missing kubeconfig is named in the error", async () => {
  await assert.rejects(loadConfig({ kubeconfig: "/nowhere/config" }), {
    name: "ConfigError",
    message: "cannot read kubeconfig /nowhere/config: no such file; set --kubeconfig or KUBECONFIG",
  });
});

Deno.test("a pod uses its service account, and reads a rotated token", async () => {
  using files = folder({ "ca.crt": pem, namespace: "kro-system\n", token: "old" });
  const variables: Record<string, string> = {
    KUBERNETES_SERVICE_HOST: "fd00::1",
    KUBERNETES_SERVICE_PORT: "443",
  };
  const config = await inCluster((name) => variables[name], files.dir);
  assert.equal(config?.server, "https://[fd00::1]:443");
  assert.equal(config?.namespace, "kro-system");
  assert.equal(config?.origin, "in-cluster");
  assert.ok(config?.readCertificates, "the file of the authority is read again");
  assert.equal(await config?.authorization?.(), "Bearer old");
  Deno.writeTextFileSync(`${files.dir}/token`, "new");
  config?.forget?.();
  assert.equal(await config?.authorization?.(), "Bearer new");
  assert.equal(await inCluster(() => undefined, files.dir), undefined);
  assert.equal(await inCluster((name) => variables[name], `${files.dir}/none`), undefined);
});
