/** The controller as a process: signals, health, heap snapshots, guarded metrics. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { startProcess } from "../../support/cluster/kro_process.ts";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  requests,
  startController,
  until,
} from "../../support/cluster/controller.ts";
import {
  eventually,
  sharedControlPlane,
  testNamespace,
} from "../../support/controlplane/shared.ts";

/** A graph whose pass makes so many ConfigMaps that it takes a while. */
function manyGraph(name: string) {
  return graph(name, {
    kind: "Many",
    spec: { names: "[]string" },
    resources: [{
      id: "map",
      forEach: [{ name: "${schema.spec.names}" }],
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.metadata.name + '-' + name}" },
        data: { of: "${name}" },
      },
    }],
  });
}

async function applyMany(name: string, count: number): Promise<void> {
  await apply(manyGraph(name));
  await until("rgd", name, undefined, (rgd) => rgd.status?.state === "Active");
  await apply({
    apiVersion: `${groupOf(name)}/v1alpha1`,
    kind: "Many",
    metadata: { name },
    spec: { names: Array.from({ length: count }, (_, i) => `n${i}`) },
  });
}

async function made(name: string): Promise<number> {
  const text = await kubectl(["get", "configmaps", "-o", "name"]);
  return text.split("\n").filter((line) => line.startsWith(`configmap/${name}-n`)).length;
}

const status = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { code: response.status, text: await response.text() };
};

Deno.test("SIGTERM in the middle of a pass: not ready, cut between two requests, Lease given back, code 0", async () => {
  await using space = await testNamespace("stop");
  const name = "stopped";
  await using kro = await startProcess([
    "--leader-elect",
    `--leader-election-namespace=${space.name}`,
    "--graceful-shutdown-timeout=4s",
    "--client-qps=40",
    "--client-burst=40",
  ]);
  await applyMany(name, 400);
  await eventually("the pass", async () => await made(name) > 5);
  kro.kill("SIGTERM");
  await eventually("not ready", async () => {
    const ready = await status(`${kro.url}/readyz`).catch(() => undefined);
    return ready?.code === 503 && /controller is stopping/.test(ready.text);
  });
  assert.equal(await kro.ended, 0, kro.log());
  const since = new Date();
  const lease = JSON.parse(
    await kubectl(["get", "lease", "controller.kro.run", "-n", space.name, "-o", "json"]),
  );
  assert.equal(lease.spec.holderIdentity ?? "", "");
  const count = await made(name);
  assert.ok(count < 400, `${count} of 400: the pass was over too early to be cut`);
  assert.deepEqual(await requests(since), []);
  assert.match(kro.log(), /running passes are aborted/);
  assert.doesNotMatch(kro.log(), /\[ERR\]|failed/);

  await using _ = await startController();
  await eventually("all of it after a restart", async () => await made(name) === 400, 60, 500);
  await cleanUp(name, "manies");
});

Deno.test("a second signal ends it at once, in the middle of a pass", async () => {
  const name = "twosignals";
  await using kro = await startProcess(["--client-qps=40", "--client-burst=40"]);
  await applyMany(name, 400);
  await eventually("the pass", async () => await made(name) > 5);
  kro.kill("SIGTERM");
  await eventually(
    "the first is heard",
    () => Promise.resolve(/SIGTERM: stopping/.test(kro.log())),
  );
  kro.kill("SIGTERM");
  assert.equal(await kro.ended, 1, kro.log());
  assert.ok(await made(name) < 400);
  await using _ = await startController();
  await cleanUp(name, "manies");
});

Deno.test("healthz fails while a pass is beyond its deadline, and not after it", async () => {
  const name = "beyond";
  await using kro = await startProcess([
    "--pass-deadline=2s",
    "--client-qps=40",
    "--client-burst=40",
  ]);
  assert.equal((await status(`${kro.url}/healthz`)).code, 200);
  await applyMany(name, 250);
  const sick = await eventually("unhealthy", async () => {
    const health = await status(`${kro.url}/healthz`);
    return health.code === 500 && health;
  });
  assert.match(
    sick.text,
    /the pass over manies\.beyond\.example\.com\|default\/beyond has run for/,
  );
  await until(`manies.${groupOf(name)}`, name, undefined, (i) => i.status?.state === "ACTIVE");
  await eventually("healthy", async () => (await status(`${kro.url}/healthz`)).code === 200);
  await using _ = await startController();
  await cleanUp(name, "manies");
});

