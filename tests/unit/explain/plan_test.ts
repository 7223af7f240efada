/**
 * Tests of the report of `kro plan`: differences between objects, hidden values, groups of equal changes,
 * limits and output formats.
 */
import assert from "node:assert/strict";
import { ApiError, type KubeObject, type ObjectRef } from "../../../src/api/mod.ts";
import type { Reads } from "../../../src/cel/mod.ts";
import {
  changeOf,
  differences,
  exceeded,
  fieldChanges,
  groupChanges,
  hasChanges,
  hasRefusals,
  hider,
  MAX_COMMENT,
  type ObjectChange,
  pairReplaced,
  planMarkdown,
  type PlanReport,
  planText,
  rgdChanges,
} from "../../../src/explain/mod.ts";

const MAP: ObjectRef = {
  kind: { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  namespace: "shop",
  name: "map",
};

function configMap(data: Record<string, string>, metadata: object = {}): KubeObject {
  const head = { apiVersion: "v1", kind: "ConfigMap" };
  return { ...head, metadata: { name: "map", namespace: "shop", ...metadata }, data };
}

const hide = hider(new Uint8Array(32));

function report(more: Partial<PlanReport> = {}): PlanReport {
  const instances = { planned: 3, deleting: 0, suspended: 0 };
  return { graphs: [], instances, objects: 3, changes: [], waits: [], notes: [], ...more };
}

function change(name: string, more: Partial<ObjectChange> = {}): ObjectChange {
  const instance = { apiVersion: "kro.run/v1", kind: "Shop", namespace: "shop", name };
  const fields = [{ path: "data.color", old: "red", new: "blue" }];
  const head = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop" };
  return {
    ...head,
    name: `${name}-map`,
    action: "changed",
    node: "map",
    instance,
    fields,
    ...more,
  };
}

Deno.test("differences names changed, new and removed fields, and no system fields", () => {
  const before = configMap({ a: "1", b: "2" }, { resourceVersion: "1", uid: "u" });
  const after = configMap({ a: "1", b: "3", c: "4" }, { generation: 2, labels: { x: "y" } });
  const fields = fieldChanges(before, after, { isSecret: () => false, hide });
  assert.deepEqual(fields, [
    { path: "metadata.labels.x", new: "y" },
    { path: "data.b", old: "2", new: "3" },
    { path: "data.c", new: "4" },
  ]);
});

Deno.test("metadata with only the name of a new object is not a difference", () => {
  assert.deepEqual(differences(undefined, configMap({ a: "1" }, { uid: "u" })), [
    { path: ["data", "a"], new: "1" },
  ]);
});

Deno.test("differences matches elements of a keyed list by their key", () => {
  const item = { type: "object", properties: { name: { type: "string" } } };
  const list = {
    type: "array",
    items: item,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
  };
  const schema = { properties: { spec: { properties: { ports: list } } } };
  const object = (ports: unknown[]) => ({ ...configMap({}), spec: { ports } });
  const [a, b] = [{ name: "a", port: 1 }, { name: "b", port: 2 }];
  const found = differences(object([a, b]), object([{ ...b, port: 3 }, a]), schema);
  assert.deepEqual(found, [{ path: ["spec", "ports", { name: "b" }, "port"], old: 2, new: 3 }]);
});

Deno.test("values of a Secret are HMACs: equal values are equal, and no value appears", () => {
  const ref = { ...MAP, kind: { ...MAP.kind, kind: "Secret", plural: "secrets" } };
  const secret = (data: Record<string, string>) => ({ ...configMap(data), kind: "Secret" });
  const after = secret({ a: "new-value", b: "old-value" });
  const write = { ref, action: "changed", before: secret({ a: "old-value" }), after } as const;
  const { fields } = changeOf(write, { confidential: false, hide });
  const [a, b] = fields;
  assert.match(String(a?.new), /^hmac:[\w-]{16}$/);
  assert.equal(a?.old, b?.new);
  assert.notEqual(a?.old, a?.new);
  assert.doesNotMatch(JSON.stringify(fields), /value/);
});

Deno.test("fields of an instance that a graph copies into a Secret are HMACs", () => {
  const inputs: Reads = new Map([
    [
      "spec",
      new Map<string, Reads>([
        ["password", "whole"],
        ["users", new Map([["*", new Map([["token", "whole" as const]])]])],
      ]),
    ],
  ]);
  const after = {
    ...configMap({}),
    spec: { password: "a", size: 1, users: [{ token: "t", id: "u" }] },
  };
  const write = { ref: MAP, action: "created", after } as const;
  const { fields } = changeOf(write, { confidential: false, secretInputs: inputs, hide });
  const shown = Object.fromEntries(fields.map(({ path, new: value }) => [path, value]));
  assert.equal(shown["spec.size"], 1);
  assert.equal(shown["spec.users[0].id"], "u");
  assert.match(String(shown["spec.password"]), /^hmac:/);
  assert.match(String(shown["spec.users[0].token"]), /^hmac:/);
});

Deno.test("HMACs of two plans differ", () => {
  assert.notEqual(hider(new Uint8Array(32))("x"), hider(new Uint8Array(32).fill(1))("x"));
});

Deno.test("the refusal of a confidential object does not quote the API server", () => {
  const answer = 'Invalid value: "hunter2"';
  const error = new ApiError(`apply map: ${answer}`, { reason: "Invalid", code: 422, answer });
  const write = { ref: MAP, action: "refused", after: configMap({}), error } as const;
  const open = changeOf(write, { confidential: false, hide });
  assert.match(open.reason ?? "", /hunter2/);
  const closed = changeOf(write, { confidential: true, hide });
  assert.match(closed.reason ?? "", /withheld/);
});

Deno.test("literal values in the template of a Secret are hidden in the diff of an RGD", () => {
  const rgd = (password: string, image: string): KubeObject => ({
    ...configMap({}),
    data: undefined,
    spec: {
      resources: [
        { id: "s", template: { kind: "Secret", stringData: { password } } },
        { id: "m", template: { kind: "ConfigMap", data: { image } } },
      ],
    },
  });
  const [secret, map] = rgdChanges(rgd("hunter2", "a"), rgd("hunter3", "b"), hide);
  assert.doesNotMatch(JSON.stringify(secret), /hunter/);
  assert.deepEqual([map?.old, map?.new], ["a", "b"]);
});

Deno.test("the diff of an RGD matches nodes by their ids", () => {
  const node = (id: string, value: string) => ({
    id,
    template: { kind: "Secret", data: { value } },
  });
  const rgd = (...resources: object[]): KubeObject => ({
    ...configMap({}),
    data: undefined,
    spec: { resources },
  });
  const [a, b, c] = [node("a", "1"), node("b", "hunter2"), node("c", "3")];
  const paths = (before: KubeObject, after: KubeObject) =>
    rgdChanges(before, after, hide).map(({ path }) => path);
  const removed = rgdChanges(rgd(a, b, c), rgd(a, c), hide);
  assert.deepEqual(removed.map(({ path }) => path), [
    'spec.resources[id="b"].id',
    'spec.resources[id="b"].template.kind',
    'spec.resources[id="b"].template.data.value',
  ]);
  assert.doesNotMatch(JSON.stringify(removed), /hunter/);
  assert.deepEqual(paths(rgd(a, b), rgd(b, a)), []);
  // Elements of a list without unique keys are compared by their position.
  assert.deepEqual(paths(rgd(a, a), rgd(a, node("a", "2"))), [
    "spec.resources[1].template.data.value",
  ]);
});

Deno.test("equal changes of several instances form one group", () => {
  const changes = ["a1", "b2", "c3"].map((name) => change(name));
  const other = change("d4", { fields: [{ path: "data.color", old: "red", new: "green" }] });
  const groups = groupChanges([...changes, other]);
  assert.deepEqual(groups.map((group) => group.changes.length), [3, 1]);
  assert.match(
    planText(report({ changes })),
    /ConfigMap \(node map\): 3 objects in 3 of 3 instances/,
  );
});

Deno.test("an object in place of a pruned one of the same node is replaced", () => {
  const changes = [
    change("a", { name: "new", action: "created" }),
    change("a", { name: "old", action: "pruned" }),
    change("b", { name: "own", action: "created" }),
  ];
  const paired = pairReplaced(changes, () => true);
  assert.deepEqual(paired.map(({ action }) => action), ["replaced", "pruned", "created"]);
  assert.equal(paired[0]?.replaces, "old");
  assert.deepEqual(pairReplaced(changes, () => false), changes);
});

Deno.test("limits name the excess: changes, deletions and forbidden actions", () => {
  const all = report({ changes: [change("a"), change("b", { action: "pruned" })] });
  assert.deepEqual(exceeded(all, { maxChanges: 2, maxDeletes: 1, forbid: ["replaced"] }), []);
  assert.match(exceeded(all, { maxChanges: 1 })[0] ?? "", /objects to change: 2/);
  assert.match(exceeded(all, { maxDeletes: 0 })[0] ?? "", /objects to delete: 1/);
  assert.match(exceeded(all, { forbid: ["pruned"] })[0] ?? "", /shop\/b-map would be pruned/);
});

Deno.test("a refused object, a rejected RGD and a failed node are refusals", () => {
  assert.equal(hasChanges(report()) || hasRefusals(report()), false);
  assert.ok(hasRefusals(report({ changes: [change("a", { action: "refused" })] })));
  const graph = { name: "shop", action: "rejected", problems: ["x"], fields: [] } as const;
  assert.ok(hasRefusals(report({ graphs: [{ ...graph, problems: ["x"], fields: [] }] })));
  const { instance } = change("a");
  const wait = { instance: instance!, node: "n", kind: "K", state: "failed", reason: "r" } as const;
  assert.ok(hasRefusals(report({ waits: [wait] })));
});

Deno.test("the summary comes first, and a plan without changes says so", () => {
  const [first, second] = planText(report()).split("\n");
  assert.equal(first, "Plan: no changes; 3 instances, 3 objects compared");
  assert.equal(second, "Nothing would change.");
  const text = planText(report({ changes: [change("a")] }));
  assert.match(text, /^Plan: 1 changed; 3 instances/);
  assert.match(text, /data\.color: "red" -> "blue"/);
});

Deno.test("a rejected RGD names the revision that continues to serve, if there is one", () => {
  const graph = { name: "shop", action: "rejected" as const, problems: ["x"], fields: [] };
  const none = "no instance changes, because the RGD is rejected";
  const last = "nothing changes: the RGD is rejected, and revision 3 continues to serve";
  for (const [serving, expected] of [[undefined, none], [3, last]] as const) {
    const all = report({ graphs: [{ ...graph, serving }] });
    assert.ok(planText(all).includes(`  ${expected}; problems:\n    x`), planText(all));
    assert.ok(planMarkdown(all).includes(expected));
  }
});

Deno.test("a comment for GitHub fits into its limit, tells how much is left out, and keeps the notes", () => {
  const changes = Array.from(
    { length: 3000 },
    (_, i) =>
      change(`n${i}`, { fields: [{ path: `data.key${i}`, new: `\`\`\`${"x".repeat(100)}` }] }),
  );
  const text = planMarkdown(report({ changes }), MAX_COMMENT);
  assert.ok(new TextEncoder().encode(text).length <= 65_536);
  assert.match(text, /^### Plan: 3000 changed/);
  assert.match(text, /sections are left out of this comment/);
  assert.ok(planMarkdown(report({ changes })).length > 65_536);
  const notes = ["not checked ".repeat(100).trim()];
  const noted = planMarkdown(report({ changes, notes }), MAX_COMMENT);
  assert.ok(new TextEncoder().encode(noted).length <= 65_536);
  assert.match(noted, /Notes<\/summary>\n\n```\n(not checked ?){100}\n```/);
});

Deno.test("a value with backquotes does not end the code block of a comment", () => {
  const text = planMarkdown(
    report({ changes: [change("a", { fields: [{ path: "p", new: "```" }] })] }),
  );
  assert.match(text, /````\np: \+ "```"\n````/);
});
