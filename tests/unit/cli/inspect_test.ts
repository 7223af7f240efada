/**
 * Tests of the output of `kro get`, `kro describe` and `kro why`, on objects in memory. The expected output is
 * in the folder `golden`; `deno test -A tests/unit/cli/inspect_test.ts -- --update` writes it anew.
 */
import assert from "node:assert/strict";
import { jsonText, type KubeObject, type ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { ageText } from "../../../src/cli/inspect/age.ts";
import { graphDescription, instanceDescription } from "../../../src/cli/inspect/description.ts";
import type { ObservedInstance as Observed } from "../../../src/cli/inspect/observer.ts";
import { graphRows, instanceRows, treeRows } from "../../../src/cli/inspect/rows.ts";
import { isInState, parseSortBy, parseState, sorted } from "../../../src/cli/inspect/select.ts";
import { parseArguments, parseSubject } from "../../../src/cli/inspect/target.ts";
import { table } from "../../../src/cli/mod.ts";
import { toYaml } from "../../../src/cli/yaml.ts";
import { explanationText, why } from "../../../src/explain/mod.ts";
import { read } from "../../support/documents.ts";
import { CREATED, ObservedInstance } from "../../support/observation.ts";
import { runCommand } from "../../support/command.ts";
import { configMap, deployment, graphOf, rgd, SPEC } from "../graph/fixtures.ts";

const GOLDEN = "tests/unit/cli/golden/";

/** The time at which the commands run, in milliseconds: five minutes after all objects were created. */
const NOW = CREATED.getTime() + 300_000;

const definition: ResourceGraphDefinition = {
  ...rgd({ spec: { ...SPEC, count: "integer | default=3" } }, [
    configMap("settings", { data: { size: "${string(schema.spec.count)}" } }),
    { ...configMap("extra"), includeWhen: ["${schema.spec.flag}"] },
    {
      ...deployment("app", { replicas: "${schema.spec.count}" }),
      readyWhen: ["${app.status.readyReplicas == app.spec.replicas}"],
    },
    configMap("report", { data: { ready: "${string(app.status.readyReplicas)}" } }),
    {
      ...configMap("parts", { data: { name: "${n}" } }, { name: "part-${n}" }),
      forEach: [{ n: "${schema.spec.names}" }],
    },
  ]),
};

/** Observes an instance whose Deployment is not available. */
async function observed(): Promise<Observed> {
  const graph = await graphOf(definition);
  const instance = new ObservedInstance(graph, { name: "shop", flag: false, names: ["a", "b"] });
  await instance.observe();
  const conditions = [{
    type: "Available",
    status: "False",
    reason: "MinimumReplicasUnavailable",
    message: "Deployment does not have minimum availability.",
    lastTransitionTime: "2000-01-01T00:01:00Z",
  }];
  await instance.put(
    "app",
    { metadata: { name: "shop" }, status: { readyReplicas: 1, conditions } },
    "kube-controller-manager",
  );
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    type: "Warning",
    reason: "FailedCreate",
    message: 'pods "shop-1" is forbidden: exceeded quota: small',
    count: 4,
    lastTimestamp: "2000-01-01T00:04:00Z",
    source: { component: "deployment-controller" },
  };
  const observation = await instance.observe({ events: () => [event as KubeObject] });
  const object = observation.instance;
  object.metadata.creationTimestamp = CREATED.toISOString();
  return {
    rgd: definition,
    graph,
    revision: 2,
    problems: [],
    ref: { kind: graph.instance, namespace: "default", name: "corner" },
    instance: object,
    observation,
    nested: new Map(),
    removed: [],
  };
}

const published: ResourceGraphDefinition = {
  ...definition,
  metadata: { name: "demo", creationTimestamp: CREATED.toISOString() },
  status: {
    state: "Active",
    lastIssuedRevision: 2,
    resources: [{ id: "report", dependencies: [{ id: "app" }] }],
    conditions: [{ type: "Ready", status: "True", reason: "Ready" }],
  },
};

const plain = ({ header, rows }: ReturnType<typeof treeRows>) => table(header, rows);

