/**
 * Tests with objects that an attacker has built so that comparing them is expensive. The work must
 * grow linearly with the object's size, and the depth of recursion must be limited.
 */
import assert from "node:assert/strict";
import {
  canonical,
  deeperThan,
  didYouMean,
  jsonEqual,
  type KubeObject,
  moreValuesThan,
} from "../../../src/api/mod.ts";
import { compile, COST_LIMITS, DYN, fromCel, PassBudget, rawToCel } from "../../../src/cel/mod.ts";
import { GraphReads } from "../../../src/clusters/cache/graph_reads.ts";
import { Owners } from "../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../src/clusters/cache/store.ts";
import { desiredValues, fingerprint } from "../../../src/clusters/drift/fingerprint.ts";
import { foreignChange } from "../../../src/clusters/drift/foreign_change.ts";
import { nullFields } from "../../../src/clusters/drift/nulls.ts";
import { quantity } from "../../../src/clusters/drift/normalize.ts";
import { withoutValues } from "../../../src/reconcile/mod.ts";
import { objectWith } from "../../support/hostile_calls.ts";
import { world } from "../reconcile/fixtures.ts";

/** Returns an object that kro has applied, with this spec. */
function applied(spec: unknown, resourceVersion = "1", fields: unknown = { "f:spec": {} }) {
  return {
    apiVersion: "example.com/v1",
    kind: "Chart",
    metadata: {
      name: "a",
      namespace: "ns",
      uid: "u",
      resourceVersion,
      managedFields: [{
        manager: "kro.run/applyset",
        operation: "Apply",
        apiVersion: "example.com/v1",
        time: "2026-01-01T00:00:00Z",
        fieldsV1: fields,
      }],
    },
    spec,
  } as unknown as KubeObject;
}

const CHART = {
  group: "example.com",
  version: "v1",
  kind: "Chart",
  plural: "charts",
  namespaced: true,
};

const lists = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
const objects = (depth: number) => JSON.parse('{"a":'.repeat(depth) + "1" + "}".repeat(depth));

/**
 * Returns the number of times that `run` reads a property of the value, as a measure of the work.
 */
function reads(value: object, run: (value: object) => void): number {
  let count = 0;
  const wrap = (target: object): object =>
    new Proxy(target, {
      get(at, key, receiver) {
        count++;
        const found = Reflect.get(at, key, receiver);
        return typeof found === "object" && found !== null ? wrap(found) : found;
      },
    });
  run(wrap(value));
  return count;
}

for (const [form, make] of Object.entries({ lists, objects })) {
  for (const depth of [300, 6_000, 9_990]) {
    Deno.test(`${depth} nested ${form} differ from each desired object`, () => {
      const spec = { values: make(depth) };
      const live = applied(spec);
      const desired = applied({ values: 1 });
      const print = fingerprint(live);
      assert.notEqual(print?.valuesHash, desiredValues(desired));
      assert.deepEqual(fingerprint(applied(spec)), print);
      assert.notEqual(fingerprint(applied(spec, "2"))?.valuesHash, print?.valuesHash);
      assert.ok(foreignChange(live, desired));
      assert.ok(!jsonEqual(spec, { values: make(depth) }));
      assert.ok(deeperThan(spec, 256));
    });

    Deno.test(`${depth} nested ${form} in managed fields and in the cache`, () => {
      const fields = { "f:spec": JSON.parse('{"f:a":'.repeat(depth) + "{}" + "}".repeat(depth)) };
      assert.ok(fingerprint(applied(objects(depth), "1", fields)));
      const store = new ChildStore(CHART);
      store.observe(applied({ values: 1 }));
      assert.doesNotThrow(() => store.stripped(applied({ values: make(depth) }, "2")));
      assert.ok(!store.isUpToDate({ namespace: "ns", name: "a" }, applied({ values: 1 })));
    });
  }
}

Deno.test("a child that becomes too deeply nested is reported once, and again after a repair", () => {
  const reported: string[] = [];
  const store = new ChildStore(CHART, {
    reads: new GraphReads(),
    owners: new Owners(),
    onIncomparable: (kind, { namespace, name }) =>
      reported.push(`${kind.kind} ${namespace}/${name}`),
  });
  const deep = { values: lists(6_000) };
  store.observe(applied({ values: 1 }, "1"));
  assert.deepEqual(reported, []);
  for (const revision of ["2", "3", "4"]) store.observe(applied(deep, revision));
  assert.deepEqual(reported, ["Chart ns/a"]);
  store.observe(applied({ values: 1 }, "5"));
  store.observe(applied(deep, "6"));
  assert.deepEqual(reported, ["Chart ns/a", "Chart ns/a"]);
});

