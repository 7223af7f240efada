/**
 * Tests of kro's CEL parser, on expressions that kro's parser and the library cel-js read differently. No
 * string may make kro's parser throw an error.
 */
import assert from "node:assert/strict";
import { Environment } from "cel-js";
import fc from "fast-check";
import type { Json } from "../../../src/api/mod.ts";
import { compile, DYN, fromCel, parse, rawToCel } from "../../../src/cel/mod.ts";
import { parseExpression } from "../../../src/cel/syntax/parser.ts";

const VALUES: Readonly<Record<string, Json>> = {
  a: { "b-c": "dashed", b: "plain" },
  prototype: { b: "JavaScript name" },
};
const REFUSED = "refused";

function kroResult(source: string): unknown {
  const values = Object.entries(VALUES);
  const types = Object.fromEntries(values.map(([name]) => [name, DYN]));
  const compiled = compile(source, { variables: types });
  if (!compiled.ok) return REFUSED;
  const variables = Object.fromEntries(values.map(([name, json]) => [name, rawToCel(json)]));
  const result = compiled.program.evaluate(variables);
  const outgoing = result.ok ? fromCel(result.value) : result;
  return outgoing.ok ? outgoing.value : REFUSED;
}

const engine = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
});

function engineResult(source: string): unknown {
  try {
    return JSON.parse(JSON.stringify(engine.evaluate(source, VALUES), numbers));
  } catch {
    return REFUSED;
  }
}

function numbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

/** Expressions that kro and the library cel-js evaluate differently. The values are kro's results. */
const READINGS: Readonly<Record<string, unknown>> = {
  // Expressions with several comparison operators. These operators have the same precedence and
  // associate to the left.
  "true == 1 < 2": REFUSED,
  "false == false < false": false,
  "1 == 2 in [false]": true,
  // Expressions with optional list elements and map entries.
  "[?optional.of(1), ?optional.none(), 2]": [1, 2],
  "[1, ?optional.of(2)]": [1, 2],
  "[?(true ? optional.of(1) : optional.none())]": [1],
  "{?'k': optional.of(1), ?'j': optional.none()}": { k: 1 },
  // Expressions with names that are escaped, begin with a dot, or have a meaning in JavaScript.
  "a.`b-c`": "dashed",
  "a.?`b-c`.orValue('')": "dashed",
  "has(a.`b-c`)": true,
  "a.`b`in ['plain']": true,
  "prototype.b": "JavaScript name",
  ".prototype.b": "JavaScript name",
  "[1].map(__proto__, __proto__ + 1)": [2],
  ".a.b": "plain",
  "[.a.b]": ["plain"],
  // Expressions with number, bytes and raw string literals.
  ".5 + .25e1": 3,
  "b'é'.size()": 2,
  "bR'\\x'.size()": 2,
  "r'\\' + 'a'": "\\a",
  'r"""\\"""': "\\",
  "9223372036854775808 > 0": REFUSED,
  "-(9223372036854775808) < 0": REFUSED,
  // Expressions with operands and separators that the grammar permits or rejects.
  "--'a'": "a",
  "size('a',)": REFUSED,
  "'a'.startsWith('a',)": REFUSED,
  "true ? true ? 1 : 2 : 3": REFUSED,
  "1\f+ 1": 2,
};

for (const [source, value] of Object.entries(READINGS)) {
  Deno.test(`kro follows CEL where cel-js does not: ${JSON.stringify(source)}`, () => {
    assert.deepEqual(kroResult(source), value);
    assert.notDeepEqual(engineResult(source), value);
  });
}

const SIMILAR: Readonly<Record<string, unknown>> = {
  "true == (1 < 2)": true,
  "(1 == 2) == false": true,
  "[1, 2,]": [1, 2],
  "true ? (true ? 1 : 2) : 3": 1,
  "true ? 1 : true ? 2 : 3": 1,
  "{true ? 'a' : 'b': 1}": { a: 1 },
  "-9223372036854775808 < 0": true,
  "-.5 - -1.0": 0.5,
  "!!!true": false,
  "!(!true)": true,
  "-(-'a')": REFUSED,
  "!-1": REFUSED,
  "-1u": REFUSED,
  "b'\\xff\\377\\n\\?'.size()": 4,
  "'a // b' + // a comment (with = marks?\n 'c'": "a // bc",
  "'[?a, `b`] == \\'.5\\''": "[?a, `b`] == '.5'",
};

for (const [source, value] of Object.entries(SIMILAR)) {
  Deno.test(`syntax close to the differences evaluates: ${JSON.stringify(source)}`, () => {
    assert.deepEqual(kroResult(source), value);
  });
}

/** The offset and message of the first syntax error of each expression. */
const SYNTAX_ERRORS: Readonly<Record<string, [offset: number, message: RegExp]>> = {
  "[?]": [2, /expected an expression, found "\]"/],
  "[1, ?, 2]": [5, /expected an expression, found ","/],
  "{?: 1}": [2, /expected an expression, found ":"/],
  "f(?a)": [2, /expected an expression, found "\?"/],
  "f(1, ?a)": [5, /expected an expression, found "\?"/],
  "f(a,)": [4, /expected an expression, found "\)"/],
  "a ? b ? c : d : e": [6, /parentheses/],
  "!-a": [1, /parentheses/],
  "-!a": [1, /parentheses/],
  "[!!]": [3, /expected an expression, found "\]"/],
  "a.!!b": [2, /unexpected "!"/],
  "a.`f`()": [2, /field/],
  "`a`": [0, /field/],
  "a.?.b": [3, /unexpected "\."/],
  ".true": [0, /expected an expression/],
  ".5b'' + b''\"\"": [2, /expected an operator, found a literal/],
  "a b 'c'": [2, /unexpected "b"/],
  "a.b 'c'": [4, /expected an operator, found a literal/],
  "(a // ) \n": [9, /end of input/],
  "for + 1": [0, /"for" is a reserved word/],
  "b'\\u0041'": [2, /escape/],
  "'\\q'": [1, /escape/],
  "1 + 0x": [4, /number/],
  "1 + .5e999": [4, /out of range/],
  "18446744073709551616u": [0, /number/],
  "-9223372036854775809": [0, /out of range/],
  '"""a"': [0, /not closed/],
  "a # b": [2, /unexpected "#"/],
};