const OUTPUTS: Record<string, () => Promise<string>> = {
  "get.graphs.txt": async () => await plain(graphRows([published], { wide: false, now: NOW })),
  "get.graphs.wide.txt": async () => await plain(graphRows([published], { wide: true, now: NOW })),
  "get.instances.txt": async () => {
    const { instance } = await observed();
    const columns = { namespaces: true, kinds: true, wide: false, now: NOW };
    return plain(instanceRows([instance], columns));
  },
  "get.tree.txt": async () => plain(treeRows(await observed(), { wide: false, now: NOW })),
  "get.tree.nested.txt": async () => {
    const outer = await observed();
    const inner = await observed();
    const nested = new Map([["Deployment.v1.apps/default/shop", inner]]);
    return plain(treeRows({ ...outer, nested }, { wide: true, now: NOW }));
  },
  "describe.instance.txt": async () => instanceDescription(await observed(), { now: NOW }),
  "describe.graph.txt": async () => {
    const { instance } = await observed();
    return graphDescription(published, [instance], [], { now: NOW });
  },
  "why.instance.txt": async () => text(await observed()),
  "why.node.txt": async () => text(await observed(), "parts"),
  "why.node.json": async () => `${jsonText(why((await observed()).observation!, "parts"), 2)}\n`,
  "why.node.yaml": async () => toYaml(why((await observed()).observation!, "parts")),
  "why.field.txt": async () => text(await observed(), "app.spec.replicas"),
};

function text({ observation }: Observed, subject?: string): string {
  return explanationText(why(observation!, subject), {
    age: (time) => `${ageText(time, NOW)} ago`,
  });
}

for (const [file, make] of Object.entries(OUTPUTS)) {
  Deno.test(`the output is that of golden/${file}`, async () => {
    const found = await make();
    const path = new URL(`../../../${GOLDEN}${file}`, import.meta.url);
    if (Deno.args.includes("--update")) await Deno.writeTextFile(path, found);
    assert.equal(found, read(GOLDEN + file));
  });
}

Deno.test("a suspended instance has the state SUSPENDED, unless it is being deleted", async () => {
  const found = await observed();
  const { instance } = found;
  instance.metadata.annotations = { "kro.run/reconcile": "suspended" };
  const outputs = () => {
    const columns = { namespaces: false, kinds: false, wide: false, now: NOW };
    return [
      plain(instanceRows([instance], columns)),
      plain(treeRows(found, { wide: false, now: NOW })),
      instanceDescription(found, { now: NOW }),
      graphDescription(published, [instance], [], { now: NOW }),
    ].map((text) => /IN_PROGRESS|SUSPENDED|DELETING/.exec(text)?.[0]);
  };
  assert.deepEqual(outputs(), ["SUSPENDED", "SUSPENDED", "SUSPENDED", "SUSPENDED"]);
  instance.metadata.deletionTimestamp = CREATED.toISOString();
  assert.deepEqual(outputs(), ["DELETING", "DELETING", "DELETING", "DELETING"]);
});

Deno.test("the tree of an instance that is being deleted shows the node of each object", async () => {
  const found = await observed();
  found.instance.metadata.deletionTimestamp = CREATED.toISOString();
  const observation = { ...found.observation!, nodes: [] };
  const [part] = observation.objects.get("parts")!;
  const { namespace, name = "" } = part!.metadata;
  const held = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
  const removed = [{ ...held, action: "deleting" as const, finalizers: ["acme.io/keep"] }];
  const text = plain(treeRows({ ...found, observation, removed }, { wide: false, now: NOW }));
  assert.match(text, new RegExp(`/${name} +parts +Deleting +5m +finalizers: acme.io/keep$`, "m"));
  assert.match(text, /Deployment\/\S+ +app +Present +5m$/m);
});

Deno.test("the tree of an instance that is being deleted shows the objects of nested instances", async () => {
  const found = await observed();
  found.instance.metadata.deletionTimestamp = CREATED.toISOString();
  const observation = { ...found.observation!, nodes: [] };
  const [app] = observation.objects.get("app")!;
  const { apiVersion, kind, metadata: { namespace, name = "" } } = app!;
  const nested = new Map([["Deployment.v1.apps/default/shop", await observed()]]);
  const tree = (removed: typeof found.removed) =>
    plain(treeRows({ ...found, observation, nested, removed }, { wide: false, now: NOW }));
  const inner = /^│ {2}├─ Deployment\/\S+ +app +Waiting/m;
  assert.match(tree([]), /Deployment\/\S+ +app +Present +5m$/m);
  assert.match(tree([]), inner);
  const held = { apiVersion, kind, namespace, name };
  const going = tree([{ ...held, action: "deleting", finalizers: ["acme.io/keep"] }]);
  assert.match(going, /Deployment\/\S+ +app +Deleting +5m +finalizers: acme.io\/keep$/m);
  assert.match(going, inner);
});