Deno.test("a quantity with more digits than the API server stores is compared as a string", () => {
  for (const digits of [100, 100_000, 1_500_000]) {
    for (
      const text of [
        `1${"0".repeat(digits)}`,
        `0.${"0".repeat(digits)}1`,
        `${"9".repeat(digits)}Ki`,
      ]
    ) {
      assert.equal(quantity(text), text);
    }
  }
  assert.equal(quantity("1000m"), quantity("1"));
  assert.equal(quantity("9223372036854775807"), "9223372036854775807e0");
});

Deno.test("the search for a changed element of a keyed list reads each element a bounded number of times", () => {
  const items = { type: "object", properties: { name: {}, value: {} } };
  const schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          list: {
            type: "array",
            items,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
          },
        },
      },
    },
  };
  const list = (length: number, value: string) =>
    Array.from({ length }, (_, i) => ({ name: `n${i}`, value: i === length - 1 ? value : "x" }));
  const work = (length: number) =>
    reads(applied({ list: list(length, "y") }), (live) => {
      const found = foreignChange(live as KubeObject, applied({ list: list(length, "z") }), schema);
      assert.equal(found?.field, `spec.list[name="n${length - 1}"].value`);
    });
  assert.ok(work(2_000) < 3 * work(1_000));
});

Deno.test("the search for a changed field reads each level a bounded number of times", () => {
  const work = (depth: number) =>
    reads(applied(objects(depth)), (live) => {
      const desired = applied(JSON.parse(JSON.stringify(objects(depth)).replace("1", "2")));
      assert.ok(foreignChange(live as KubeObject, desired));
    });
  assert.ok(work(200) < 3 * work(100));
});

Deno.test("forged merge keys do not multiply the work of a fingerprint", () => {
  const forged = (length: number) =>
    Object.fromEntries(Array.from({ length }, (_, i) => [`k:{"a${i}":1}`, {}]));
  const elements = (length: number) => Array.from({ length }, (_, i) => ({ [`b${i}`]: 1 }));
  const work = (length: number) =>
    reads(
      applied({ l: elements(length) }, "1", { "f:spec": { "f:l": forged(length) } }),
      (live) => {
        assert.ok(fingerprint(live as KubeObject));
      },
    );
  assert.ok(work(2_000) < 3 * work(1_000) + 100);
});

Deno.test("a forged merge key with many names does not multiply the work of a fingerprint", () => {
  const forged = (length: number) => {
    const names = Array.from({ length }, (_, i) => [`a${i}`, 1]);
    return { [`k:${JSON.stringify(Object.fromEntries(names))}`]: {} };
  };
  const work = (length: number) =>
    reads(
      applied({ l: Array.from({ length }, () => ({})) }, "1", {
        "f:spec": { "f:l": forged(length) },
      }),
      (live) => assert.ok(fingerprint(live as KubeObject)),
    );
  assert.ok(work(2_000) < 3 * work(1_000) + 100);
});

for (
  const [what, entry] of [
    ["values", { "v:1": {} }],
    ["merge keys", { 'k:{"a":1}': {} }],
  ] as const
) {
  Deno.test(`forged ${what} at each level do not multiply the work of a fingerprint`, () => {
    const work = (depth: number) => {
      let value: unknown = Array.from({ length: 2_000 }, () => 1);
      let fields: unknown = {};
      for (let level = 0; level < depth; level++) {
        value = [{ a: value }];
        fields = { ...entry, "i:0": { "f:a": fields } };
      }
      return reads(
        applied({ l: value }, "1", { "f:spec": { "f:l": fields } }),
        (live) => assert.ok(fingerprint(live as KubeObject)),
      );
    };
    assert.ok(work(100) < 3 * work(1), `${work(1)} reads, then ${work(100)}`);
  });
}

Deno.test("an object with too many values is compared by its resourceVersion, and applied once", () => {
  const values = Array.from({ length: 50_001 }, () => 1);
  const print = fingerprint(applied({ values }))!;
  assert.notEqual(print.valuesHash, desiredValues(applied({ values })));
  assert.deepEqual(fingerprint(applied({ values })), print);
  assert.notEqual(fingerprint(applied({ values }, "2"))?.valuesHash, print.valuesHash);
  assert.deepEqual(foreignChange(applied({ values }), applied({ values }))?.field, "");

  const at = { namespace: "ns", name: "a" };
  const store = new ChildStore(CHART);
  const desired = applied({ values });
  store.observe(applied({ values }));
  assert.ok(!store.isUpToDate(at, desired));
  return store.apply(at, desired, undefined, () => Promise.resolve(applied({ values }, "2")))
    .then(() => {
      assert.ok(store.isUpToDate(at, desired));
      assert.ok(!store.isUpToDate(at, applied({ values: [...values, 2] })));
      store.observe(applied({ values: [2] }, "3"));
      assert.ok(!store.isUpToDate(at, desired));
    });
});

