/**
 * Runs kro's bundle with the Deno flags of the controller and of the one-shot commands. Inside the process, a
 * probe tries which operations Deno permits: before kro's code runs, and when the command ends.
 */
import assert from "node:assert/strict";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { BUNDLE_FLAGS, permissionFlags } from "../../../src/cli/mod.ts";
import type { Outcome, Outcomes, Targets } from "../../support/permissions/probe.ts";

/**
 * The outcomes of the probe's operations at the start and at the end of a command, and the command's exit
 * code.
 */
interface Tried {
  start: Outcomes;
  end: Outcomes;
  code: number;
}

const probe = new URL("../../support/permissions/probe.ts", import.meta.url).href;

/**
 * Accepts connections on a free port, and closes each connection immediately, until the listener is closed.
 */
function acceptingPort(): { port: number; close(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) connection.close();
  })();
  return { port: (listener.addr as Deno.NetAddr).port, close: () => listener.close() };
}

/** Returns a kubeconfig for an API server on 127.0.0.1, optionally with a credential plugin. */
function kubeconfigText(port: number, plugin?: string): string {
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin };
  return JSON.stringify({
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    clusters: [{ name: "it", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "it", user: plugin ? { exec } : {} }],
  });
}

/** The files, folders and ports that a test creates, so that the probe can try its operations on them. */
class Places implements AsyncDisposable {
  readonly #listeners = [acceptingPort(), acceptingPort()];
  readonly folder = Deno.makeTempDirSync({ prefix: "kro-permissions-" });
  readonly targets: Targets;

  constructor() {
    const [api, other] = this.#listeners.map(({ port }) => port) as [number, number];
    const kubeconfig = `${this.folder}/kubeconfig`;
    const [debugDir, elsewhere] = [`${this.folder}/debug`, `${this.folder}/elsewhere`];
    const endpoint = acceptingPort();
    endpoint.close();
    this.targets = { api, other, endpoint: endpoint.port, kubeconfig, debugDir, elsewhere };
    for (const folder of [debugDir, elsewhere]) Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${elsewhere}/other.js`, "export {};\n");
    Deno.writeTextFileSync(kubeconfig, kubeconfigText(api));
    const plugin = `${this.folder}/plugin`;
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
    const printed = JSON.stringify({ ...credential, status: { token: "token" } });
    Deno.writeTextFileSync(plugin, `#!/bin/sh\necho '${printed}'\n`, { mode: 0o755 });
    Deno.writeTextFileSync(`${this.folder}/with-plugin`, kubeconfigText(api, plugin));
    const preload = `import { install } from "${probe}";\nawait install(${
      JSON.stringify(this.targets)
    });\n`;
    Deno.writeTextFileSync(`${this.folder}/preload.ts`, preload);
  }

