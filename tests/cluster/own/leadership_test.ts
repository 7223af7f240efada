/** Leader election with real controllers: who writes, who waits, and what a lost Lease stops. */
import assert from "node:assert/strict";
import { Leadership } from "../../../src/controller/lease/leadership.ts";
import { Controller, type ControllerOptions, Metrics } from "../../../src/controller/mod.ts";
import { connect, type KubeClient, LeaseHolder, loadConfig } from "../../../src/kube/mod.ts";
import { startProcess } from "../../support/cluster/kro_process.ts";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  quiet,
  read,
  requests,
  startController,
  until,
  untilGone,
  writes,
} from "../../support/cluster/controller.ts";
import { CONFIG_MAP } from "../../support/cluster/client.ts";
import {
  eventually,
  sharedControlPlane,
  testNamespace,
} from "../../support/controlplane/shared.ts";

const FAST = { durationSeconds: 3, renewDeadlineSeconds: 2, retrySeconds: 0.3 };

function noteGraph(name: string) {
  return graph(name, {
    kind: "Note",
    spec: { text: "string" },
    status: { text: "${map.data.text}" },
    resources: [{
      id: "map",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.metadata.name}" },
        data: { text: "${schema.spec.text}" },
      },
    }],
  });
}

function note(group: string, text: string) {
  return {
    apiVersion: `${groupOf(group)}/v1alpha1`,
    kind: "Note",
    metadata: { name: `${group}-note` },
    spec: { text },
  };
}

const states = (text: string) => (i: { status?: { state?: string; text?: string } }) =>
  i.status?.state === "ACTIVE" && i.status.text === text;

interface Standby extends AsyncDisposable {
  controller: Controller;
  metrics: Metrics;
}

/** A controller in this process, as user `kro`, that is not waited for. */
async function candidate(options: Partial<ControllerOptions>): Promise<Standby> {
  const controlPlane = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig: controlPlane.kubeconfigFor("kro") });
  const metrics = new Metrics();
  const client: KubeClient = connect(config, {
    userAgent: "kro/devel",
    onRequest: metrics.request,
  });
  const controller = new Controller({
    client,
    metrics,
    version: "devel",
    podId: crypto.randomUUID(),
    ...options,
  });
  controller.start();
  return {
    controller,
    metrics,
    async [Symbol.asyncDispose]() {
      await controller.stop();
      client.close();
    },
  };
}

/** How often a controller sent requests of that kind. */
async function sent({ metrics }: Standby, labels: string): Promise<number> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((l) => l.startsWith("kro_api_requests_total{") && l.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

Deno.test("who waits writes nothing and is ready, has warm caches, and takes over when the Lease is given back", async () => {
  await using space = await testNamespace("lead");
  const name = "leadership";
  const lease = { elect: true, namespace: space.name, ...FAST };
  const first = await startController({ lease });
  try {
    await apply(noteGraph(name));
    await until("rgd", name, undefined, (rgd) => rgd.status?.state === "Active");
    await apply(note(name, "one"));
    const plural = `notes.${groupOf(name)}`;
    await until(plural, `${name}-note`, undefined, states("one"));

    await using second = await candidate({ lease, warmup: true });
    await eventually(
      "warm caches",
      async () =>
        second.controller.readiness().ready && await sent(second, 'verb="watch",resource="notes.'),
    );
    await quiet(1000);
    for (const verb of ["create", "apply", "patch", "update", "delete"]) {
      assert.equal(await sent(second, `verb="${verb}"`), 0, verb);
    }
    const lists = await sent(second, 'verb="list"');

    await first.controller.stop();
    await apply(note(name, "two"));
    await until(plural, `${name}-note`, undefined, states("two"));
    assert.ok(await sent(second, 'verb="apply",resource="configmaps"') > 0);
    // Lists of its own revisions alone: the caches were there.
    const caches = [
      "notes.",
      "configmaps",
      "customresourcedefinitions",
      "resourcegraphdefinitions",
    ];
    for (const resource of caches) {
      assert.ok(await sent(second, `verb="list",resource="${resource}`) <= 1, resource);
    }
    assert.ok(lists > 0);
    const events = await kubectl(["-n", space.name, "get", "events", "-o", "json"]);
    // deno-lint-ignore no-explicit-any -- Events as they come
    const leaders = JSON.parse(events).items.filter((e: any) => e.reason === "LeaderElection");
    assert.equal(leaders.length, 2);
    assert.match(leaders[0].message, /^\S+_\S+ became leader$/);
    await cleanUp(name, "notes");
  } finally {
    await first[Symbol.asyncDispose]();
  }
});

Deno.test("a process that was frozen beyond its Lease writes nothing until it holds it again", async () => {
  await using space = await testNamespace("frozen");
  const name = "frozen";
  const plural = `notes.${groupOf(name)}`;
  await using frozen = await startProcess([
    "--leader-elect",
    `--leader-election-namespace=${space.name}`,
    "--leader-election-lease-duration=3s",
    "--leader-election-renew-deadline=2s",
    "--leader-election-retry-period=300ms",
  ]);
  await apply(noteGraph(name));
  await until("rgd", name, undefined, (rgd) => rgd.status?.state === "Active");
  await apply(note(name, "kept"));
  await until(plural, `${name}-note`, undefined, states("kept"));

  const { client, close } = await administrator();
  const rival = new LeaseHolder(client, {
    namespace: space.name,
    name: "controller.kro.run",
    identity: "rival",
    ...FAST,
  });
  try {
    rival.start();
    await quiet(500);
    assert.equal(rival.held, false);
    frozen.kill("SIGSTOP");
    await eventually(
      "the rival takes the Lease of the frozen one",
      () => Promise.resolve(rival.held),
    );
    const since = new Date();
    const drift = JSON.stringify({ data: { text: "drifted" } });
    await kubectl(["patch", "configmap", `${name}-note`, "--type=merge", "-p", drift]);
    frozen.kill("SIGCONT");
    await eventually(
      "it learns of the loss",
      () => Promise.resolve(/lost lease/.test(frozen.log())),
    );
    await quiet(2000);
    assert.deepEqual(writes(await requests(since)), []);
    assert.deepEqual((await read("configmap", `${name}-note`))?.data, { text: "drifted" });

    await rival.release();
    await until("configmap", `${name}-note`, undefined, (map) => map.data.text === "kept");
    await cleanUp(name, "notes");
  } finally {
    await rival.release();
    close();
  }
});

Deno.test("the first write after the event loop stood still is judged by the clock, not by what was heard", async () => {
  await using space = await testNamespace("still");
  const { client, close } = await administrator();
  const heard: string[] = [];
  const leadership = new Leadership(client, { elect: true, namespace: space.name, ...FAST }, {
    acquired: () => heard.push("acquired"),
    lost: () => heard.push("lost"),
  });
  const gated = client.behind(leadership);
  const write = (name: string) =>
    gated.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: space.name, name },
    }, { fieldManager: "test" });
  try {
    await assert.rejects(write("early"), /does not hold the lease/);
    leadership.start();
    await eventually("the Lease", () => Promise.resolve(leadership.held));
    await write("held");
    const end = performance.now() + 2500;
    while (performance.now() < end) { /* stands still */ }
    const late = write("late");
    assert.deepEqual(heard, ["acquired"]);
    await assert.rejects(late, /does not hold the lease/);
  } finally {
    await leadership.release();
    close();
  }
});