Deno.test("docs/debugging.md shows the present output", () => {
  const page = read("docs/debugging.md");
  for (const name of ["get.tree", "why.instance", "why.node", "why.field"]) {
    assert.ok(page.includes(read(`${GOLDEN}${name}.txt`)), name);
  }
});

Deno.test("ages have kubectl's format", () => {
  const cases: [seconds: number, text: string][] = [
    [0, "0s"],
    [119, "119s"],
    [125, "2m5s"],
    [600, "10m"],
    [3 * 3600 + 60, "3h1m"],
    [30 * 3600, "30h"],
    [50 * 3600, "2d2h"],
    [20 * 86_400, "20d"],
    [800 * 86_400, "2y70d"],
  ];
  for (const [seconds, expected] of cases) {
    assert.equal(ageText(CREATED.toISOString(), CREATED.getTime() + seconds * 1000), expected);
  }
  assert.equal(ageText(undefined, NOW), "<unknown>");
  assert.equal(ageText("2000-01-01T00:00:10Z", CREATED.getTime()), "0s");
});

Deno.test("objects are selected by state and sorted by words or paths", () => {
  const made = (name: string, size: number, state?: string): KubeObject => ({
    apiVersion: "v1",
    kind: "A",
    metadata: { name },
    spec: { size },
    ...(state && { status: { state } }),
  });
  const all = [made("b", 10, "ACTIVE"), made("a", 9, "ERROR"), made("c", 1)];
  const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name).join("");
  assert.equal(names(sorted(all, undefined)), "bac");
  assert.equal(names(sorted(all, parseSortBy("name"))), "abc");
  assert.equal(names(sorted(all, parseSortBy(".spec.size"))), "cab");
  assert.equal(names(sorted(all, parseSortBy("{.status.state}"))), "bac");
  assert.equal(names(all.filter((each) => isInState(each, parseState("error")))), "a");
  const suspended = made("s", 1, "IN_PROGRESS");
  suspended.metadata.annotations = { "kro.run/reconcile": "suspended" };
  const idle = made("r", 1, "IN_PROGRESS");
  const conditions = [{
    type: "ResourcesReady",
    status: "False",
    reason: "ReconciliationSuspended",
  }];
  idle.status = { ...idle.status as object, conditions };
  all.push(suspended, idle);
  assert.equal(names(all.filter((each) => isInState(each, parseState("suspended")))), "sr");
  assert.equal(names(all.filter((each) => isInState(each, parseState("in_progress")))), "");
  assert.throws(() => parseSortBy("nmae"), /cannot sort by "nmae"; did you mean "name"\?/);
  assert.throws(() => parseState("ACTIV"), /unknown state "ACTIV"; did you mean "ACTIVE"\?/);
});

Deno.test("targets are KIND, KIND NAME or KIND/NAME", async () => {
  assert.deepEqual(parseArguments([]), { kind: undefined, name: undefined });
  assert.deepEqual(parseArguments(["shop"]), { kind: "shop", name: undefined });
  assert.deepEqual(parseArguments(["shop", "a"]), { kind: "shop", name: "a" });
  assert.deepEqual(parseArguments(["shop/a"]), { kind: "shop", name: "a" });
  for (const bad of [["a/b/c"], ["a/"], ["/a"], ["a/b", "c"], ["a", "b", "c"]]) {
    assert.throws(() => parseArguments(bad), /is not KIND, KIND NAME or KIND\/NAME/, bad.join(" "));
  }
  const target = { kind: "shop", name: "a" };
  for (const form of [["shop/a"], ["shop", "a"]]) {
    assert.deepEqual(parseSubject(form), { ...target, subject: undefined });
    assert.deepEqual(parseSubject([...form, "b.c"]), { ...target, subject: "b.c" });
  }
  const cases: [args: string[], message: RegExp][] = [
    [["why", "shop"], /"shop" is a kind without a name: write shop\/NAME; kro get shop lists /],
    [
      ["describe", "shop"],
      /"shop" is a kind without a name: write shop\/NAME; kro get shop lists /,
    ],
    [["why", "shop/a", "x", "y"], /"shop\/a x y" is not KIND\/NAME \[SUBJECT\] or KIND NAME /],
    [["why", "shop", "a", "x", "--kubeconfig", "/none"], /cannot read kubeconfig \/none/],
    [["get", "shop/a", "-A"], /a name cannot be combined with -A/],
    [["get", "shop", "-A", "-n", "x"], /-A and -n exclude each other/],
    [["get", "--state", "ACTIV"], /did you mean "ACTIVE"\?/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, lines } = await runCommand(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
    assert.equal(lines, 1);
  }
});
