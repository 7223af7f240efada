/**
 * Tests of `kro plan` on a real API server: what the plan reports, and that the controller then does exactly
 * what the plan reported.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { kubectl } from "../../support/controlplane/shared.ts";
import {
  configMap,
  type GraphSpec,
  kroTest,
  NAME,
  type Scenario,
  secret,
  service,
} from "../../support/cluster/mod.ts";
import { changesOfReport, planned, planText, proven, twoMaps } from "../../support/cluster/plan.ts";

kroTest("a plan of a changed RGD lists every changed field of all instances", async (s) => {
  const { report, code } = await proven(s, twoMaps("red"), twoMaps("blue"));
  assert.equal(code, 1);
  assert.deepEqual(report.instances, { planned: 2, deleting: 0, suspended: 0 });
  assert.equal(report.changes.length, 4);
  const first = report.changes.find(({ name }) => name === "one-first");
  assert.equal(first?.node, "first");
  assert.equal(first?.instance?.name, "one");
  assert.deepEqual(first?.fields, [{ path: "data.color", old: "red", new: "blue" }]);
});

kroTest("a plan without changes has exit code 0 and sends no dry run for objects", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  await s.requests();
  const instance = { apiVersion: graph.apiVersion, kind: "Planned", metadata: { name: "one" } };
  const { report, code } = await planned(s.cluster, [{ ...instance, spec: {} }]);
  assert.equal(code, 0, JSON.stringify(report));
  assert.deepEqual(report.changes, []);
  assert.equal(report.objects, 2);
  assert.deepEqual(await ofMaps(s), ["list"]);
});

kroTest(
  "a plan lists each kind once, and sends one dry run for each differing object",
  async (s) => {
    const graph = await s.graph(twoMaps("red"));
    for (const name of ["one", "two", "three"]) await graph.create(name);
    for (const name of ["one", "two", "three"]) await graph.active(name);
    await s.idle();
    await s.requests();
    const { report } = await planned(s.cluster, [graph.object(twoMaps("blue"))]);
    assert.equal(report.changes.length, 6);
    assert.deepEqual(await ofMaps(s), ["list", ...Array(6).fill("patch dry run")]);
  },
);

/** Returns the requests for ConfigMaps that kro has sent, sorted. */
async function ofMaps(s: Scenario): Promise<string[]> {
  const sent = (await s.requests()).filter(({ resource }) => resource === "configmaps");
  return sent.map(({ verb, uri }) => uri.includes("dryRun=All") ? `${verb} dry run` : verb).sort();
}

kroTest("a plan creates, prunes and replaces objects as the controller does", async (s) => {
  const old = twoMaps("red", [configMap("gone", `${NAME}-gone`), configMap("named", `${NAME}-a`)]);
  const next = twoMaps("red", [
    configMap("named", `${NAME}-b`),
    service("added", `${NAME}-service`),
  ]);
  const { report } = await proven(s, old, next, ["ConfigMap", "Service"]);
  const actions = report.changes.filter(({ instance }) => instance?.name === "one")
    .map(({ action, name, replaces = "" }) => [action, name, replaces].join(" ").trim()).sort();
  assert.deepEqual(actions, [
    "created one-service",
    "pruned one-a",
    "pruned one-gone",
    "replaced one-b one-a",
  ]);
});

kroTest("a plan hides the values of Secrets, and tells same from changed", async (s) => {
  const withSecret = (password: string, copy = "1"): GraphSpec => ({
    kind: "Hidden",
    resources: [
      {
        ...secret("secret", `${NAME}-secret`),
        template: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: `${NAME}-secret` },
          stringData: { password, user: "same" },
        },
      },
      configMap("copy", `${NAME}-copy`, { copy, password: "${string(secret.data.password)}" }),
    ],
  });
  const graph = await s.graph(withSecret("hunter2"));
  await graph.create("one");
  await graph.active("one");
  const { stdout } = await planText(s.cluster, [graph.object(withSecret("hunter3"))]);
  assert.doesNotMatch(stdout, /hunter|aHVudGVy/);
  assert.match(stdout, /data\.password: "hmac:[\w-]{16}" -> "hmac:[\w-]{16}"/);
  assert.doesNotMatch(stdout, /data\.user/);
});