  /**
   * Runs kro's bundle with these flags of Deno and these arguments. Returns the outcomes that the probe
   * printed, and the exit code.
   */
  async run(flags: readonly string[], args: readonly string[]): Promise<Tried> {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", ...flags, ...BUNDLE_FLAGS, `--preload=${this.folder}/preload.ts`],
        ...[await built, ...args],
      ],
      stdin: "null",
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", KRO_TEST_SECRET: "secret" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const line = text(stdout).trim().split("\n").at(-1)!;
    assert.match(line, /^\{/, text(stderr));
    return JSON.parse(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const built = bundle();

/** Returns the names of the operations with this outcome. */
const those = (outcomes: Outcomes, outcome: Outcome): string[] =>
  Object.keys(outcomes).filter((name) => outcomes[name] === outcome);

/** The probe's operations that Deno always permits to the controller and to the one-shot commands. */
const ALWAYS = ["read the kubeconfig", "read HOME", "read the host name"];

/** The probe's network operations that Deno permits to the controller from its start to its end. */
const OWN_NETWORK = ["connect to the API server", "listen on the address of the endpoint"];

/**
 * The probe's network operations that Deno permits to the controller only until kro has read the address of
 * its API server.
 */
const OTHER_NETWORK = [
  "connect to another port",
  "connect to another address",
  "connect to another name",
  "fetch from another port",
  "fetch from the cloud's metadata service",
  "connect with node:net",
  "connect in a worker",
  "open a WebSocket",
  "look up a name",
  "listen on another port",
];

const RUN = ["run a program", "send a signal to a process"];

/**
 * The probe's operations on files and on the system that Deno permits to the one-shot commands, but not to
 * the controller.
 */
const LOCAL = [
  "read another file",
  "list the root folder",
  "read another variable",
  "set another variable",
  "import a local module",
];

/** The probe's operations that Deno permits to a one-shot command until the command has read its flags. */
const WRITE = [
  "write to the debug folder",
  "write to another folder",
  "remove a file",
  "create a temporary file",
];

function assertAllowed(outcomes: Outcomes, expected: readonly string[], when: string): void {
  assert.deepEqual(those(outcomes, "allowed").sort(), [...expected].sort(), when);
}

function controllerArgs({ kubeconfig, endpoint }: Targets): string[] {
  return [
    "controller",
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${endpoint}`,
    "--metrics-bind-address=0",
  ];
}

Deno.test("the controller reaches only its API server, its own addresses and its debug folder", async () => {
  await using places = new Places();
  const { kubeconfig, debugDir } = places.targets;
  const flags = permissionFlags("controller", [kubeconfig], debugDir);
  const args = [...controllerArgs(places.targets), `--debug-dir=${debugDir}`];
  const { start, end, code } = await places.run(flags, args);
  assert.equal(code, 2, "the API server closes each connection");
  const kept = [...ALWAYS, ...OWN_NETWORK, "write to the debug folder"];
  assertAllowed(start, [...kept, ...OTHER_NETWORK], "before kro knows its API server");
  assertAllowed(end, kept, "afterwards");
  const hidden = ["read another variable", "set another variable"];
  for (const outcomes of [start, end]) assert.deepEqual(those(outcomes, "hidden"), hidden);
});

Deno.test("a controller without --debug-dir writes nowhere, also in the image", async () => {
  await using places = new Places();
  const { kubeconfig, debugDir } = places.targets;
  // The executable in the image has the permission to write to the folder for heap snapshots (`--debug-dir`).
  const flags = permissionFlags("controller", [kubeconfig], debugDir);
  const { end } = await places.run(flags, controllerArgs(places.targets));
  assertAllowed(end, [...ALWAYS, ...OWN_NETWORK], "afterwards");
});

Deno.test("a controller with a list of hosts reaches no other host from its start", async () => {
  await using places = new Places();
  const { kubeconfig, api, endpoint } = places.targets;
  const hosts = [`127.0.0.1:${api}`, `127.0.0.1:${endpoint}`];
  const flags = permissionFlags("controller", [kubeconfig], undefined, hosts);
  const { start, end } = await places.run(flags, controllerArgs(places.targets));
  for (const outcomes of [start, end]) assertAllowed(outcomes, [...ALWAYS, ...OWN_NETWORK], "both");
});

/**
 * Groups of one-shot commands. `givenUp` lists the probe's operations for which the command gives up its
 * permission.
 */
const COMMANDS: { name: string; args: (folder: string) => string[]; givenUp: string[] }[] = [
  {
    name: "a command without a cluster loses the network and the right to run programs",
    args: () => ["version"],
    givenUp: [...OWN_NETWORK, ...OTHER_NETWORK, ...RUN],
  },
  {
    name: "a command with a cluster loses the right to run programs",
    args: (folder) => ["reconcile", `--kubeconfig=${folder}/kubeconfig`],
    givenUp: RUN,
  },
  {
    name: "kro why --server loses the right to run programs",
    args: () => ["why", "shops/corner", "--server=http://127.0.0.1:1"],
    givenUp: RUN,
  },
  {
    name: "a dashboard that opens no browser loses the right to run programs",
    args: (folder) => ["dashboard", "--port=0", `--kubeconfig=${folder}/kubeconfig`],
    givenUp: RUN,
  },
  {
    name: "a command with a credential plugin may run programs",
    args: (folder) => ["reconcile", `--kubeconfig=${folder}/with-plugin`],
    givenUp: [],
  },
];

for (const { name, args, givenUp } of COMMANDS) {
  Deno.test(name, async () => {
    await using places = new Places();
    const { start, end } = await places.run(permissionFlags("local"), args(places.folder));
    const permitted = [...ALWAYS, ...OWN_NETWORK, ...OTHER_NETWORK, ...RUN, ...LOCAL];
    assertAllowed(start, [...permitted, ...WRITE], "at the start");
    assertAllowed(end, permitted.filter((each) => !givenUp.includes(each)), "at the end");
  });
}

Deno.test("a controller with the flags of the one-shot commands loses the right to run programs", async () => {
  await using places = new Places();
  const { end } = await places.run(permissionFlags("local"), controllerArgs(places.targets));
  // Deno can revoke `--allow-net` only as a whole, so the command keeps all permissions for the network.
  assertAllowed(end, [...ALWAYS, ...OWN_NETWORK, ...OTHER_NETWORK, ...LOCAL], "at the end");
});

/** Runs a module with the given flags of Deno, and returns the words that the module prints. */
async function printed(flags: readonly string[], code: string): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", ...flags, "-"],
    cwd: new URL("../../..", import.meta.url).pathname,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout).trim().split(/\s+/);
}

Deno.test("only a list of hosts can be narrowed; --allow-net without hosts cannot", async () => {
  const code = `const state = (host) => Deno.permissions.querySync({ name: "net", host }).state;
    Deno.permissions.requestSync({ name: "net", host: "10.0.0.1:443" });
    Deno.permissions.revokeSync({ name: "net", host: "0.0.0.1" });
    console.log(state("10.0.0.1:443"), state("10.0.0.2:443"));`;
  assert.deepEqual(await printed(["--allow-net=0.0.0.0/0"], code), ["granted", "prompt"]);
  assert.deepEqual(await printed(["--allow-net"], code), ["granted", "granted"]);
});

Deno.test("a command keeps the right to write to one file only", async () => {
  const code = `import { confine, enableConfinement } from "./src/cli/confine.ts";
    const write = async (path) => console.log(await Deno.writeTextFile(path, "").then(() => "ok", (e) => e.name));
    enableConfinement();
    confine({ writes: ["/dev/null"] });
    await write("/dev/null");
    await write("/dev/zero");
    confine({ writes: [] });
    await write("/dev/null");`;
  const expected = ["ok", "NotCapable", "NotCapable"];
  assert.deepEqual(await printed(["--allow-write=/"], code), expected);
});

Deno.test("a pod uses the Service's name if Deno denies the given address of the API server", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["token", "ca.crt", "namespace"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "content");
  }
  const code = `import { inCluster } from "./src/kube/in_cluster.ts";
    for (const KUBERNETES_SERVICE_HOST of ["10.0.0.1", "fd00::1", "api.example.com"]) {
      const env = { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: "443" };
      console.log((await inCluster((name) => env[name], ${JSON.stringify(folder)})).server);
    }`;
  const image = permissionFlags("controller", [folder]).filter((flag) => !flag.includes("v8"));
  assert.deepEqual(await printed(image, code), [
    "https://10.0.0.1:443",
    "https://kubernetes.default.svc:443",
    "https://kubernetes.default.svc:443",
  ]);
  assert.deepEqual(await printed(permissionFlags("local"), code), [
    "https://10.0.0.1:443",
    "https://[fd00::1]:443",
    "https://api.example.com:443",
  ]);
  await Deno.remove(folder, { recursive: true });
});
