/**
 * Tests of the analysis that finds which fields of its variables an expression reads. The expression must
 * have the same result after all other fields are removed.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import {
  type CelType,
  compile,
  coversReads,
  DYN,
  type Evaluation,
  fromCel,
  listOf,
  objectType,
  type Outgoing,
  parse,
  partOf,
  rawToCel,
  type Reads,
  readsOf,
  toCel,
} from "../../../src/cel/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";

function reads(source: string): ReadonlyMap<string, Reads> {
  const result = parse(source);
  assert.ok(result.ok, source);
  return readsOf(result.parsed);
}

/**
 * Converts a `Reads`, the set of fields that an expression reads, to nested plain objects. A value that the
 * expression reads as a whole becomes `true`.
 */
function plain(reads: Reads): unknown {
  return reads === "whole"
    ? true
    : Object.fromEntries([...reads].map(([key, below]) => [key, plain(below)]));
}

const READS: Readonly<Record<string, unknown>> = {
  "d.spec.name": { d: { spec: { name: true } } },
  "d.spec['x'].y + d.spec.?z.orValue(0)": { d: { spec: { x: { y: true }, z: true } } },
  "has(d.data.password)": { d: { data: { password: {} } } },
  "d.spec.list[0].name": { d: { spec: { list: { "*": { name: true } } } } },
  "d.data[k]": { d: { data: { "*": true } }, k: true },
  "json.marshal(d.spec) + d.status.x": { d: { spec: true, status: { x: true } } },
  "dyn(d).spec": { d: true },
  "d": { d: true },
  "size(d) > 0 && d.all(x, true)": { d: { "*": {} } },
  "d.exists(c, c.type == 'A' && has(c.reason))": { d: { "*": { type: true, reason: {} } } },
  "d.filter(c, c.on).map(c, c.name)": { d: { "*": { on: true, name: true } } },
  "d.map(c, c.a)[0].b": { d: { "*": { a: { b: true } } } },
  "d.sortBy(c, c.rank)[0].name": { d: { "*": { rank: true, name: true } } },
  "d.transformList(i, v, v.x + i)": { d: { "*": { x: true } } },
  "(d.a ? e : f).name": { d: { a: true }, e: { name: true }, f: { name: true } },
  "cel.bind(x, d.spec, x.a + x.b)": { d: { spec: { a: true, b: true } } },
  "d.?status.optMap(s, s.phase)": { d: { status: { phase: true } } },
  "xs.map(d, d.inner) == d": { xs: { "*": { inner: true } }, d: true },
  "d.metadata.labels.a__dash__b": {
    d: { metadata: { labels: { a__dash__b: true, "a-b": true } } },
  },
  "[d.a, e][0].b": { d: { a: { b: true } }, e: { b: true } },
  "{'k': d.a}.k": { d: { a: true } },
  "'text'": {},
};

for (const [source, expected] of Object.entries(READS)) {
  Deno.test(`readsOf ${source}`, () => {
    const found = [...reads(source)].map(([name, below]) => [name, plain(below)]);
    assert.deepEqual(Object.fromEntries(found), expected);
  });
}

Deno.test("partOf returns the fields that are read and no others", () => {
  const object = {
    metadata: { name: "a", labels: { x: "1", y: "2" } },
    data: { big: "…", small: "s" },
    items: [{ name: "i", more: [1] }, "text", [1, 2]],
  };
  const read = reads("[d.metadata.labels.x, d.data.small, d.data.none, d.items.map(i, i.name)]");
  assert.deepEqual(partOf(object, read.get("d")!), {
    metadata: { labels: { x: "1" } },
    data: { small: "s" },
    items: [{ name: "i" }, "text", []],
  });
});

Deno.test("coversReads accepts reads of the same or fewer fields", () => {
  const covers = (known: string, wanted: string) =>
    coversReads(reads(known).get("d")!, reads(wanted).get("d")!);
  assert.ok(covers("d", "d.a.b"));
  assert.ok(covers("d.a", "d.a.b"));
  assert.ok(covers("d.a.map(x, x.b)", "d.a['k'].b"));
  assert.ok(!covers("d.a.b", "d.a"));
  assert.ok(!covers("d.a.b", "d.a.c"));
  assert.ok(!covers("d.a.map(x, x.b)", "d.a[0].c"));
});

const RUNS = 3000;
const KEYS = ["a", "b", "a-b", "n", "items", "__proto__"] as const;
const leaf = fc.constantFrom<Json>(1, 2, "x", "", true, null, 1.5, "2020-01-01T00:00:00Z");
const json: fc.Arbitrary<Json> = fc.letrec<{ v: Json }>((tie) => ({
  v: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("v"), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie("v")), { maxLength: 4 })
      .map((entries) =>
        JSON.parse(
          `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`,
        ) as JsonObject
      ),
  ),
})).v;

