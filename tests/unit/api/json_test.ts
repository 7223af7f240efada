/**
 * Tests of the lossless JSON parser. Integers of up to 64 bits keep their precision; all other
 * values are parsed as by JSON.parse.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { exactInteger, jsonEqual, jsonText, parseJson } from "../../../src/api/mod.ts";

Deno.test("64-bit integers beyond the safe integers are parsed and printed without loss", () => {
  for (
    const text of [
      '{"a":9007199254740993}',
      "[-9223372036854775808,9223372036854775807]",
      '{"a":{"b":[1,9007199254740993]}}',
      "9007199254740993",
    ]
  ) assert.equal(jsonText(parseJson(text)), text);
  assert.equal(parseJson("[ 9007199254740993 ]")?.toString(), "9007199254740993");
});

Deno.test("values that fit a number are parsed as numbers", () => {
  const text = '{"a":9007199254740991,"b":1.5,"c":1e400,"d":"9007199254740993","e":-0}';
  assert.deepEqual(parseJson(text), JSON.parse(text));
  // An integer of more than 64 bits becomes a float, as in Go.
  assert.equal(parseJson("99999999999999999999"), 1e20);
  assert.equal(parseJson("9".repeat(200_000)), Infinity);
  assert.equal(exactInteger("9".repeat(20)), undefined);
  assert.equal(exactInteger(`+${"0".repeat(100)}42`), 42);
  assert.equal(parseJson("12345678901234567.5"), 12345678901234567.5);
});

/** Parses JSON with a callback for each value, or returns undefined if it is not valid. */
function reference(text: string): unknown {
  const exact = (_key: string, value: unknown, { source }: { source: string }) => {
    const isExact = typeof value !== "number" || Number.isSafeInteger(value) ||
      !/^-?\d+$/.test(source);
    if (isExact) return value;
    const integer = BigInt(source);
    return integer === BigInt.asIntN(64, integer) ? integer : value;
  };
  try {
    return JSON.parse(text, exact as never);
  } catch {
    return undefined;
  }
}

Deno.test("parseJson accepts the same JSON as JSON.parse, and changes only long integers", () => {
  const tokens = [
    ...'[ ] { } : , " \\ - + . e 0 a'.split(" "),
    ...[" ", "\n", "null", '"a"', '"a":', '"__proto__":', "1234567890123456", "9007199254740993"],
    ...["-9007199254740993", "99999999999999999999", '"[9007199254740993]"', '"\\"1,"'],
  ];
  const random = fc.array(fc.constantFrom(...tokens), { maxLength: 8 }).map((all) => all.join(""));
  const scalar = fc.oneof(fc.json({ maxDepth: 1 }), fc.constantFrom(...tokens.slice(-6)));
  const valid = fc.array(fc.tuple(fc.constantFrom('"a"', '"__proto__"', '"1"'), scalar)).map((
    fields,
  ) => `[{${fields.map(([name, value]) => `${name}:${value}`)}},9007199254740993]`);
  fc.assert(
    fc.property(fc.oneof(random, valid), (text) => {
      const expected = reference(text);
      if (expected !== undefined) assert.deepEqual(parseJson(text), expected);
      else assert.throws(() => parseJson(text), SyntaxError);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("parseJson reports the position of a fault in the given text", () => {
  const text = '[9007199254740993,"a" "b"]';
  assert.throws(() => parseJson(text), /position 22/);
});

Deno.test("parseJson keeps the digits of an integer beside a string with millions of escapes", () => {
  const value = parseJson(`["${"\\n".repeat(6_000_000)}",9007199254740993]`) as unknown[];
  assert.equal(value[1], 9007199254740993n);
});

Deno.test("parseJson parses a long integer below thousands of lists", () => {
  let value = parseJson("[".repeat(9_000) + "9007199254740993" + "]".repeat(9_000));
  while (Array.isArray(value)) value = value[0]!;
  assert.equal(value, 9007199254740993n);
});

Deno.test("jsonText writes other values as JSON.stringify does", () => {
  const value = { a: [1n, undefined, null], b: undefined, c: "x" };
  assert.equal(jsonText(value), '{"a":[1,null,null],"c":"x"}');
  assert.equal(jsonText({ a: 2n ** 63n - 1n }, 2), '{\n  "a": 9223372036854775807\n}');
  assert.throws(() => {
    const cyclic: Record<string, unknown> = {};
    cyclic.a = cyclic;
    jsonText(cyclic);
  }, TypeError);
});

Deno.test("jsonText writes bigints among other values as a replacer function of JSON.stringify does", () => {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  const withDigits = (_key: string, value: unknown) =>
    typeof value === "bigint" ? rawJSON(String(value)) : value;
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "7"));
  const { values } = fc.letrec((tie) => ({
    values: fc.oneof(
      fc.bigInt(),
      fc.constantFrom(null, undefined, -0, 1.5, true, "a"),
      fc.array(tie("values")),
      fc.dictionary(key, tie("values"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
    const before = structuredClone(value);
    assert.equal(jsonText(value, indent), JSON.stringify(value, withDigits, indent));
    assert.deepEqual(value, before, "the value is not changed");
  }));
});

Deno.test("jsonEqual compares values as JSON, ignoring key order and undefined fields", () => {
  assert.ok(jsonEqual({ a: [1, { b: null }], c: undefined }, { a: [1, { b: null }] }));
  assert.ok(jsonEqual({ a: 1, b: 2n ** 60n }, { b: 2n ** 60n, a: 1 }));
  for (const [a, b] of [[1, "1"], [[1, 2], [2, 1]], [{}, []], [null, {}], [{ a: null }, {}]]) {
    assert.ok(!jsonEqual(a, b), JSON.stringify([a, b]));
  }
  assert.ok(!jsonEqual(Object.create({ a: 1 }), { a: 1 }), "inherited members are not values");
});

Deno.test("jsonEqual agrees with a comparison of JSON with sorted keys", () => {
  /** Returns JSON with sorted keys, in which keys without a value are left out. */
  const sorted = (value: unknown): string =>
    JSON.stringify(
      value,
      (_key, part) =>
        part !== null && typeof part === "object" && !Array.isArray(part)
          ? ["object", ...Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1)]
          : part,
    );
  const names = fc.constantFrom("a", "b", "1", "constructor", "__proto__");
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, 1, "x"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(names, tie("value"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.equal(jsonEqual(a, b), sorted(a) === sorted(b));
      assert.ok(jsonEqual(a, parseJson(JSON.stringify(a))));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("minus zero equals zero: JSON text has no sign for it", () => {
  assert.ok(jsonEqual({ a: [-0] }, JSON.parse(JSON.stringify({ a: [-0] }))));
});
