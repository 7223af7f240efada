/**
 * Tests that cost estimates are not too high. Each expression of the conformance corpus, and many
 * typical expressions, are evaluated with data of the largest size that an estimate assumes. The
 * estimated maximum must be at most ten times the cost that the evaluation is charged.
 */
import assert from "node:assert/strict";
import {
  type CelType,
  compile,
  COST_LIMITS,
  objectType,
  PassBudget,
  toCel,
} from "../../../src/cel/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";
import { readCorpus } from "../../conformance/corpus.ts";
import { assumedData, exactSchema } from "./assumed_data.ts";

/** The factor by which an estimated cost may exceed the measured cost. */
const RATIO = 10;
/**
 * A cost (0.05 ms) that is added to the estimated and to the measured cost before they are compared. It hides
 * large ratios between small costs, for example if only one of the two costs includes the compilation of a
 * pattern.
 */
const FLOOR = 5_000;

/**
 * Expressions whose evaluation visits only a few elements of the data, although their cost estimates assume
 * visits of all elements. The test permits these estimates to be too high.
 */
const DECIDED_EARLY = [
  "lists.range(40).all(i, lists.range(40).all(j, lists.range(40).exists(k, i + j + k >= 0)))",
  "lists.range(100).all(i, lists.range(100).all(j, lists.range(100).exists(k, i + j + k > 1000)))",
  "s.spec.ports[0] in s.spec.ports",
  "lists.range(20000).exists(i, [1, 2][i + 2] == i || i == 5)",
];

interface Compared {
  readonly expression: string;
  readonly estimated: number;
  readonly measured: number;
}

/**
 * Returns the estimated and the measured cost of an expression. Returns undefined if the expression does not
 * compile or its evaluation fails.
 */
function compared(
  expression: string,
  types: Record<string, CelType>,
  data: Record<string, unknown>,
): Compared | undefined {
  const compiled = compile(expression, { variables: types, omit: true, runtime: true });
  if (!compiled.ok) return undefined;
  const totals = { evaluations: 0, cost: 0 };
  const values = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, toCel(data[name], type)]),
  );
  const limits = { expression: 1e10, pass: 1e10 };
  const { ok } = compiled.program.evaluate(values, new PassBudget(limits, totals));
  const { max } = compiled.program.cost;
  return ok ? { expression, estimated: max, measured: totals.cost } : undefined;
}

function isFar({ estimated, measured }: Compared): boolean {
  return estimated + FLOOR > RATIO * (measured + FLOOR);
}

Deno.test("estimates over the corpus are within ten times of what evaluation charges", async () => {
  const found: Compared[] = [];
  for (const { cases } of await readCorpus(["cel", "celspec"])) {
    for (const { request } of cases) {
      if (request.op !== "cel") continue;
      const { expr, vars = {}, schemas = {} } = request;
      const own = Object.entries(vars).map(([name, json]) =>
        [
          name,
          schemas[name] as Schema | undefined,
          schemas[name] ? undefined : exactSchema(json),
        ] as const
      );
      if (own.some(([, given, exact]) => given === undefined && exact === undefined)) continue;
      const all = own.map(([name, given, exact]) => [name, given ?? exact] as const);
      const types = all.map(([name, schema]) => [name, objectType(name, schema!)] as const);
      const data = own.map(([name, given]) =>
        [name, given ? assumedData(given) : vars[name]] as const
      );
      const each = compared(expr, Object.fromEntries(types), Object.fromEntries(data));
      if (each) found.push(each);
    }
  }
  assert.ok(found.length > 3_000, `${found.length} expressions were compared`);
  const far = found.filter(isFar).filter(({ expression }) => !DECIDED_EARLY.includes(expression));
  assert.deepEqual(far, []);
});

const SPEC: Schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    size: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
    labels: { type: "object", additionalProperties: { type: "string" } },
    probes: {
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: "string" }, port: { type: "integer" } },
      },
    },
  },
};
const TYPE = objectType("spec", SPEC);
const DATA = assumedData(SPEC);

const EVERYDAY = [
  'spec.?probes.orValue([]).map(p, p.path + ":" + string(p.port)).join(",")',
  "spec.probes.map(p, p.path).join(',')",
  "spec.probes.map(p, p.path + ':' + 'x')",
  "spec.probes.map(p, string(p.port))",
  "spec.probes.filter(p, p.port > 80).map(p, p.path)",
  "spec.probes.map(p, {'name': p.path, 'port': p.port})",
  "spec.probes.all(p, p.port > 0 && p.path != '')",
  "spec.probes.exists(p, p.port == 1)",
  "spec.probes.sortBy(p, p.path).size()",
  "spec.tags + ['x']",
  "[spec.probes, spec.probes].flatten()",
  "{'a': spec.name}.merge(spec.labels)",
  "spec.labels.transformMap(k, v, v + '-x')",
  "spec.labels.map(k, k + '=' + spec.labels[k]).join(',')",
  "spec.?labels.orValue({}).size()",
  "spec.tags.distinct().size()",
  "spec.tags.map(t, t.lowerAscii()).sort()",
  "spec.tags.map(t, '%s-%d'.format([t, spec.size]))",
  "spec.tags.all(t, t.matches('^[a-z0-9]+$'))",
  "spec.tags.map(t, t.replace('-', '.'))",
  "spec.tags.map(t, t.split('-').size())",
  "spec.tags.map(t, t.size()).sum()",
  "'x' in spec.tags",
  "spec.tags == spec.tags",
  "json.marshal(spec.probes)",
  "base64.encode(bytes(spec.tags.join(',')))",
  "spec.name.startsWith('a') ? spec.name : 'b'",
  "spec.name + '-' + string(spec.size)",
  "hash.sha256(spec.name)",
  "string(spec.size)",
];