Deno.test("SIGUSR2 writes a heap snapshot to the one folder that may be written to", async () => {
  const { kubeconfigFor } = await sharedControlPlane();
  const folder = await Deno.makeTempDir();
  const permissions = permissionFlags("controller", [kubeconfigFor("kro")], folder);
  await using kro = await startProcess([`--debug-dir=${folder}`, "--log-format=json"], permissions);
  kro.kill("SIGUSR2");
  await eventually("the snapshot", () => Promise.resolve(/wrote a heap snapshot/.test(kro.log())));
  const [file, ...others] = [...Deno.readDirSync(folder)];
  assert.match(file!.name, /^kro-.*\.heapsnapshot$/);
  assert.equal(others.length, 0);
  const snapshot = JSON.parse(await Deno.readTextFile(`${folder}/${file!.name}`));
  assert.ok(snapshot.snapshot.node_count > 1000);
  kro.kill("SIGTERM");
  assert.equal(await kro.ended, 0, kro.log());
  for (const line of kro.log().trim().split("\n")) {
    assert.equal(typeof JSON.parse(line).message, "string", line);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("guarded metrics: who shows no token, a wrong one, or may not, gets none", async () => {
  await using space = await testNamespace("metrics");
  const inSpace = (...args: string[]) => kubectl(["-n", space.name, ...args]);
  const tokenOf = async (account: string) => {
    await inSpace("create", "serviceaccount", account);
    return (await inSpace("create", "token", account)).trim();
  };
  const [scraper, stranger] = [await tokenOf("scraper"), await tokenOf("stranger")];
  const role = `${space.name}-metrics`;
  await kubectl(["create", "clusterrole", role, "--verb=get", "--non-resource-url=/metrics"]);
  await kubectl([
    "create",
    "clusterrolebinding",
    role,
    `--clusterrole=${role}`,
    `--serviceaccount=${space.name}:scraper`,
  ]);
  try {
    await using kro = await startProcess(["--metrics-auth"]);
    const answer = async (url: string, token?: string) => {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      return (await status(`${url}/metrics`, headers)).code;
    };
    for (const url of [kro.url, kro.metricsUrl]) {
      assert.equal(await answer(url), 401);
      assert.equal(await answer(url, "nonsense"), 401);
      assert.equal(await answer(url, stranger), 403);
      await eventually("the right", async () => await answer(url, scraper) === 200);
    }
    assert.equal((await status(`${kro.url}/healthz`)).code, 200);
    const since = new Date();
    for (let i = 0; i < 5; i++) assert.equal(await answer(kro.url, scraper), 200);
    const reviews = (await requests(since)).filter((r) => r.resource.endsWith("reviews"));
    assert.deepEqual(reviews, []);
  } finally {
    await kubectl(["delete", "clusterrolebinding,clusterrole", role]);
  }
});

Deno.test("the log names graph, instance, revision and node, a failure once, and never a secret value", async () => {
  const name = "talkative";
  const plural = `logins.${groupOf(name)}`;
  const secret = `hidden-${crypto.randomUUID()}`;
  await using kro = await startProcess([
    "-vv",
    "--log-format=json",
    "--dynamic-controller-rate-limiter-max-delay=200ms",
  ]);
  await apply(graph(name, {
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
  }));
  await until("rgd", name, undefined, (rgd) => rgd.status?.state === "Active");
  const login = (label: string) => ({
    apiVersion: `${groupOf(name)}/v1alpha1`,
    kind: "Login",
    metadata: { name },
    spec: { password: secret, label },
  });
  const lines = () => kro.log().trim().split("\n").map((line) => JSON.parse(line));
  await apply(login("good"));
  await until(plural, name, undefined, (i) => i.status?.state === "ACTIVE");
  await apply(login("no good label!"));
  const passes = () => lines().filter((l) => l.level === "DEBUG" && /^pass over/.test(l.message));
  await eventually(
    "some failing passes",
    () => Promise.resolve(passes().filter((pass) => pass.state === "ERROR").length > 3),
  );

  const failures = lines().filter((line) => line.level === "ERROR");
  assert.equal(failures.length, 1, JSON.stringify(failures));
  const { graph: of, instance, revision, node, error } = failures[0];
  assert.deepEqual([of, instance, revision, node], [name, `default/${name}`, 1, "credentials"]);
  assert.match(error, /metadata\.labels/);
  const created = lines().find((line) => line.action === "created");
  assert.equal(created?.node, "credentials");
  assert.match(passes()[0].duration, /^[\d.]+m?s$/);
  assert.ok(lines().some((line) => line.verb === "apply" && line.resource === "secrets"));
  const base64 = btoa(secret);
  for (const value of [secret, base64]) assert.ok(!kro.log().includes(value), "a secret is told");
  await cleanUp(name, "logins");
});