kroTest("an object that the API server would refuse is reported, with exit code 2", async (s) => {
  const withType = (selector: JsonObject): GraphSpec => ({
    kind: "Refused",
    resources: [{
      id: "service",
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: NAME },
        spec: { ports: [{ port: 80 }], ...selector },
      },
    }],
  });
  const graph = await s.graph(withType({ selector: { a: "b" } }));
  await graph.create("one");
  await graph.active("one");
  const next = graph.object(withType({ selector: { a: "b" }, clusterIP: "10.0.0.77" }));
  const { report, code } = await planned(s.cluster, [next]);
  assert.equal(code, 2);
  assert.equal(report.changes[0]?.action, "refused");
  assert.match(report.changes[0]?.reason ?? "", /clusterIPs?/);
});

kroTest("an RGD that kubectl applied is planned with only the change of the file", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await s.cluster.remove(graph.rgd);
  await s.cluster.untilGone(graph.crd);
  const apply = ["apply", "-n", s.namespace, "-f", "-"];
  await kubectl(apply, { stdin: graph.object(twoMaps("red")) });
  await graph.create("one");
  await graph.active("one");
  const { report, code } = await planned(s.cluster, [graph.object(twoMaps("blue"))]);
  assert.equal(code, 1);
  const [change] = report.graphs;
  assert.deepEqual(change?.problems ?? [], []);
  const paths = change?.fields?.map(({ path }) => path) ?? [];
  assert.deepEqual(paths.filter((path) => !path.startsWith("metadata.annotations")), [
    'spec.resources[id="first"].template.data.color',
  ]);
  assert.equal(report.changes.length, 2);
});

kroTest("a rejected RGD is planned as no change, with its problems", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  const broken = { ...twoMaps("red"), resources: [configMap("a", "${schema.spec.nothing}")] };
  const { report, code } = await planned(s.cluster, [graph.object(broken)]);
  assert.equal(code, 2);
  assert.equal(report.graphs[0]?.action, "rejected");
  assert.match(report.graphs[0]?.problems.join() ?? "", /nothing/);
  assert.equal(report.graphs[0]?.serving, 1);
  assert.deepEqual(report.changes, []);
});

kroTest("instances are planned as the changed CRD would default them", async (s) => {
  const next = twoMaps("red", [
    configMap("level", `${NAME}-level`, { level: "${schema.spec.level}" }),
  ]);
  const spec = { ...next.spec, level: 'string | default="high"' };
  const { report } = await proven(s, twoMaps("red"), { ...next, spec });
  assert.equal(report.graphs[0]?.crd?.action, "changed");
  assert.deepEqual(
    report.graphs[0]?.crd?.changes.filter(({ path }) => path.startsWith("spec")).map((c) =>
      c.effect
    ),
    ["compatible"],
  );
  const created = report.changes.find(({ name }) => name === "one-level");
  assert.ok(
    created?.fields.some(({ path, new: value }) => path === "data.level" && value === "high"),
  );
});

kroTest(
  "a breaking change is refused, and names the instances that it would invalidate",
  async (s) => {
    const graph = await s.graph(twoMaps("red"));
    await graph.create("small", { size: 1 });
    await graph.create("large", { size: 5 });
    await graph.active("large");
    const next = { ...twoMaps("red"), spec: { size: "integer | default=1 maximum=3" } };
    const { report, code } = await planned(s.cluster, [graph.object(next)]);
    assert.equal(code, 2);
    const { action, crd, problems } = report.graphs[0]!;
    assert.equal(action, "rejected");
    assert.match(problems.join(), /breaking changes/);
    assert.deepEqual(crd?.invalid.map(({ name }) => name), ["large"]);
    assert.match(crd?.invalid[0]?.problems[0] ?? "", /spec\.size: 5 is more than the maximum 3/);
  },
);

kroTest("a changed instance of another graph is planned through that graph", async (s) => {
  const inner = await s.graph({
    kind: "Inner",
    spec: { color: "string" },
    resources: [configMap("map", `${NAME}-map`, { color: "${schema.spec.color}" })],
  });
  const nested = (color: string, more: JsonObject[] = []): GraphSpec => ({
    kind: "Outer",
    resources: [{
      id: "inner",
      template: {
        apiVersion: inner.apiVersion,
        kind: "Inner",
        metadata: { name: `${NAME}-inner` },
        spec: { color },
      },
    }, ...more],
  });
  const kinds = ["ConfigMap", `Inner.${inner.group}`];
  const extra = {
    id: "extra",
    template: {
      apiVersion: inner.apiVersion,
      kind: "Inner",
      metadata: { name: `${NAME}-extra` },
      spec: { color: "green" },
    },
  };
  const { report } = await proven(s, nested("red", [extra]), nested("blue"), kinds);
  const names = report.changes.filter(({ name }) => name.startsWith("one"))
    .map(({ action, name }) => `${action} ${name}`).sort();
  assert.deepEqual(names, [
    "changed one-inner",
    "changed one-inner-map",
    "pruned one-extra",
    "pruned one-extra-map",
  ]);
});

