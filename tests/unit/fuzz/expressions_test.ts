/**
 * Fuzz test of expressions: any string must compile to a program or to problems, and any program
 * must evaluate to a value or to a failure.
 */
import assert from "node:assert/strict";
import { compile, DYN, type Evaluation, INT, listOf, parse, STRING } from "../../../src/cel/mod.ts";
import { scan } from "../../../src/graph/scan.ts";
import { bounded, bytes, holds, mutated } from "./fuzz.ts";

const SCOPE = { variables: { a: DYN, s: STRING, l: listOf(INT) } };
const VALUES = { a: { b: [1, "x", null, { c: true }] }, s: "text", l: [1n, 2n] };

const CORPUS = [
  "a.b[3].?c.orValue(false) ? s + 'x' : string(size(l))",
  "l.filter(x, x > 1 && x % 2 == 0).map(y, {'k': y, \"z\": [y, -y]})",
  "s.matches('^[a-z]+$') || l.exists(i, i in [1, 2u, 3.5e-3, 0x1F])",
  "json.marshal({'a': a, `b`: timestamp('2020-01-01T00:00:00Z')}).split('\\n')",
  "has(a.b) && quantity('1Gi').isGreaterThan(quantity('100Mi')) && !a.b.all(e, e == null)",
  "'%s is %d'.format([s, l[0]]).replace('i', b'\\x00\\u00e9'.size() > 1 ? r'\\' : '''q''')",
];
const TOKENS =
  "( ) [ ] { } . , : ? ! - + * / % == && || ${ } \" ' ''' ` \\ \\u 0x 1e9 9223372036854775808 b' r\" in " +
  "null true a s l __proto__ constructor .?b [?0] .map(x, .exists( has( dyn( // \n";

/** Scans, parses, compiles and evaluates a string. */
function processed(source: string): void {
  scan(source);
  scan(`\${${source}}`);
  parse(source);
  const result = compile(source, SCOPE);
  if (!result.ok) return assert.ok(result.problems.length > 0);
  const evaluation: Evaluation = result.program.evaluate(VALUES);
  if (!evaluation.ok) assert.ok(evaluation.failure.message.length > 0);
}

Deno.test("processing a mutated expression never throws", () => {
  holds(mutated(CORPUS, TOKENS.split(" ")), 500, processed);
});

Deno.test("processing any text as an expression never throws", () => holds(bytes, 1000, processed));

const BOMBS: [string, string][] = [
  ["open parentheses", "(".repeat(100_000)],
  ["nested lists", "[".repeat(50_000) + "]".repeat(50_000)],
  ["negations", "!".repeat(99_000) + "true"],
  ["a long sum", Array(50_000).fill("1").join("+")],
  ["a long selection", "a" + ".b".repeat(49_000)],
  ["nested macros", "[1].map(x,".repeat(9000) + "1" + ")".repeat(9000)],
  ["nested conditions", "true?1:".repeat(14_000) + "1"],
  ["a million characters", "a+".repeat(500_000) + "a"],
  ["a number of many digits", "1".repeat(99_000)],
  ["an unterminated escape sequence", '"' + "\\".repeat(99_999)],
];
for (const [what, source] of BOMBS) {
  Deno.test(`parse refuses a huge expression with a one-line message: ${what}`, () => {
    const result = bounded(what, () => parse(source));
    assert.ok(!result.ok);
    assert.ok(result.problem.message.length < 200 && !result.problem.message.includes("\n"));
  });
}

Deno.test("strings with many unclosed ${ are scanned in bounded time", () => {
  for (const piece of ["${", '${"', '"${{', "${a", '${"\\', "$", "${}", "{${"]) {
    const text = piece.repeat(Math.floor(1_000_000 / piece.length));
    bounded(piece, () => scan(text));
    bounded(piece, () => scan(text + "}"));
  }
});

/**
 * Returns an expression that declares the variables v0 to v14 and evaluates `last`. The value of v0 is the
 * expression `first`. The value of each other variable is the expression that `grow` returns for the variable
 * before it.
 */
function grown(first: string, grow: (v: string) => string, last = "size(v14)"): string {
  let expression = last;
  for (let i = 14; i >= 0; i--) {
    expression = `[${i === 0 ? first : grow(`v${i - 1}`)}].map(v${i}, ${expression})`;
  }
  return expression;
}

Deno.test("evaluation of exponentially growing values stops at the cost budget", () => {
  const eight = (v: string) => Array(8).fill(v).join("+");
  const inside = (v: string) => `[${Array(8).fill(v).join(",")}]`;
  const cases = [
    "lists.range(1000000000)",
    "lists.range(400).map(x, lists.range(400).map(y, lists.range(400).map(z, x + y + z)))",
    "lists.range(20000).map(x, [x]).distinct()",
    grown("'xxxxxxxx'", eight),
    grown("[1, 2, 3, 4]", eight),
    grown("'aaaa'", (v) => `${v}.replace('a', '${"a".repeat(50)}')`),
    grown("'aaaa'", (v) => `${inside(v)}.join(${v})`),
    grown("[1]", inside, "v14"),
    grown("[1]", inside, "v14 == v14"),
    grown("[1]", inside, "json.marshal(v14)"),
    grown("[1]", inside, "v14.flatten(20)"),
  ];
  for (const source of cases) {
    const result = compile(source, SCOPE);
    assert.ok(result.ok, source);
    const evaluation = bounded(source, () => result.program.evaluate(VALUES));
    assert.ok(!evaluation.ok && evaluation.failure.code === "cost", source);
  }
});

Deno.test("names of Object.prototype members are ordinary names", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
    for (const source of [name, `${name}()`, `${name}(a)`, `a.${name}()`, `${name}.call(a)`]) {
      assert.ok(!compile(source, SCOPE).ok, source);
    }
    const result = compile(`has(a.${name}) || '${name}' in a`, SCOPE);
    assert.ok(result.ok);
    assert.deepEqual(result.program.evaluate(VALUES), { ok: true, value: false }, name);
  }
});
