/**
 * Tests of leader election between real controllers: the leader writes, the standby waits, and a
 * controller that loses the Lease stops writing.
 */
import assert from "node:assert/strict";
import { Leadership } from "../../../src/controller/lease/leadership.ts";
import type { Change, ControllerOptions } from "../../../src/controller/mod.ts";
import { LeaseHolder } from "../../../src/kube/mod.ts";
import {
  CONFIG_MAP,
  configMap,
  eventually,
  type GraphSpec,
  KroRequests,
  kubectl,
  type Live,
  openClient,
  type RunningController,
  startController,
  startKro,
  TestCluster,
  TestGraph,
  writes,
} from "../../support/cluster/mod.ts";

/**
 * The durations of leader election, in seconds. They are shorter than the defaults, but far longer than the
 * delays of a busy machine.
 */
const FAST = { durationSeconds: 6, renewDeadlineSeconds: 4, retrySeconds: 0.5 };

const NOTE: GraphSpec = {
  kind: "Note",
  spec: { text: "string" },
  status: { text: "${map.data.text}" },
  resources: [configMap("map", "${schema.metadata.name}", { text: "${schema.spec.text}" })],
};

const states = (text: string) => ({ status }: Live) => status.text === text;

/**
 * Applies the RGD, and an instance named "one" whose `spec.text` is this string. Waits until the
 * RGD and the instance are ready.
 */
async function appliedNote(cluster: TestCluster, text: string): Promise<TestGraph> {
  const graph = await TestGraph.create(cluster, NOTE);
  await graph.served();
  await graph.create("one", { text });
  await graph.active("one", states(text));
  return graph;
}

/** Starts another controller, without waiting until it is ready. */
function candidate(options: Partial<ControllerOptions>): Promise<RunningController> {
  return startController({ podId: crypto.randomUUID(), ...options }, { wait: false });
}

/**
 * Returns the number of requests that a controller has sent, from its request metrics. `labels` is
 * a part of the metrics' labels, such as `verb="list"`, and selects the requests to count.
 */
