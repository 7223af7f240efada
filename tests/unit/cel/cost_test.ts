/**
 * Tests the cost that is charged for CEL functions. With the most expensive arguments, the cost
 * must grow with the work that the function does.
 */
import assert from "node:assert/strict";
import { DECLARATIONS } from "../../../src/cel/library/registry.ts";
import { compile, DYN, objectType, PassBudget, rawToCel, toCel } from "../../../src/cel/mod.ts";
import { CONSTANT, HOSTILE } from "../../support/hostile_expressions.ts";

/** The default limit on the cost of evaluating one expression. */
const LIMIT = 10_000_000;

/** Evaluates an expression. Returns the charged cost, and the result or the failure code. */
function charged(
  expression: string,
  variables: Readonly<Record<string, unknown>> = {},
  limit = LIMIT,
): { cost: number; outcome: unknown } {
  const types = Object.fromEntries(Object.keys(variables).map((name) => [name, DYN]));
  const compiled = compile(expression, { variables: types });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, rawToCel(value)]),
  );
  const totals = { evaluations: 0, cost: 0 };
  const budget = new PassBudget({ expression: limit, pass: limit }, totals);
  const result = compiled.program.evaluate(values, budget);
  return { cost: totals.cost, outcome: result.ok ? result.value : result.failure.code };
}

for (const { expression, variables, work } of HOSTILE) {
  Deno.test(`the cost covers the work: ${expression}`, () => {
    const { cost, outcome } = charged(expression, variables);
    assert.ok(outcome === "cost" || cost >= work, `charged ${cost} for ${work}`);
    assert.equal(outcome === "cost" || work < LIMIT, true, "the evaluation is not stopped");
  });
}

Deno.test("each function that reads data has an expensive case", () => {
  const measured = new Set(HOSTILE.flatMap(({ functions }) => functions));
  const names = new Set(DECLARATIONS.map(({ name }) => name));
  assert.deepEqual([...names].filter((name) => !measured.has(name) && !CONSTANT.has(name)), []);
  assert.deepEqual([...measured, ...CONSTANT].filter((name) => !names.has(name)), []);
});

Deno.test("matching is charged by the length of the string and the size of the program, each time", () => {
  const cost = (length: number, repeated: number) => {
    const pattern = `(?:[ab]?){${repeated}}[ab]{${repeated}}$`;
    return charged(`t.matches('${pattern}')`, { t: "ab".repeat(length / 2) }, 1e9).cost;
  };
  // The first evaluation of each pattern also charges for compiling the pattern. These two calls of `cost`
  // compile both patterns, so that the costs measured below do not include the compilation.
  cost(10, 40);
  cost(10, 80);
  const [short, long, large] = [cost(1_000, 40), cost(2_000, 40), cost(1_000, 80)];
  assert.ok(long > 1.9 * short && long < 2.1 * short, `${short} ${long}`);
  assert.ok(large > 1.7 * short && large < 2.1 * short, `${short} ${large}`);
  assert.ok(short > 1_000 * 120, `${short}`);
  assert.equal(cost(1_000, 40), short);
});

Deno.test("a match that the first characters decide is cheap", () => {
  const t = "abc".repeat(100_000);
  assert.equal(charged("t.matches('^x')", { t }).outcome, false);
  assert.ok(charged("t.matches('^x[a-z]{100}')", { t }).cost < 300_000);
});

Deno.test("everyday patterns stay far below the limit", () => {
  const name = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  const names = Array.from({ length: 1000 }, (_, i) => `shop-${"x".repeat(50)}-${i}`);
  const pattern = `^${name}(\\\\.${name})*$`;
  const { cost, outcome } = charged(`l.all(x, x.matches('${pattern}'))`, { l: names });
  assert.equal(outcome, true);
  assert.ok(cost < 5_000_000, `${cost}`);
});

Deno.test("a pattern with too many instructions is refused before it is compiled", () => {
  const large = "(?:[ab]{1000}){1}".repeat(20);
  assert.equal(charged(`'a'.matches('${large}')`).outcome, "cost");
  assert.ok(charged("'a'.matches(p)", { p: large }, 1e9).cost < 1_000_000, "the program is built");
  const checked = compile(`'a'.find('${large}')`, { variables: {} });
  assert.ok(!checked.ok);
  assert.match(checked.problems[0]?.message ?? "", /not too large to compile/);
  // A brace does not begin a repetition if it is escaped or in a character class.
  for (const pattern of ["[{1000}]{3}", "\\\\{900\\\\}", "\\\\Q{1000}{1000}\\\\E", "x{,1000}"]) {
    assert.ok(compile(`'a'.find('${pattern}')`, { variables: {} }).ok, pattern);
  }
});

Deno.test("a pattern that left the cache is compiled and charged again", () => {
  const cost = (p: string) => charged("'a'.matches(p)", { p }).cost;
  const first = cost("oldest");
  assert.ok(cost("oldest") < first);
  for (let i = 0; i < 300; i++) cost(`newer${i}`);
  assert.equal(cost("oldest"), first);
});

Deno.test("a costly conversion of a value from the cluster is charged", () => {
  const cost = (text: string, format: string) => {
    const compiled = compile("x == x", {
      variables: { x: objectType("x", { type: "string", format }) },
    });
    assert.ok(compiled.ok, JSON.stringify(compiled));
    const totals = { evaluations: 0, cost: 0 };
    const limits = { expression: LIMIT, pass: LIMIT };
    const x = toCel(text, objectType("x", { type: "string", format }));
    compiled.program.evaluate({ x }, new PassBudget(limits, totals));
    return totals.cost;
  };
  const length = 40_000;
  for (const [text, format, each] of [["aaaa", "byte", 2], ["1ns1", "duration", 20]] as const) {
    assert.ok(cost(text.repeat(length / 4), format) >= length * each, format);
  }
});

Deno.test("reading an object or a list costs more than reading a number", () => {
  const cost = (field: string) => charged(`m.${field} == 1`, { m: { n: 1, o: {}, l: [] } }).cost;
  assert.ok(cost("o") > cost("n") && cost("l") > cost("n"));
});

Deno.test("charged costs are whole numbers", () => {
  assert.ok(Number.isInteger(charged("t == 'abd'", { t: "abc" }).cost));
});

Deno.test("format stops before the result exceeds the budget", () => {
  const { cost, outcome } = charged("'%s'.format([lists.range(1000).map(x, t)])", {
    t: "a".repeat(40_000),
  });
  assert.equal(outcome, "cost");
  assert.ok(cost < LIMIT + 100_000, `${cost}`);
});

Deno.test("replace with a limit is charged for the parts that it replaces", () => {
  const cost = (limit: number) =>
    charged(`'aa'.replace('a', t, ${limit})`, { t: "b".repeat(100) }).cost;
  assert.equal(cost(1_000_000), cost(2));
  assert.ok(cost(1) < cost(2));
});
