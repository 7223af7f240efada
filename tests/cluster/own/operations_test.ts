/**
 * Tests of the controller as a process: signals, health endpoints, heap snapshots, authorized
 * access to metrics, and logging.
 */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import {
  configMap,
  eventually,
  type GraphSpec,
  installOwnCrds,
  KroProcess,
  KroRequests,
  kubectl,
  sharedControlPlane,
  startController,
  startKro,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * Flags that limit kro's request rate, so that reconciling {@link MANY} objects takes at least 20
 * s.
 */
const SLOW = ["--client-qps=40", "--client-burst=40"];
const MANY = 800;

const MANY_MAPS: GraphSpec = {
  kind: "Many",
  spec: { names: "[]string" },
  resources: [
    configMap("map", "${schema.metadata.name + '-' + name}", { of: "${name}" }, {
      forEach: [{ name: "${schema.spec.names}" }],
    }),
  ],
};

/**
 * Applies an RGD and an instance with {@link MANY} ConfigMaps. Waits until the controller has
 * created some of them and is still busy.
 */
async function startedPass(cluster: TestCluster): Promise<TestGraph> {
  const graph = await TestGraph.create(cluster, MANY_MAPS);
  await graph.served();
  await graph.create("app", { names: Array.from({ length: MANY }, (_, i) => `n${i}`) });
  await eventually("the pass creates some ConfigMaps", async () => await made(cluster) > 5);
  return graph;
}

const made = async (cluster: TestCluster) => (await cluster.names("ConfigMap")).length;

/**
 * Cleans up after {@link startedPass}: starts a controller in this process, which creates the
 * remaining objects and then deletes all of them.
 */
async function cleanUp(graph: TestGraph): Promise<void> {
  await using _kro = await startController();
  await graph.removeAll();
}

Deno.test("SIGTERM during a pass: kro is not ready, stops between two requests, releases its Lease and exits with 0", async () => {
  await using cluster = await TestCluster.open("stop");
  await using kro = await startKro([
    "--leader-elect",
    `--leader-election-namespace=${cluster.namespace}`,
    // The controller aborts running reconciliations after half of this timeout. Until then, the test
    // can read /readyz.
    "--graceful-shutdown-timeout=6s",
    ...SLOW,
  ]);
  const graph = await startedPass(cluster);
  kro.kill("SIGTERM");
  await eventually("not ready", async () => {
    const ready = await kro.get("/readyz");
    return ready?.status === 503 && /controller is stopping/.test(await ready.text());
  });
  assert.equal(await kro.ended, 0, kro.log());
  using requests = await KroRequests.open();
  const lease = await cluster.get({
    kind: "Lease.coordination.k8s.io",
    name: "controller.kro.run",
  });
  assert.equal(lease.spec.holderIdentity ?? "", "");
  const count = await made(cluster);
  assert.ok(count < MANY, `${count} of ${MANY}: the pass ended before it could be interrupted`);
  assert.deepEqual(await requests.take(), []);
  assert.match(kro.log(), /running passes are aborted/);
  assert.doesNotMatch(kro.log(), /\[ERR\]|failed/);

  await using _next = await startController();
  await graph.active("app");
  assert.equal(await made(cluster), MANY);
  await graph.removeAll();
});

Deno.test("SIGTERM to the process group of a parent that forwards it releases the Lease", async () => {
  await using cluster = await TestCluster.open("group");
  // The shell is kro's parent process, and sends kro five copies of each signal, as several parent processes
  // would. The shell runs a program before each copy, because the kernel merges equal signals that arrive
  // together.
  const copies = "for _ in 1 2 3 4 5; do env true; kill -TERM $child; done";
  const forward = `trap '${copies}' TERM; "$@" & child=$!; wait $child; wait $child`;
  const election = ["--leader-elect", `--leader-election-namespace=${cluster.namespace}`];
  await using kro = await startKro(election, {
    under: ["sh", "-c", forward, "sh"],
    detached: true,
  });
  const ref = { kind: "Lease.coordination.k8s.io", name: "controller.kro.run" };
  await cluster.until(ref, (lease) => (lease.spec.holderIdentity ?? "") !== "");
  Deno.kill(-kro.pid, "SIGTERM");
  assert.equal(await kro.ended, 0, kro.log());
  const lease = await cluster.get(ref);
  assert.equal(lease.spec.holderIdentity ?? "", "");
});

Deno.test("a full heap stops kro with code 1, and releases the Lease", async () => {
  await using cluster = await TestCluster.open("fullheap");
  // Sets the variable `DENO_V8_FLAGS` when V8 has already started. V8 then ignores the variable, as in an
  // executable of `deno compile`.
  const preload = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(
    preload,
    'Deno.env.set("DENO_V8_FLAGS", "--max-old-space-size=1");\n',
  );
  const { kubeconfig, kubeconfigFor } = await sharedControlPlane();
  await installOwnCrds(kubeconfig);
  await using kro = KroProcess.start({
    kubeconfig: kubeconfigFor("kro"),
    flags: ["--leader-elect", `--leader-election-namespace=${cluster.namespace}`],
    preload,
  });
  assert.equal(await kro.ended, 1, kro.log());
  assert.match(kro.log(), /uses \d+ MiB, more than its limit of 1 MiB: kro stops/);
  const lease = await cluster.get({
    kind: "Lease.coordination.k8s.io",
    name: "controller.kro.run",
  });
  assert.equal(lease.spec.holderIdentity ?? "", "");
  await Deno.remove(preload);
});

Deno.test("a second signal ends kro at once, even during a pass", async () => {
  await using cluster = await TestCluster.open("twosignals");
  await using kro = await startKro(SLOW);
  const graph = await startedPass(cluster);
  kro.kill("SIGTERM");
  await eventually("the first is logged", () => /SIGTERM: stopping/.test(kro.log()));
  // After the first signal, kro waits for the running reconciliation. A second signal ends kro at once,
  // unless it arrives within one second after the first signal: kro then ignores it as a copy of the first
  // signal.
  await eventually("a later signal ends kro", () => {
    kro.kill("SIGTERM");
    return !kro.running;
  });
  assert.equal(await kro.ended, 1, kro.log());
  assert.ok(await made(cluster) < MANY);
  await cleanUp(graph);
});

Deno.test("healthz fails while a pass exceeds its deadline, and recovers afterwards", async () => {
  await using cluster = await TestCluster.open("beyond");
  await using kro = await startKro(["--pass-deadline=2s", ...SLOW]);
  await eventually("healthy at first", async () => (await kro.get("/healthz"))?.status === 200);
  const graph = await startedPass(cluster);
  const problem = await eventually("unhealthy", async () => {
    const health = await kro.get("/healthz");
    return health?.status === 500 && await health.text();
  });
  const key = `manies.${graph.group}|${cluster.namespace}/app`;
  assert.ok(problem.includes(`the pass over ${key} has run for`), problem);
  await graph.active("app");
  await eventually("healthy", async () => (await kro.get("/healthz"))?.status === 200);
  await kro.stop();
  await cleanUp(graph);
});

Deno.test("SIGUSR2 writes a heap snapshot to the only writable folder", async () => {
  const { kubeconfigFor } = await sharedControlPlane();
  const folder = await Deno.makeTempDir();
  const permissions = permissionFlags("controller", [kubeconfigFor("kro")], folder);
  const flags = [`--debug-dir=${folder}`, "--log-format=json"];
  await using kro = await startKro(flags, { permissions });
  kro.kill("SIGUSR2");
  await eventually("the snapshot", () => /wrote a heap snapshot/.test(kro.log()));
  const [file, ...others] = [...Deno.readDirSync(folder)];
  assert.match(file!.name, /^kro-.*\.heapsnapshot$/);
  assert.equal(others.length, 0);
  const snapshot = JSON.parse(await Deno.readTextFile(`${folder}/${file!.name}`));
  assert.ok(snapshot.snapshot.node_count > 1000);
  kro.kill("SIGTERM");
  assert.equal(await kro.ended, 0, kro.log());
  for (const line of kro.logLines()) assert.equal(typeof line.message, "string");
  await Deno.remove(folder, { recursive: true });
});

/**
 * The flags that make kro require a token. `path` is the URL path that the token's user must be permitted
 * to read, and `urls` are the endpoints of kro that serve this path.
 */
const GUARDED = [
  { flag: "--metrics-auth", path: "/metrics", urls: ["url", "metricsUrl"] },
  { flag: "--http-auth", path: "/graphs", urls: ["url"] },
] as const;

for (const { flag, path, urls } of GUARDED) {
  Deno.test(`${flag}: a missing or wrong token is 401, a token without the right is 403`, async () => {
    await using cluster = await TestCluster.open("guarded");
    const inSpace = (...args: string[]) => kubectl(["-n", cluster.namespace, ...args]);
    const tokenOf = async (account: string) => {
      await inSpace("create", "serviceaccount", account);
      return (await inSpace("create", "token", account)).trim();
    };
    const [reader, stranger] = [await tokenOf("reader"), await tokenOf("stranger")];
    const role = `${cluster.namespace}-reader`;
    await kubectl(["create", "clusterrole", role, "--verb=get", `--non-resource-url=${path}`]);
    const subject = `--serviceaccount=${cluster.namespace}:reader`;
    await kubectl(["create", "clusterrolebinding", role, `--clusterrole=${role}`, subject]);
    try {
      await using kro = await startKro([flag]);
      const answer = async (url: string, token?: string) => {
        const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
        const response = await fetch(`${url}${path}`, { headers });
        await response.body?.cancel();
        return response.status;
      };
      for (const url of urls.map((name) => kro[name])) {
        assert.equal(await answer(url), 401);
        assert.equal(await answer(url, "nonsense"), 401);
        assert.equal(await answer(url, stranger), 403);
        await eventually("the reader has the right", async () => await answer(url, reader) === 200);
      }
      assert.equal((await kro.get("/healthz"))?.status, 200);
      using requests = await KroRequests.open();
      for (let i = 0; i < 5; i++) assert.equal(await answer(kro.url, reader), 200);
      const reviews = (await requests.take()).filter(({ resource }) =>
        resource.endsWith("reviews")
      );
      assert.deepEqual(reviews, []);
    } finally {
      await kubectl(["delete", "clusterrolebinding,clusterrole", role]);
    }
  });
}

Deno.test("the log names graph, instance, revision and node, a failure once, and never a secret value", async () => {
  await using cluster = await TestCluster.open("talkative");
  const password = `hidden-${crypto.randomUUID()}`;
  await using kro = await startKro([
    "-vv",
    "--log-format=json",
    "--dynamic-controller-rate-limiter-max-delay=200ms",
  ]);
  const graph = await TestGraph.create(cluster, {
    kind: "Login",
    spec: { password: "string", label: "string" },
    resources: [{
      id: "credentials",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "${schema.metadata.name}", labels: { app: "${schema.spec.label}" } },
        stringData: { password: "${schema.spec.password}" },
      },
    }],
  });
  await graph.served();
  await graph.create("app", { password, label: "good" });
  await graph.active("app");
  await graph.create("app", { password, label: "no good label!" });
  const passes = () =>
    kro.logLines().filter(({ level, message }) =>
      level === "DEBUG" && /^pass over/.test(String(message))
    );
  await eventually(
    "some failing passes",
    () => passes().filter(({ state }) => state === "ERROR").length > 3,
  );

  const failures = kro.logLines().filter(({ level }) => level === "ERROR");
  assert.equal(failures.length, 1, JSON.stringify(failures));
  const { graph: of, instance, revision, node, error } = failures[0]!;
  assert.deepEqual(
    [of, instance, revision, node],
    [graph.rgd.name, `${cluster.namespace}/app`, 1, "credentials"],
  );
  assert.match(String(error), /metadata\.labels/);
  const created = kro.logLines().find(({ action }) => action === "created");
  assert.equal(created?.node, "credentials");
  assert.match(String(passes()[0]!.duration), /^[\d.]+m?s$/);
  assert.ok(
    kro.logLines().some(({ verb, resource }) => verb === "apply" && resource === "secrets"),
  );
  for (const value of [password, btoa(password)]) {
    assert.ok(!kro.log().includes(value), "a secret value is in the log");
  }
  await graph.removeAll();
});

