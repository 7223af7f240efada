/**
 * Tests of cost estimates: the measured cost of an expression must be between the estimated minimum
 * and maximum.
 */
import assert from "node:assert/strict";
import {
  compile,
  COST_LIMITS,
  type CostEstimate,
  objectType,
  PassBudget,
  type Program,
  toCel,
} from "../../../src/cel/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";

const text: Schema = { type: "string", maxLength: 40 };
const SCHEMA: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        name: text,
        size: { type: "string", maxLength: 12 },
        version: { type: "string", maxLength: 20 },
        replicas: { type: "integer" },
        tags: { type: "array", items: text, minItems: 5, maxItems: 20 },
        ports: {
          type: "array",
          maxItems: 20,
          items: { type: "object", properties: { name: text, port: { type: "integer" } } },
        },
        labels: { type: "object", additionalProperties: text },
        names: { type: "array", items: { type: "string" } },
        none: { type: "array", items: text, maxItems: 0 },
        many: { type: "array", items: text },
      },
    },
  },
};
const type = objectType("schema", SCHEMA);

function program(expression: string): Program {
  const result = compile(expression, { variables: { schema: type } });
  assert.ok(result.ok, `${expression}: ${JSON.stringify(result)}`);
  return result.program;
}

const cost = (expression: string): CostEstimate => program(expression).cost;

/** Returns an instance whose lists have `count` elements. */
function instance(count: number) {
  const tags = Array.from({ length: Math.max(count, 5) }, (_, i) => `tag-${(i * 7) % 20}`);
  return {
    spec: {
      name: "shop",
      size: "512Mi",
      version: "1.2.3",
      replicas: count,
      tags,
      ports: tags.slice(0, count).map((name, i) => ({ name, port: 8000 + i })),
      labels: Object.fromEntries(tags.slice(0, count).map((tag) => [tag, "x"])),
      names: tags,
    },
  };
}

const EXPRESSIONS = [
  "schema.spec.name",
  "schema.spec",
  "schema.spec.name + '-' + schema.spec.name",
  "schema.spec.replicas * 3 + 1 > 5 && schema.spec.name != 'a'",
  "schema.spec.replicas > 3 ? 'large' : schema.spec.name",
  "has(schema.spec.name) || schema.spec.replicas == 3",
  "schema.spec.?name.orValue('none')",
  "schema.spec.tags[0]",
  "schema.spec.tags.map(t, t + '-x')",
  "schema.spec.tags.filter(t, t.startsWith('tag-1')).size()",
  "schema.spec.tags.exists(t, t == 'tag-3')",
  "schema.spec.tags.all(t, t.matches('^tag-[0-9]+$'))",
  "schema.spec.tags.sort().join(',')",
  "schema.spec.tags.distinct().size() + size(schema.spec.tags)",
  "schema.spec.tags.map(t, schema.spec.tags.filter(u, u == t).size())",
  "schema.spec.ports.map(p, {'name': p.name, 'port': p.port})",
  "schema.spec.ports.filter(p, p.port > 8003).map(p, p.name)",
  "schema.spec.ports.sortBy(p, p.name)",
  "schema.spec.labels.map(k, k)",
  "schema.spec.labels.transformMap(k, v, v + k)",
  "schema.spec.tags.transformMapEntry(i, t, {t + string(i): t})",
  "'%s has %d of %s'.format([schema.spec.name, schema.spec.replicas, schema.spec.tags])",
  "json.marshal(schema.spec)",
  "schema.spec == schema.spec",
  "'tag-3' in schema.spec.tags",
  "quantity(schema.spec.size).isLessThan(quantity('1Gi'))",
  "semver(schema.spec.version).isGreaterThan(semver('1.0.0'))",
  "schema.spec.name.replace('-', '.').upperAscii().split('O')",
  "string(schema.spec.replicas)",
  "lists.range(20).map(i, i * i)",
  "cel.bind(n, schema.spec.name + '-x', n + n)",
  "url('https://example.com/' + schema.spec.name).getHost()",
  "timestamp('2026-01-01T00:00:00Z').getHours('Europe/Berlin')",
  "base64.encode(bytes(schema.spec.name)) + string(hash.sha256(schema.spec.name).size())",
];