async function sent({ metrics }: RunningController, labels: string): Promise<number> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((l) => l.startsWith("kro_api_requests_total{") && l.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

Deno.test("a standby is ready with warm caches, writes nothing, and takes over when the Lease is released", async () => {
  await using cluster = await TestCluster.open("lead");
  const lease = { elect: true, namespace: cluster.namespace, ...FAST };
  await using first = await startController({ lease });
  const changes: string[] = [];
  const listener = (change: Change) => changes.push(Object.values(change).join(" "));
  first.controller.subscribe(listener);
  const graph = await appliedNote(cluster, "one");
  const at = `instance ${graph.rgd.name} ${cluster.namespace} one`;
  await eventually(
    "a change of the graph and of the instance",
    () => changes.includes(`graph ${graph.rgd.name} Active`) && changes.includes(`${at} ACTIVE`),
  );

  await using second = await candidate({ lease, warmup: true });
  await eventually(
    "warm caches",
    async () =>
      second.controller.readiness().ready && await sent(second, 'verb="watch",resource="notes.'),
  );
  await eventually("the standby names the leader", () => {
    const { leader, namespace } = second.controller.standby() ?? {};
    return leader === Deno.hostname() && namespace === cluster.namespace;
  });
  assert.equal(first.controller.standby(), undefined);
  using requests = await KroRequests.open();
  await requests.idle(1000);
  for (const verb of ["create", "apply", "patch", "update", "delete"]) {
    assert.equal(await sent(second, `verb="${verb}"`), 0, verb);
  }
  assert.ok(await sent(second, 'verb="list"') > 0);

  await first.stop();
  await graph.create("one", { text: "two" });
  await graph.active("one", states("two"));
  assert.equal(second.controller.standby(), undefined);
  const facts = second.controller.instanceFacts(graph.rgd.name, `${cluster.namespace}/one`);
  assert.equal(facts?.state, "ACTIVE");
  assert.ok("kro.run/owned" in facts.labels!, JSON.stringify(facts.labels));
  assert.ok(await sent(second, 'verb="apply",resource="configmaps"') > 0);
  // The second controller is now the leader. It had already listed these kinds as a standby, so it must not
  // list them again.
  for (
    const resource of ["notes.", "configmaps", "customresourcedefinitions", "resourcegraphdefin"]
  ) {
    assert.ok(await sent(second, `verb="list",resource="${resource}`) <= 1, resource);
  }
  const leaders = await eventually("an Event of each leader", async () => {
    const events = JSON.parse(
      await kubectl(["-n", cluster.namespace, "get", "events", "-o", "json"]),
    );
    const found = events.items.filter((e: Live) => e.reason === "LeaderElection");
    return found.length >= 2 && found;
  });
  assert.equal(leaders.length, 2);
  assert.match(leaders[0].message, /^\S+_\S+ became leader$/);
  second.controller.subscribe(listener);
  await graph.removeAll();
  await eventually(
    "the end of the instance and of the graph",
    () =>
      [`${at} DELETED`, `graph ${graph.rgd.name} DELETED`].every((each) => changes.includes(each)),
  );
});

Deno.test("a process that was frozen past its Lease's expiry writes nothing until it holds the Lease again", async () => {
  await using cluster = await TestCluster.open("frozen");
  await using frozen = await startKro([
    "--leader-elect",
    `--leader-election-namespace=${cluster.namespace}`,
    `--leader-election-lease-duration=${FAST.durationSeconds}s`,
    `--leader-election-renew-deadline=${FAST.renewDeadlineSeconds}s`,
    `--leader-election-retry-period=${FAST.retrySeconds * 1000}ms`,
  ]);
  const graph = await appliedNote(cluster, "kept");
  const map = { kind: "ConfigMap", name: "one" };

  await using admin = await openClient();
  const waits: string[] = [];
  const rival = new LeaseHolder(admin.client, {
    namespace: cluster.namespace,
    name: "controller.kro.run",
    identity: "rival",
    waiting: (holder) => waits.push(holder),
    ...FAST,
  });
  try {
    rival.start();
    await eventually("the rival waits", () => waits.length > 0);
    assert.equal(rival.held, false);
    frozen.kill("SIGSTOP");
    await eventually("the rival holds the frozen process's Lease", () => rival.held);
    using requests = await KroRequests.open();
    await cluster.patch(map, { data: { text: "drifted" } });
    const losses = () => frozen.log().match(/lost lease/g)?.length ?? 0;
    const before = losses();
    frozen.kill("SIGCONT");
    await eventually("the process notices the loss", () => losses() > before);
    await requests.idle(2000);
    assert.deepEqual(writes(await requests.take()), []);
    assert.deepEqual((await cluster.get(map)).data, { text: "drifted" });

    await rival.release();
    await cluster.until(map, ({ data }) => data.text === "kept");
    await graph.removeAll();
  } finally {
    await rival.release();
  }
});

Deno.test("a controller that holds the Lease again does not use the revision that it served before", async () => {
  await using cluster = await TestCluster.open("again");
  const { namespace } = cluster;
  await using first = await startController({ lease: { elect: true, namespace, ...FAST } });
  const graph = await appliedNote(cluster, "one");
  await using admin = await openClient();
  const name = "controller.kro.run";
  const rival = new LeaseHolder(admin.client, { namespace, name, identity: "rival", ...FAST });
  try {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    await cluster.patch({ kind: "Lease.coordination.k8s.io", name }, {
      spec: { holderIdentity: "rival", renewTime },
    });
    rival.start();
    await eventually("the loss", () => rival.held && first.controller.standby() !== undefined);

    const second = await candidate({ lease: { namespace } });
    const more = { kind: "ConfigMap", name: "more" };
    await graph.change({ ...NOTE, resources: [...NOTE.resources, configMap("more", "more")] });
    const { uid } = (await cluster.until(more, () => true)).metadata;
    await graph.active("one");
    await second.stop();

    using requests = await KroRequests.open();
    await rival.release();
    await eventually("the Lease", () => first.controller.standby() === undefined);
    await graph.create("one", { text: "two" });
    await graph.active("one", states("two"));
    await requests.idle(500);
    assert.equal((await cluster.get(more)).metadata.uid, uid);
    assert.deepEqual((await requests.take()).filter(({ verb }) => verb === "delete"), []);
    await graph.removeAll();
  } finally {
    await rival.release();
  }
});

Deno.test("the first write after a blocked event loop checks the Lease against the clock, not against past events", async () => {
  await using cluster = await TestCluster.open("still");
  await using admin = await openClient();
  const events: string[] = [];

  const lease = { elect: true, namespace: cluster.namespace, ...FAST };
  const leadership = new Leadership(admin.client, lease, {
    acquired: () => events.push("acquired"),
    lost: () => events.push("lost"),
  });
  const gated = admin.client.behind(leadership);
  const write = (name: string) =>
    gated.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: cluster.namespace, name },
    }, { fieldManager: "test" });
  try {
    await assert.rejects(write("early"), /does not hold the lease/);
    leadership.start();
    await eventually("the Lease", () => leadership.held);
    await write("held");
    const end = performance.now() + 4500;
    // This loop blocks the event loop until the deadline for renewing the Lease has passed.
    while (performance.now() < end) { /* nothing */ }
    const late = write("late");
    assert.deepEqual(events, ["acquired"]);
    await assert.rejects(late, /does not hold the lease/);
  } finally {
    await leadership.release();
  }
});

