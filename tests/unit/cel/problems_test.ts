/**
 * Tests that an invalid expression is reported with all its problems, each with its offset and a "did you
 * mean" hint.
 */
import assert from "node:assert/strict";
import {
  type CelProblem,
  compile,
  compileTemplate,
  objectType,
  parse,
  STRING,
  type TemplatePart,
  typeText,
} from "../../../src/cel/mod.ts";

const app = objectType("schema", {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        name: { type: "string" },
        replicas: { type: "integer" },
        ports: {
          type: "array",
          items: { type: "object", properties: { port: { type: "integer" } } },
        },
      },
    },
  },
});
const scope = { variables: { schema: app, text: STRING } };

function problems(source: string): CelProblem[] {
  const result = compile(source, scope);
  return result.ok ? [] : result.problems;
}

Deno.test("all problems of an expression are reported at once, ordered by offset", () => {
  const found = problems("schema.spec.nam + nope + string(schema.spec.ports[0].prot) + foo(1)");
  assert.deepEqual(found.map(({ code, offset, hint }) => ({ code, offset, hint })), [
    { code: "type", offset: 11, hint: 'did you mean "name"?' },
    { code: "reference", offset: 18, hint: undefined },
    { code: "type", offset: 52, hint: 'did you mean "port"?' },
    { code: "reference", offset: 61, hint: undefined },
  ]);
});

const MESSAGES: readonly [string, CelProblem["code"], RegExp, RegExp?][] = [
  ["schema.spec.typo", "type", /unknown field "typo" of schema\.spec$/],
  ["shcema.spec.name", "reference", /unknown identifier "shcema"/, /"schema"/],
  ["text.lowerAsci()", "type", /unknown method "lowerAsci"/, /"lowerAscii"/],
  ["json.marshall(1)", "reference", /unknown function "json.marshall"/, /"json.marshal"/],
  ["siz(text)", "reference", /unknown function "siz"/, /"size"/],
  ["1 + 1.5", "type", /"\+" does not take \(int, double\); it takes .*\(int, int\)/, /double/],
  ["text + schema.spec.replicas", "type", /\(string, int\)/, /string\(\.\.\)/],
  ["schema.spec.?name == 'x'", "type", /\(optional_type\(string\), string\)/, /orValue/],
  ["true ? 1 : 'a'", "type", /"\? :" does not take \(bool, int, string\)/, /dyn/],
  ["text.map(c, c)", "type", /map\(\) iterates over a list, map or dyn, found string/],
  ["[1].filter(x, x)", "type", /expected bool for the condition of filter\(\), found int/],
  ["'%d'.format([text])", "type", /%d cannot format string/],
  ["type(text) == int", "reference", /unknown identifier "int"/],
  ["omit()", "reference", /omit\(\) is not allowed here/],
  ["runtime.condition(schema, 'A')", "reference", /only in status conditions/],
  ["1 +", "syntax", /expected an expression, found end of input/],
  ["", "syntax", /found end of input/],
  ["has(text)", "syntax", /field selection/],
  ["[1].map(1, 2)", "syntax", /name of a macro variable/],
  ["'open", "syntax", /not closed/],
  ["runtime.newCondition({'type': 'A'})", "syntax", /must be identifiers/],
];

for (const [source, code, message, hint] of MESSAGES) {
  Deno.test(`compile reports the problem of ${JSON.stringify(source)}`, () => {
    const [first] = problems(source);
    assert.equal(first?.code, code);
    assert.match(first?.message ?? "", message);
    if (hint) assert.match(first?.hint ?? "", hint);
  });
}

const BOMBS: Readonly<Record<string, string>> = {
  parentheses: `${"(".repeat(100)}${"(".repeat(151)}1${")".repeat(251)}`,
  lists: "[".repeat(90_000),
  sums: Array(5000).fill("1").join("+"),
  selections: `text${".a".repeat(40_000)}`,
  comparisons: Array(20_000).fill("a").join("=="),
  signs: `${"-".repeat(90_000)}a`,
  conditionals: `${"a ? b : ".repeat(10_000)}c`,
  length: `"${"a".repeat(100_000)}"`,
};

for (const [name, source] of Object.entries(BOMBS)) {
  Deno.test(`an expression that is too deep or too long is refused with the code limit: ${name}`, () => {
    const result = parse(source);
    assert.equal(result.ok ? undefined : result.problem.code, "limit");
  });
}

Deno.test("long chains of && and long lists do not count as deep", () => {
  assert.deepEqual(problems(Array(5000).fill("true").join(" && ")), []);
  assert.deepEqual(problems(`[${Array(20_000).fill("b''").join(",")}]`), []);
});

const TEMPLATES: readonly [TemplatePart[], string | number[]][] = [
  [
    [{ literal: "p-" }, { source: "text" }, { literal: "-" }, { source: "schema.spec.name" }],
    "string",
  ],
  [[{ source: "1" }, { source: "2" }], "int"],
  [[{ source: "[1]" }, { source: "[2]" }], "list(int)"],
  [[{ literal: "p-" }, { source: "1", offset: 4 }, { source: "schema.spec.?name", offset: 8 }], [
    4,
    8,
  ]],
  [[{ literal: "p-" }, { source: "1 +", offset: 4 }, { source: "nope", offset: 10 }], [7, 10]],
];

for (const [parts, expected] of TEMPLATES) {
  Deno.test(`compileTemplate of ${JSON.stringify(parts)}`, () => {
    const result = compileTemplate(parts, scope);
    const found = result.ok
      ? typeText(result.program.type)
      : result.problems.map(({ offset }) => offset);
    assert.deepEqual(found, expected);
  });
}

Deno.test("a template of many parts is concatenated", () => {
  const parts: TemplatePart[] = Array.from(
    { length: 600 },
    (_, index) => index % 2 === 0 ? { literal: "-" } : { source: "text" },
  );
  const result = compileTemplate(parts, scope);
  assert.ok(result.ok);
  assert.deepEqual(result.program.evaluate({ text: "x" }), { ok: true, value: "-x".repeat(300) });
  assert.deepEqual([...result.program.references], ["text"]);
});