kroTest("an object of another manager is planned as adopted, with every field", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  const data = { theirs: "1", color: "green" };
  await s.cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "one-kept" },
    data,
  });
  const next = twoMaps("red", [configMap("kept", `${NAME}-kept`, { color: "blue" })]);
  const { report } = await planned(s.cluster, [graph.object(next)]);
  const [change] = report.changes;
  assert.equal(change?.action, "adopted");
  const ofData = change?.fields.filter(({ path }) => path.startsWith("data"));
  assert.deepEqual(ofData, [{ path: "data.color", old: "green", new: "blue" }]);
});

kroTest("instances that are being deleted are counted apart", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.create("leaving", {}, { finalizers: ["test.example.com/held"] });
  await graph.active("leaving");
  await graph.active("one");
  const leaving = graph.instance("leaving");
  await s.cluster.delete(leaving);
  const { report } = await planned(s.cluster, [graph.object(twoMaps("blue"))]);
  assert.deepEqual(report.instances, { planned: 1, deleting: 1, suspended: 0 });
  assert.ok(report.changes.every(({ instance }) => instance?.name === "one"));
  await s.cluster.patch(leaving, { metadata: { finalizers: null } });
});

kroTest(
  "a value that only the real write gives is unknown, and what follows is later",
  async (s) => {
    const old: GraphSpec = { kind: "Waits", resources: [configMap("first", `${NAME}-first`)] };
    const graph = await s.graph(old);
    await graph.create("one");
    await graph.active("one");
    const next: GraphSpec = {
      kind: "Waits",
      resources: [
        configMap("first", `${NAME}-first`, {}, { readyWhen: ["${first.data.ready == 'yes'}"] }),
        configMap("after", `${NAME}-after`, { name: "${first.metadata.name}" }),
        service("address", `${NAME}-address`),
        configMap("unknown", `${NAME}-unknown`, { ip: "${address.spec.clusterIP}" }),
      ],
    };
    const { report } = await planned(s.cluster, [graph.object(next)]);
    const after = report.changes.find(({ node }) => node === "after");
    assert.equal(after?.later, true);
    const states = report.waits.map(({ node, state }) => `${node} ${state}`).sort();
    assert.deepEqual(states, ["first unready", "unknown unknown"]);
  },
);

kroTest("a forbidden action and too many deletions have exit code 2", async (s) => {
  const graph = await s.graph(twoMaps("red", [configMap("gone", `${NAME}-gone`)]));
  await graph.create("one");
  await graph.active("one");
  const objects = [graph.object(twoMaps("red"))];
  const forbidden = await planText(s.cluster, objects, ["--forbid", "replace,prune"]);
  assert.equal(forbidden.code, 2);
  assert.match(forbidden.stderr, /one-gone would be pruned, but --forbid excludes that/);
  const limited = await planText(s.cluster, objects, ["--max-deletes", "0"]);
  assert.equal(limited.code, 2);
  assert.match(limited.stderr, /objects to delete: 1, but --max-deletes allows 0/);
  assert.equal((await planText(s.cluster, objects, ["--max-deletes", "1"])).code, 1);
});

kroTest(
  "without permission to write, kro compares the objects itself, and a note says so",
  async (s) => {
    const graph = await s.graph(twoMaps("red"));
    await graph.create("one");
    await graph.active("one");
    await s.idle();
    const objects = [
      graph.object(twoMaps("blue", [configMap("more", `${NAME}-more`, { a: "1" })])),
    ];
    const asked = await planned(s.cluster, objects);
    const compared = await planned(s.cluster, objects, [], "reader");
    assert.equal(compared.code, 1);
    assert.match(compared.report.notes.join("\n"), /this user may not patch configmaps/);
    assert.deepEqual(changesOfReport(compared.report), changesOfReport(asked.report));
  },
);

kroTest(
  "an instance in a file is planned with its objects, and nothing is left behind",
  async (s) => {
    const graph = await s.graph(twoMaps("red"));
    const metadata = { name: "new" };
    const instance = { apiVersion: graph.apiVersion, kind: "Planned", metadata, spec: { size: 3 } };
    const { report, code } = await planned(s.cluster, [instance]);
    assert.equal(code, 1);
    assert.deepEqual(report.changes.map(({ action, name }) => `${action} ${name}`), [
      "created new",
      "created new-first",
      "created new-second",
    ]);
    assert.equal(await s.cluster.find(graph.instance("new")), undefined);
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  },
);