Deno.test("two controllers without leader election become quiet, and create one revision", async () => {
  await using cluster = await TestCluster.open("twice");
  const lease = { namespace: cluster.namespace };
  await using first = await startController({ lease, podId: "first" });
  await using second = await candidate({ lease, podId: "second" });
  await eventually("both controllers are ready", () => second.controller.readiness().ready);
  const graph = await appliedNote(cluster, "one");
  await graph.create("one", { text: "two" });
  await graph.active("one", states("two"));
  assert.ok(first.controller.readiness().ready);

  using requests = await KroRequests.open();
  await requests.idle(3000);
  const revisions = await cluster.list("GraphRevision.internal.kro.run");
  const own = revisions.filter(({ spec }) => spec.snapshot.name === graph.rgd.name);
  assert.equal(own.length, 1);

  await cluster.remove(graph.instance("one"));
  await cluster.untilGone({ kind: "ConfigMap", name: "one" });
  await graph.removeAll();
});

Deno.test("a standby is ready without the right to watch the Lease, but not without the right to get it", async () => {
  await using cluster = await TestCluster.open("rights");
  await using admin = await openClient();
  const name = "controller.kro.run";
  const holder = new LeaseHolder(admin.client, { namespace: cluster.namespace, name });
  holder.start();
  await eventually("the holder", () => holder.held);
  const account = `system:serviceaccount:${cluster.namespace}:standby`;
  await using leases = await openClient({}, account);
  await using standby = await candidate({
    lease: { elect: true, namespace: cluster.namespace, client: leases.client, ...FAST },
  });
  const missing = () => standby.controller.readiness().missing.join();
  await eventually("the standby is not ready", () => /lease: .*forbidden/.test(missing()));
  const inSpace = (...args: string[]) => kubectl(["-n", cluster.namespace, ...args]);
  await inSpace("create", "role", "get", "--verb=get,update", "--resource=leases");
  await inSpace("create", "rolebinding", "get", "--role=get", `--user=${account}`);
  await eventually("ready with the right", () => missing() === "");
  // Without permission to list and watch the Lease, the standby reads the Lease each time the Lease
  // expires, and stays ready.
  await eventually("two refused lists", () => {
    assert.equal(missing(), "");
    return leases.sent.filter(({ verb, code }) => verb === "list" && code === 403).length > 1;
  });
  await holder.release();
  await eventually(
    "the standby leads",
    async () =>
      (await standby.metrics.text()).includes(`leader_election_master_status{name="${name}"} 1`),
  );
});
