/**
 * Tests of the cost budget, which must stop every expensive expression, however the expression is
 * written.
 */
import assert from "node:assert/strict";
import {
  type CelType,
  compile,
  DYN,
  listOf,
  rawToCel,
  STRING,
  toCel,
} from "../../../src/cel/mod.ts";

const entries = Array.from({ length: 400 }, (_, index) => [`k${index}`, { a: index }] as const);
const variables = {
  d: rawToCel(entries.map((_, index) => index)),
  m: rawToCel(Object.fromEntries(entries)),
  n: rawToCel(Object.fromEntries(entries)),
  t: rawToCel("x".repeat(10_000)),
  names: rawToCel(entries.concat(entries, entries).map(([key], index) => `${key}-${index}`)),
  texts: toCel(entries.map((_, index) => index), listOf(STRING)),
};
const types: Record<string, CelType> = {
  ...Object.fromEntries(Object.keys(variables).map((name) => [name, DYN])),
  texts: listOf(STRING),
};

function outcome(expression: string, budget?: number, own: Record<string, unknown> = {}): unknown {
  const ownTypes = Object.fromEntries(Object.keys(own).map((name) => [name, DYN]));
  const result = compile(expression, { variables: { ...types, ...ownTypes } });
  assert.ok(result.ok, expression);
  const evaluated = result.program.evaluate({ ...variables, ...own }, budget);
  return evaluated.ok ? evaluated.value : evaluated.failure.code;
}

function doubled(depth: number): string {
  const [name, inner] = [`x${depth}`, `x${depth - 1}`];
  const list = `[${Array(10).fill(inner).join(", ")}]`;
  return `cel.bind(${name}, ${list}, `;
}

const LEVELS = Array.from({ length: 9 }, (_, index) => doubled(index + 1)).join("");

const EXPENSIVE = [
  "d.all(a, d.all(b, d.all(c, a + b + c >= 0)))",
  "d.map(a, d.map(b, d.map(c, [a, b, c])))",
  "d.filter(a, d.exists(b, d.exists(c, a + b + c < 0)))",
  "d.transformMap(a, x, d.transformMap(b, y, d.transformList(c, z, x + y + z)))",
  "lists.range(64000000).all(x, true)",
  "lists.range(64000000).size() > 0",
  // The macros `exists` and `all` continue after the inner expression fails for an element, because a later
  // element may decide the result. Each failure must count toward the cost budget. When the budget is
  // exceeded, the evaluation must return the error of the budget, not the error of an element.
  "d.exists(a, d.exists(b, d.exists(c, c.missing == a + b)))",
  "d.exists(a, d.all(b, d.all(c, c.missing && a.missing)) || false)",
  // CEL does not define which of two lists is less, so `distinct` cannot sort lists. It must compare each
  // list with every earlier list.
  "lists.range(30000).map(x, [x]).distinct().size()",
  "lists.range(300000).exists(x, quantity(string(x)) == quantity('-1'))",
  "lists.range(300000).exists(x, timestamp(x).getHours('Europe/Berlin') == 25)",
  // Comparing or formatting a value from JSON must cost as much as visiting all fields of the value.
  "d.all(a, d.all(b, m == n))",
  "d.all(a, d.all(b, json.marshal(m) != ''))",
  "d.all(a, d.all(b, '%s'.format([m]) != ''))",
  "d.all(a, d.all(b, t.size() + size(t) > 0))",
  "d.all(a, d.all(b, d.all(c, timestamp(a).getHours('Nowhere/' + string(c)) == 25)))",
  // The evaluation must stop before it builds a string of a gigabyte.
  "names.map(n, t + n).join(names.map(n, t + t + t + t).join(''))",
  "[t + t + t + t + t + t + t + t].map(l, l.replace('', l + l + l + l + l + l + l + l))[0]",
  // In these expressions, each variable `x1` to `x9` is a list that contains the list before it ten times.
  // The list `x9` is small in memory, but visiting it means visiting 10^9 elements.
  `cel.bind(x0, [1], ${LEVELS} x9${")".repeat(10)}`,
  `cel.bind(x0, [1], ${LEVELS} x9 == x9 + []${")".repeat(10)}`,
  `cel.bind(x0, [1], ${LEVELS} json.marshal(x9)${")".repeat(10)}`,
];