for (const [source, [offset, message]] of Object.entries(SYNTAX_ERRORS)) {
  Deno.test(`parse reports the syntax error of ${JSON.stringify(source)}`, () => {
    const result = parse(source);
    assert.ok(!result.ok);
    assert.equal(result.problem.code, "syntax");
    assert.equal(result.problem.offset, offset);
    assert.match(result.problem.message, message);
  });
}

/**
 * An expression as a string in two forms: with as few parentheses as CEL's precedence permits, and
 * with all parentheses.
 */
interface Written {
  readonly level: number;
  readonly few: string;
  readonly all: string;
}

const OPERATORS: readonly (readonly [level: number, operators: readonly string[]])[] = [
  [1, ["||"]],
  [2, ["&&"]],
  [3, ["==", "!=", "<", "<=", ">", ">=", "in"]],
  [4, ["+", "-"]],
  [5, ["*", "/", "%"]],
];

function parenthesized(part: Written, level: number): string {
  return part.level < level ? `(${part.few})` : part.few;
}

const atom = fc.constantFrom(
  ...["a", "x.y", "f(a)", "a.f(x, [y])", "xs.map(x, x + 1)", "has(a.b)", "a.?b", "a[?b]", ".a.b"],
  ...["{?a: b}", "[?a, b,]", "a.`b-c`", "prototype", "(a)", "'it'", "r'\\d'", "b'x'", '"""\n"""'],
  ...["true", "null", "7u"],
).map((text): Written => ({ level: 7, few: text, all: text }));

/**
 * Numbers get the precedence of a unary operator, so that the test puts them in parentheses after a
 * unary minus. Without parentheses, the minus would become a part of the number.
 */
const number = fc.constantFrom("7", "-7", ".5", "1e3", "0x1F").map((text): Written => ({
  level: 6,
  few: text,
  all: text,
}));

const gap = fc.constantFrom(" ", "  ", "\n", " // ?: (`'\n", "\t");

const { expression } = fc.letrec<{ expression: Written }>((tie) => {
  const part = tie("expression");
  const binaries = OPERATORS.map(([level, operators]) =>
    fc.tuple(part, gap, fc.constantFrom(...operators), gap, part).map((
      [left, before, operator, after, right],
    ): Written => ({
      level,
      few: parenthesized(left, level) + before + operator + after + parenthesized(right, level + 1),
      all: `(${left.all})${operator}(${right.all})`,
    }))
  );
  const sign = fc.tuple(fc.constantFrom("!", "-"), part).map(([operator, operand]): Written => ({
    level: 6,
    few: operator + parenthesized(operand, 7),
    all: `${operator}(${operand.all})`,
  }));
  const conditional = fc.tuple(part, part, part).map(([condition, yes, no]): Written => ({
    level: 0,
    few: `${parenthesized(condition, 1)} ? ${parenthesized(yes, 1)} : ${no.few}`,
    all: `(${condition.all}) ? (${yes.all}) : (${no.all})`,
  }));
  return { expression: fc.oneof({ maxDepth: 5 }, atom, number, ...binaries, sign, conditional) };
});

/** Returns the syntax tree of an expression, without offsets. */
function shape(source: string): unknown {
  const positions = new Set(["start", "end", "at", "depth"]);
  return JSON.parse(JSON.stringify(parseExpression(source), (key, value) => {
    if (positions.has(key)) return undefined;
    return typeof value === "bigint" ? `${value}` : value;
  }));
}

Deno.test("parentheses that CEL's precedence implies do not change the syntax tree", () => {
  fc.assert(
    fc.property(expression, ({ few, all }) => assert.deepEqual(shape(few), shape(all))),
    { numRuns: 2000 },
  );
});

const fragment = fc.constantFrom(
  ..."a b in if true prototype 1 .5 0x 1u 1e ` `a` . .? ? : ! - ( ) [ ] { } , [? {?".split(" "),
  ...[
    "'",
    '"',
    "'''",
    '"""',
    "r'",
    'b"',
    "\\",
    "\\x",
    "\\u",
    " ",
    "\n",
    "\f",
    "é",
    ".map(",
    "has(",
  ],
  ..."== != < && || + //".split(" "),
);

Deno.test("parsing any text returns a tree or one problem with an offset inside the text", () => {
  const garbage = fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(garbage, fc.string({ unit: "binary" })), (source) => {
      const result = parse(source);
      if (result.ok) return;
      const { offset, message } = result.problem;
      assert.ok(offset >= 0 && offset <= source.length, `offset ${offset}`);
      assert.doesNotMatch(message, /\b(EOF|IDENTIFIER|STRING|NUMBER|[LR](PAREN|BRACKET|BRACE))\b/);
    }),
    { numRuns: 5000 },
  );
});