Deno.test("two controllers by mistake: no fight, nothing doubled, nothing lost", async () => {
  await using space = await testNamespace("twice");
  const name = "twice";
  const plural = `notes.${groupOf(name)}`;
  const lease = { namespace: space.name };
  await using first = await startController({ lease, podId: "first" });
  await using second = await candidate({ lease, podId: "second" });
  await eventually("both ready", () => Promise.resolve(second.controller.readiness().ready));
  await apply(noteGraph(name));
  await until("rgd", name, undefined, (rgd) => rgd.status?.state === "Active");
  await apply(note(name, "one"));
  await until(plural, `${name}-note`, undefined, states("one"));
  await apply(note(name, "two"));
  await until(plural, `${name}-note`, undefined, states("two"));
  assert.ok(first.controller.readiness().ready);

  await quiet(3000);
  const since = new Date();
  await quiet(3000);
  assert.deepEqual(writes(await requests(since)), []);
  const revisions = await kubectl(["get", "graphrevisions", "-o", "name"]);
  assert.equal(revisions.split("\n").filter((line) => line.includes(`/${name}-`)).length, 1);

  await kubectl(["delete", plural, `${name}-note`]);
  await untilGone("configmap", `${name}-note`);
  await cleanUp(name, "notes");
});

async function administrator(): Promise<{ client: KubeClient; close(): void }> {
  const { kubeconfig } = await sharedControlPlane();
  const client = connect(await loadConfig({ kubeconfig }), { userAgent: "test" });
  return { client, close: () => client.close() };
}

Deno.test("a standby that may not watch the Lease is ready all the same; one that may not get it is not", async () => {
  await using space = await testNamespace("rights");
  const { client, close } = await administrator();
  const holder = new LeaseHolder(client, { namespace: space.name, name: "controller.kro.run" });
  holder.start();
  await eventually("the holder", () => Promise.resolve(holder.held));
  const account = `system:serviceaccount:${space.name}:standby`;
  const { kubeconfig } = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig });
  config.headers = { "impersonate-user": account };
  const leases = connect(config, { userAgent: "test" });
  const standby = await candidate({
    lease: { elect: true, namespace: space.name, client: leases, ...FAST },
  });
  const missing = () => standby.controller.readiness().missing.join();
  await eventually("not ready", () => Promise.resolve(/lease: .*forbidden/.test(missing())));
  const inSpace = (...args: string[]) => kubectl(["-n", space.name, ...args]);
  await inSpace("create", "role", "get", "--verb=get,update", "--resource=leases");
  await inSpace("create", "rolebinding", "get", "--role=get", `--user=${account}`);
  await eventually("ready with the right", () => Promise.resolve(missing() === ""));
  // It cannot list and watch: it looks when the Lease expires, and goes on being ready.
  await quiet(4000);
  assert.equal(missing(), "");
  await holder.release();
  await eventually("it leads", async () =>
    (await standby.metrics.text()).includes(
      'leader_election_master_status{name="controller.kro.run"} 1',
    ));
  await standby[Symbol.asyncDispose]();
  leases.close();
  close();
});