for (const expression of EXPENSIVE) {
  Deno.test(`evaluation exceeds the default budget: ${expression}`, () =>
    assert.equal(outcome(expression), "cost"));
}

Deno.test("nested loops over a collection of kro's default maximum size are within the budget", () => {
  assert.equal(outcome("lists.range(1000).all(x, d.exists(y, y == x % 100))"), true);
});

Deno.test("sorting, joining and formatting a thousand names stays far below the limit", () => {
  for (
    const expression of [
      "names.sort().size() == 1200",
      "names.map(n, '%s.%s.svc'.format([n, n])).join(',').size() > 0",
      "names.filter(n, n.matches('^k[0-9]+-')).map(n, n.replace('-', '.')).size() == 1200",
      "names.transformMapEntry(i, n, {n: i}).size() == 1200",
      "json.marshal(names).size() > 0 && names.distinct().size() == 1200",
    ]
  ) assert.equal(outcome(expression, 3_000_000), true, expression);
});

Deno.test("every failure that evaluation continues after is charged, not just the first", () => {
  const failing = [
    "d.exists(x, x.missing == 1)",
    "d.all(x, x.missing == 1)",
    "d.exists_one(x, x.missing == 1)",
    "d.map(x, x.missing == 1, x)",
    "d.all(x, (x.missing || x.absent || x.gone || x.lost) || true)",
    // The inner expression fails for every element of `texts`, because the elements do not have the type that
    // the list declares.
    "texts.all(x, true)",
    "texts.map(x, true).size() == 0",
    "texts.slice(0, 400).size() == 0",
  ];
  for (const expression of failing) {
    const count = 400;
    assert.equal(outcome(expression, count * 90), "cost", expression);
    assert.notEqual(outcome(expression, 10_000_000), "cost", expression);
  }
});

Deno.test("a computed regular expression is charged by its compiled size, a literal one is not", () => {
  assert.equal(outcome("d.all(x, !'a'.matches('b{1000}' + string(x)))", 10_000_000), "cost");
  assert.equal(outcome("d.all(x, !'a'.matches('^[b-z]{1000}$'))", 1_000_000), true);
});

Deno.test("conversions accept leading zeros and excess fraction digits, and refuse values out of range", () => {
  const long = { zeros: "0".repeat(100_000), ones: "1".repeat(100_000) };
  for (
    const expression of [
      "int(zeros) == 0 && int(zeros + '7') == 7 && int('-' + zeros + '7') == -7",
      "uint(zeros + '7') == 7u",
      "duration(zeros + '7s') == duration('7s')",
      "duration('0.' + ones + 's') == duration('111111111ns')",
    ]
  ) assert.equal(outcome(expression, undefined, long), true, expression);
  for (const expression of ["int(ones)", "int('-' + ones)", "uint(ones)", "duration(ones + 's')"]) {
    assert.equal(outcome(expression, undefined, long), "conversion", expression);
  }
});

Deno.test("the caller can set the budget", () => {
  assert.equal(outcome("d.all(x, x >= 0)", 1_000), "cost");
  assert.equal(outcome("d.all(x, x >= 0)", 100_000), true);
});

Deno.test("each evaluation has a budget of its own", () => {
  const result = compile("d.all(x, x >= 0)", { variables: { d: DYN } });
  assert.ok(result.ok);
  for (let run = 0; run < 3; run++) assert.ok(result.program.evaluate(variables, 30_000).ok);
});

Deno.test("an evaluation that exceeds its budget fails with the code cost, wherever it stops", () => {
  const source =
    "names.map(n, n + '!').sort().join(',').size() > 0 && m.transformList(k, v, v).size() > 0";
  const result = compile(source, { variables: types });
  assert.ok(result.ok);
  const { program } = result;
  for (let budget = 0; budget < 300_000; budget += 997) {
    const evaluated = program.evaluate(variables, budget);
    assert.ok(evaluated.ok || evaluated.failure.code === "cost", `${budget}`);
  }
});