/** Everyday expressions over lists of lists, and over objects that contain lists. */
const NESTED: Schema = {
  type: "object",
  properties: {
    tags: { type: "array", items: { type: "string" } },
    matrix: { type: "array", items: { type: "array", items: { type: "string" } } },
    groups: {
      type: "object",
      additionalProperties: { type: "array", items: { type: "string" } },
    },
    containers: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          env: {
            type: "array",
            items: {
              type: "object",
              properties: { name: { type: "string" }, value: { type: "string" } },
            },
          },
        },
      },
    },
  },
};
const NESTED_TYPE = objectType("spec", NESTED);
const NESTED_DATA = assumedData(NESTED);

const EVERYDAY_NESTED = [
  "json.marshal(spec.matrix)",
  "json.marshal(spec.containers)",
  "spec.matrix.map(r, r.join(',')).join(';')",
  "spec.matrix.map(r, r.map(c, c + 'x'))",
  "spec.matrix.flatten().join(',')",
  "spec.groups.map(k, k + '=' + spec.groups[k].join('+')).join(',')",
  "spec.containers.map(c, c.env.map(e, e.name + '=' + e.value).join(',')).join(';')",
  "spec.containers.map(c, {'name': c.name, 'env': c.env})",
  "spec.tags.filter(t, t.lowerAscii() == 'a')",
  "spec.tags.map(t, t.lowerAscii()).sort().join(',')",
  "spec.tags.all(t, t.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",
  "spec.tags.map(t, t.find('[0-9]+'))",
  "spec.tags.join(',').split(',')",
];

for (const expression of EVERYDAY_NESTED) {
  Deno.test(`an everyday expression is estimated closely and within the budget: ${expression}`, () => {
    const found = compared(expression, { spec: NESTED_TYPE }, { spec: NESTED_DATA });
    assert.ok(found, "the expression does not evaluate");
    assert.ok(found.measured <= found.estimated, JSON.stringify(found));
    assert.ok(!isFar(found), JSON.stringify(found));
    assert.ok(found.estimated < COST_LIMITS.expression, JSON.stringify(found));
  });
}

Deno.test("a loop inside a loop over a whole list is estimated above the budget", () => {
  const loop = (name: string, body: string) => `spec.tags.all(${name}, ${body})`;
  for (
    const expression of [
      loop("a", loop("b", "a != b")),
      loop("a", loop("b", loop("c", "a + b != c"))),
      "spec.containers.all(a, spec.containers.exists_one(b, a.name == b.name))",
    ]
  ) {
    const compiled = compile(expression, { variables: { spec: NESTED_TYPE } });
    assert.ok(compiled.ok && compiled.program.cost.max > 5 * COST_LIMITS.expression, expression);
  }
});

Deno.test("a large bound in the schema is limited to the size of an object in etcd", () => {
  const text = { type: "string", maxLength: 1_000_000 };
  const rows = {
    type: "array",
    maxItems: 100_000,
    items: { type: "array", maxItems: 1000, items: text },
  };
  const type = objectType("spec", { type: "object", properties: { rows } });
  const compiled = compile("spec.rows.map(r, r.size()).sum()", { variables: { spec: type } });
  assert.ok(compiled.ok && compiled.program.cost.max < 100_000 * 500);
  const texts = compile("spec.rows.map(r, r.map(c, c.size())).size()", {
    variables: { spec: type },
  });
  assert.ok(texts.ok && texts.program.cost.max < 100_000 * 10_000);
});

for (const expression of EVERYDAY) {
  Deno.test(`the estimate is close with 1,000 elements: ${expression}`, () => {
    const found = compared(expression, { spec: TYPE }, { spec: DATA });
    assert.ok(found, "the expression does not evaluate");
    assert.ok(found.measured <= found.estimated, JSON.stringify(found));
    assert.ok(!isFar(found), JSON.stringify(found));
  });
}

Deno.test("string() of a number, a time or a bool has a bounded length", () => {
  for (const value of ["spec.size", "1.5", "true", "timestamp('2026-01-01T00:00:00Z')"]) {
    const longest = compile(`string(${value}) + 'a'`, { variables: { spec: TYPE } });
    assert.ok(longest.ok && longest.program.cost.max < 1_500, value);
  }
});