for (const expression of EXPRESSIONS) {
  Deno.test(`the cost is within its estimate: ${expression}`, () => {
    const { min, max } = cost(expression);
    for (const count of [0, 5, 20]) {
      const tested = program(expression);
      const totals = { evaluations: 0, cost: 0 };
      const budget = new PassBudget(COST_LIMITS, totals);
      const result = tested.evaluate({ schema: toCel(instance(count), type) }, budget);
      assert.ok(result.ok, expression);
      const spent = totals.cost;
      assert.ok(spent >= min && spent <= max, `${min} <= ${spent} <= ${max} with ${count}`);
    }
    assert.ok(max <= COST_LIMITS.expression, `${max}`);
  });
}

Deno.test("maxItems of the schema limits the estimate; without it a thousand elements are assumed", () => {
  const bounded = cost("schema.spec.tags.map(t, t)");
  const unbounded = cost("schema.spec.many.map(t, t)");
  const none = cost("schema.spec.none.map(t, t)");
  assert.ok(bounded.min >= 5 * 40, `${bounded.min}`);
  assert.equal(unbounded.min < 100, true);
  const ratio = (unbounded.max - none.max) / (bounded.max - none.max);
  assert.ok(ratio > 49 && ratio < 51, `${ratio}`);
});

Deno.test("one loop over an unbounded list is estimated within the budget, three nested loops are not", () => {
  const one = "schema.spec.names.map(a, '%s.%s'.format([a, schema.spec.name]))";
  const loop = (name: string, body: string) => `schema.spec.names.all(${name}, ${body})`;
  assert.ok(cost(one).max < COST_LIMITS.expression);
  const three = cost(loop("a", loop("b", loop("c", "a + b != c"))));
  assert.equal(three.max, 2 ** 31 - 1);
  assert.ok(three.min < 1000);
  const few = (name: string, body: string) => `schema.spec.tags.all(${name}, ${body})`;
  assert.ok(cost(few("a", few("b", "a != b"))).max < COST_LIMITS.expression);
});

Deno.test("estimating takes time linear in the expression's length, even with shared values", () => {
  // Each variable contains the variable before it twice, which results in 2^40 paths to the
  // innermost value.
  const nested = (level: (v: string) => string, last: string) => {
    let expression = last;
    for (let i = 40; i > 0; i--) {
      const init = i === 1 ? "schema.spec" : level(`v${i - 1}`);
      expression = `cel.bind(v${i}, ${init}, ${expression})`;
    }
    return cost(expression).max;
  };
  const yes = "schema.spec.replicas > 0";
  const branches = (v: string) =>
    `${yes} ? dyn(${yes} ? dyn(${v}) : dyn(1)) : dyn(${yes} ? dyn(${v}) : dyn('a'))`;
  assert.ok(nested(branches, "v40.name") > 0);
  assert.ok(nested(branches, "v40[0][0]") > 0);
  assert.ok(nested((v) => `{'a': ${v}, 'b': [${v}, 1]}`, "v40 == v40") > 0);
  assert.ok(nested((v) => `[${v}] + [dyn(${v})]`, "json.marshal(v40)") > 0);
  // `many` contains the 9,000 elements of a list literal. The estimate must count all of them. The size of a
  // list literal has no limit except the maximum length of an expression.
  const many = Array.from({ length: 9_000 }, (_, i) => `[[${i}]]`).join(",");
  assert.ok(cost(`[${many}].map(a, a[0][0]).size() > 0`).max > 9_000 * 40);
});

Deno.test("a list literal with lists of several depths is flattened to the values in the list", () => {
  assert.ok(cost("[[1, 2], [[3]]].flatten(2).map(x, string(x))").max < 30_000);
});