Deno.test("a refusal that quotes a Secret's value reaches neither status, log, Events nor the API", async () => {
  await using cluster = await TestCluster.open("leaky");
  const password = `hidden ${crypto.randomUUID()}`;
  await using kro = await startKro(["-vv", "--feature-gates=InstanceConditionEvents=true"]);
  const graph = await TestGraph.create(cluster, {
    kind: "Leaky",
    spec: { password: "string" },
    status: { copy: "${map.metadata.name}" },
    resources: [
      {
        id: "credentials",
        template: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "${schema.metadata.name}" },
          stringData: { password: "${schema.spec.password}" },
        },
      },
      {
        id: "map",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: {
            name: "${schema.metadata.name}",
            // The password contains a space, so the API server rejects the label and quotes the
            // password in its error message.
            labels: { leak: "${string(credentials.data.password)}" },
          },
        },
      },
    ],
  });
  await graph.served();
  await graph.create("app", { password });
  const { status } = await cluster.until(graph.instance("app"), (o) => o.status?.state === "ERROR");
  const view = await eventually("the API shows the error", async () => {
    const path = `/graphs/${graph.rgd.name}/instances/${cluster.namespace}/app`;
    const text = await (await kro.get(path))?.text() ?? "";
    return text.includes("ERROR") && text;
  });
  const events = await eventually("the Event", async () => {
    const text = await kubectl(["-n", cluster.namespace, "get", "events", "-o", "json"]);
    return text.includes("is withheld") && text;
  });
  const shown = { status: JSON.stringify(status), view, events, log: kro.log() };
  for (const [where, text] of Object.entries(shown)) {
    for (const value of [password, btoa(password)]) {
      assert.ok(!text.includes(value), `the value is in the ${where}: ${text}`);
    }
    assert.ok(text.includes("map"), `the ${where} does not name the node`);
  }
  await graph.removeAll();
});