const LEAF: Schema = {
  type: "object",
  properties: {
    a: { type: "string" },
    "a-b": { type: "integer" },
    n: { type: "string", format: "date-time" },
    b: { "x-kubernetes-preserve-unknown-fields": true },
  },
};
const SCHEMA: Schema = {
  type: "object",
  properties: {
    ...LEAF.properties,
    items: { type: "array", items: LEAF },
    b: { type: "object", additionalProperties: LEAF },
  },
};
const TYPES: Record<string, CelType> = {
  d: DYN,
  s: objectType("s", SCHEMA),
  l: listOf(objectType("l", SCHEMA)),
};

/**
 * Random expressions. Most of them fail on most data. If the data contains only the fields that an expression
 * reads, the expression must return the same result or fail with the same error.
 */
const expression: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    {
      weight: 10,
      arbitrary: fc.constantFrom("d", "d", "d", "v", "w", "s", "l", "l[0]", "s.items", "s.b"),
    },
    ...[
      "@.a",
      "@.b",
      "@.n",
      "@.items",
      "@.a__dash__b",
      "@['a-b']",
      "@['a']",
      "@[0]",
      "@[1]",
      "@[@@]",
      "@.?a",
      "@[?'b']",
      "@.?a.orValue(@@)",
      "@.?items[?0].?b",
      "has(@.a)",
      "has(@.b.a)",
      "size(@)",
      "@.size()",
      "@ == @@",
      "@ in @@",
      "dyn(@)",
      "type(@)",
      "string(@)",
      "json.marshal(@)",
      "[@, @@]",
      "{'a': @, 'b': @@}",
      "(@ ? @@ : d)",
      "(has(@.a) ? @ : @@)",
      "@ + @@",
      "@ && @@",
      "@.map(v, @@)",
      "@.map(v, v.a)",
      "@.filter(v, @@)",
      "@.filter(v, has(v.a))",
      "@.all(v, @@)",
      "@.exists(v, v.a == @@)",
      "@.exists_one(v, @@)",
      "@.map(v, @@, v)",
      "@.all(v, w, @@)",
      "@.transformList(v, w, @@)",
      "@.transformMap(v, w, @@)",
      "@.transformMap(v, w, w.a)",
      "@.sortBy(v, v.n)",
      "cel.bind(v, @, @@)",
      "cel.bind(v, @, v.a)",
      "@.?b.optMap(v, @@)",
      "@.?b.optMap(v, v.a)",
      "@.?b.optFlatMap(v, v.?a)",
      "@.?a.hasValue()",
      "@.?a.value()",
      "@.?a.or(@@.?b).orValue(1)",
      "optional.of(@).orValue(@@)",
      "@.first()",
      "@.join(',')",
    ].map((form) => ({
      weight: 1,
      arbitrary: fc.tuple(tie("e"), tie("e")).map(([one, two]) =>
        form.replaceAll("@@", "§").replaceAll("@", one).replaceAll("§", two)
      ),
    })),
  ),
})).e;

const SCOPE = { variables: { v: DYN, w: DYN, ...TYPES } };

Deno.test("an expression evaluates the same on the part that it reads as on the whole value", () => {
  let compared = 0;
  let succeeded = 0;
  const data = fc.record({ d: json, s: json, l: fc.array(json, { maxLength: 2 }) });
  const compare = (source: string, samples: { d: Json; s: Json; l: Json }[]) => {
    const parsed = parse(source);
    const result = parsed.ok && compile(parsed.parsed, SCOPE);
    if (!result || !result.ok) return;
    const read = readsOf(parsed.parsed);
    for (const values of samples) {
      const outcome = (part: (name: string, value: Json) => Json): Evaluation | Outgoing => {
        const variables = Object.entries(values).map(([name, value]) => {
          const seen = part(name, value);
          return [name, name === "d" ? rawToCel(seen) : toCel(seen, TYPES[name]!)];
        });
        const evaluation = result.program.evaluate(Object.fromEntries(variables));
        return evaluation.ok ? fromCel(evaluation.value) : evaluation;
      };
      const whole = outcome((_, value) => value);
      compared++;
      if (whole.ok) succeeded++;
      assert.deepEqual(outcome((name, value) => partOf(value, read.get(name) ?? new Map())), whole);
    }
  };
  fc.assert(
    fc.property(expression, fc.array(data, { minLength: 5, maxLength: 5 }), compare),
    { numRuns: RUNS },
  );
  // If hardly any random expression compiled or succeeded, the comparison above would prove nothing.
  assert.ok(
    compared > RUNS / 2 && succeeded > RUNS / 20,
    `${compared} compared, ${succeeded} succeeded`,
  );
});

Deno.test("a value whose entries are all read as a whole is shared instead of copied", () => {
  const every = new Map([["*", "whole" as const]]);
  for (const value of [{ a: { b: 1 }, c: 2 }, [1, { a: 2 }]]) {
    assert.equal(partOf(value, every), value);
  }
});