Deno.test("a desired object is not hashed when its child has too many values to be compared", () => {
  const values = Array.from({ length: 60_000 }, () => 1);
  const store = new ChildStore(CHART);
  store.observe(applied({ values }));
  const count = reads(
    applied({ values }),
    (desired) =>
      assert.ok(!store.isUpToDate({ namespace: "ns", name: "a" }, desired as KubeObject)),
  );
  assert.ok(count < 1.5 * values.length, `${count} reads`);
});

Deno.test("the values of an object are counted at most up to the limit", () => {
  const values = Array.from({ length: 1_000_000 }, () => 1);
  assert.ok(reads(values, (value) => assert.ok(moreValuesThan(value))) <= 50_001);
  assert.ok(!moreValuesThan(values.slice(0, 50_000)));
  assert.ok(moreValuesThan([values.slice(0, 50_000)]));
  assert.ok(!moreValuesThan(lists(9_990)));
  assert.ok(moreValuesThan({ a: { b: [1] } }, 2));
  assert.ok(!moreValuesThan({ a: { b: [1] } }, 3));
});

Deno.test("a long name gets no suggestion", () => {
  assert.equal(didYouMean("a".repeat(700_000), ["a".repeat(699_999)]), undefined);
});

Deno.test("canonical refuses a value that is nested too deeply", () => {
  for (const make of [lists, objects]) {
    assert.doesNotThrow(() => canonical(make(257)));
    for (const depth of [258, 6_000]) {
      assert.throws(() => canonical(make(depth)), { name: "TooDeepError" });
    }
  }
});

Deno.test("managed fields that are nested too deeply for JSON.stringify differ from each desired object", () => {
  // The key of each level is the array index `0`, because V8's JSON.stringify is recursive only for objects
  // whose keys are array indexes.
  const deep = JSON.parse('{"0":'.repeat(9_990) + "{}" + "}".repeat(9_990));
  assert.throws(() => JSON.stringify(deep), RangeError);
  // The fingerprint ignores the nested objects in `f:data`, because the key of a field begins with `f:`, and
  // the key `0` does not.
  const print = fingerprint(applied(1, "1", { "f:spec": {}, "f:data": deep }));
  assert.ok(print);
  assert.notEqual(print.valuesHash, desiredValues(applied(1)));
  assert.equal(print.entryHash, print.valuesHash);
});

const nulls = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i, null]));
const long = (length: number) => ({ ["k".repeat(length)]: { below: null } });
const deepNull = JSON.parse('{"a":'.repeat(300) + "null" + "}".repeat(300));

const bounds: Record<string, [spec: unknown, count: number]> = {
  "all null fields of an object with few of them": [nulls(3), 3],
  "at most 1000 null fields": [nulls(5_000), 1_000],
  "a null field with a long path": [long(900), 1],
  "no null field with a path of more than 1000 characters": [{ top: null, ...long(1_000) }, 1],
  "no null field that is nested too deeply": [{ top: null, deep: deepNull }, 1],
};

for (const [name, [spec, count]] of Object.entries(bounds)) {
  Deno.test(`the comparison of null fields includes ${name}`, () => {
    assert.equal(nullFields(applied(spec), false).length, count);
  });
}

Deno.test("an instance whose value is nested too deeply fails its node", async () => {
  const made = await world(`
schema: {spec: {values: object}}
resources:
  - id: a
    template:
      apiVersion: apps/v1
      kind: ControllerRevision
      metadata: {name: "\${schema.metadata.name}-a"}
      revision: 1
      data: "\${schema.spec.values}"`);
  made.create({ values: { a: lists(200) } });
  const { state, nodes } = await made.pass();
  assert.equal(state, "ERROR");
  assert.match(JSON.stringify(nodes), /nested too deep/);
});

Deno.test("volatile fields are replaced in a copy that shares all other values", () => {
  const object = objectWith({ big: ["x"], list: [{ a: 1 }, { a: 2 }] });
  const before = JSON.stringify(object);
  const copy = withoutValues(object, [["spec", "value", "list", 1, "a"], ["spec", "missing"]]);
  assert.equal(JSON.stringify(object), before);
  const { big, list } = (copy.spec as { value: { big: unknown; list: unknown[] } }).value;
  const was = (object.spec as { value: { big: unknown; list: unknown[] } }).value;
  assert.deepEqual(list, [{ a: 1 }, { a: null }]);
  assert.equal(big, was.big);
  assert.equal(list[0], was.list[0]);
  assert.equal(copy.metadata, object.metadata);
});

Deno.test("an expression returns a nested list of its input without a copy", () => {
  const compiled = compile("[o.list]", { variables: { o: DYN } });
  assert.ok(compiled.ok);
  const input = { list: [[1, [null, "a"]], 2.5] };
  const result = compiled.program.evaluate({ o: rawToCel(input) }, new PassBudget(COST_LIMITS));
  assert.ok(result.ok);
  const json = fromCel(result.value);
  assert.ok(json.ok);
  assert.deepEqual(json.value, [[[1, [null, "a"]], 2.5]]);
  assert.equal((json.value as unknown[])[0], input.list);
});
