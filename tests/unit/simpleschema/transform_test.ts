/** Tests of SimpleSchema: the generated schemas, and the problems of invalid fields and types. */
import assert from "node:assert/strict";
import { type Json, type JsonObject, jsonText, type Problem } from "../../../src/api/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";
import { transform } from "../../../src/simpleschema/mod.ts";

function schemaOf(spec: JsonObject, types?: JsonObject): Schema {
  const result = transform(spec, types);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  return result.schema;
}

function problemsOf(spec: JsonObject, types?: JsonObject): Problem[] {
  const result = transform(spec, types);
  assert.ok(!result.ok, `accepted: ${JSON.stringify(spec)}`);
  return result.problems;
}

/** Converts a schema to plain JSON, which drops undefined fields. */
function asJson(schema: Schema): Json {
  return JSON.parse(JSON.stringify(schema));
}

Deno.test("a spec with named types, nested objects and required fields is transformed", () => {
  const types = {
    Port: "integer | minimum=1 maximum=65535 required=true",
    Listener: { port: "Port", tls: "boolean | default=false" },
  };
  const spec = {
    name: 'string | required=true description="The name"',
    main: "Listener",
    extra: "[]Listener | maxItems=4",
    labels: "map[string]string",
    adminPort: "Port",
    limits: { cpu: 'string | default="1"' },
  };
  const port: Schema = { type: "integer", minimum: 1, maximum: 65535 };
  const listener: Schema = {
    type: "object",
    properties: { port, tls: { type: "boolean", default: false } },
    required: ["port"],
  };
  assert.deepEqual(asJson(schemaOf(spec, types)), {
    type: "object",
    properties: {
      name: { type: "string", description: "The name" },
      main: listener,
      extra: { type: "array", items: listener, maxItems: 4 },
      labels: { type: "object", additionalProperties: { type: "string" } },
      adminPort: port,
      limits: {
        type: "object",
        properties: { cpu: { type: "string", default: "1" } },
        default: {},
      },
    },
    required: ["adminPort", "name"],
  });
});

Deno.test("a marker at one use of a type does not change the type's other uses", () => {
  const { properties } = schemaOf(
    { a: "T | immutable=true description=changed", b: "T" },
    { T: "string | validation=\"self != ''\" description=base" },
  );
  assert.deepEqual(properties!.b, {
    type: "string",
    description: "base",
    "x-kubernetes-validations": [{ rule: "self != ''", message: "must satisfy self != ''" }],
  });
  assert.deepEqual(properties!.a!["x-kubernetes-validations"]!.map((v) => v.rule), [
    "self != ''",
    "self == oldSelf",
  ]);
});

Deno.test("the message of each validation names its rule, in one line", () => {
  const { properties } = schemaOf({
    a: 'string | validation="self.size() < 6" validation="!self.contains(\\"x\\")"',
    b: `string | validation="self\n  != 'a'"`,
    c: `string | validation="self != '${"x".repeat(600)}'"`,
  });
  const messages = (name: string) =>
    properties![name]!["x-kubernetes-validations"]!.map((rule) => rule.message);
  assert.deepEqual(messages("a"), [
    "must satisfy self.size() < 6",
    'must satisfy !self.contains("x")',
  ]);
  assert.deepEqual(messages("b"), ["must satisfy self != 'a'"]);
  assert.equal(messages("c")[0]!.length, "must satisfy ".length + 500);
  assert.match(messages("c")[0]!, /^must satisfy self != 'x+ … \[610 characters\] … x+'$/);
});

Deno.test("names of Object.prototype members are ordinary field names", () => {
  const spec = JSON.parse('{"__proto__": "string", "constructor": "integer"}');
  const { properties } = schemaOf(spec);
  assert.deepEqual(Object.keys(properties!), ["__proto__", "constructor"]);
  assert.match(problemsOf({ a: "constructor" })[0]!.message, /unknown type: constructor/);
});

Deno.test("all problems are reported at once, each with its path, text and offset", () => {
  const problems = problemsOf(
    { a: { b: "strin" }, "x.y": "string | min=1 minItems=2", c: 5, ok: "string" },
    { X: { f: "string | foo=1 bar=2" }, Y: "[]" },
  );
  assert.ok(problems.every((p) => p.code === "SCHEMA"));
  assert.deepEqual(problems.map(({ path, message, offset }) => [path, message, offset]), [
    ["schema.types.X.f", "unknown marker: foo", 9],
    ["schema.types.X.f", "unknown marker: bar", 15],
    ["schema.types.Y", "empty slice element: name a type after []", undefined],
    ["schema.spec.a.b", "unknown type: strin", undefined],
    ['schema.spec["x.y"]', "unknown marker: min", 9],
    [
      'schema.spec["x.y"]',
      "minItems is only valid for array fields, and this one is string",
      15,
    ],
    ["schema.spec.c", "unexpected type: number", undefined],
  ]);
  assert.equal(problems[3]!.expression, "strin");
});

Deno.test("an invalid type is reported at its declaration, not at each use", () => {
  const problems = problemsOf({ a: "T", b: "[]T", c: { d: "T" } }, { T: "Nope" });
  assert.deepEqual(problems.map((p) => p.path), ["schema.types.T"]);
});

Deno.test("misspelled types and markers get a hint with the correct name", () => {
  const cases: [string, string][] = [
    ["int", "integer"],
    ["Bool", "boolean"],
    ["double", "float"],
    ["strng", "string"],
    ["[]Listner", "Listener"],
    ["string | defualt=x", "default"],
    ["[]string | uniqueitems=true", "uniqueItems"],
  ];
  for (const [text, name] of cases) {
    const [problem] = problemsOf({ f: text }, { Listener: "string" });
    assert.equal(problem!.hint, `did you mean "${name}"?`, text);
  }
  assert.equal(problemsOf({ f: "Gateway" }, { Listener: "string" })[0]!.hint, undefined);
});

Deno.test("each kind of mistake has its own message", () => {
  const cases: [Json, RegExp, JsonObject?][] = [
    [null, /unexpected type: null/],
    [["string"], /unexpected type: list/],
    [" | default=x", /empty type/],
    ["map[string]", /map value required/],
    ["map[integer]string", /map key must be string/],
    ["[]".repeat(17) + "string", /nesting too deep: at most 16 .* "string" is left/],
    ["string", /node "Nope" does not exist/, { T: "map[string]Nope" }],
    ["string", /self reference: type "A"/, { A: { next: "A" } }],
    ["string", /cyclic dependency in type A: A -> B -> C -> A/, { A: "[]B", B: "C", C: "A" }],
    ["string |", /key without value/],
    ["string | =x", /empty marker key/],
    ['string | default="', /unclosed quote/],
    ["string | default={", /unclosed bracket/],
    ["string | default=]", /unmatched bracket/],
    ["string | required=yes", /failed to parse required: "yes" is not a boolean/],
    ["string | minLength=1.5", /failed to parse minLength/],
    ["string | minimum=NaN", /failed to parse minimum/],
    ["integer | enum=1,b", /failed to parse enum: "b"/],
    ["float | enum=1", /enum is only valid for string and integer fields, and this one is number/],
    ["string | enum=a,,b", /enum holds an empty value/],
    ["string | pattern=(?=a)", /invalid pattern: .*\(\?=/],
    ["[]string | listType=bag", /listType must be atomic, set or map/],
    ["[]string | uniqueItems=true listType=map", /listType=map overwrites list type set/],
    ["[]string | listType=atomic uniqueItems=true", /uniqueItems=true with another list type/],
    ["[]string | listMapKey=a", /listMapKey without listType=map/],
    ["[]string | listType=map listMapKey=a listMapKey=a", /duplicate listMapKey: a/],
    ["string | validation=' ", /key without value/],
    ['string | validation="  "', /validation failed/],
    ["integer | default=007", /default must be valid JSON/],
    ["float | default=NaN", /default must be a (finite )?number/],
    ["float | default=x", /default must be a (finite )?number/],
    ["boolean | default=T", /write true or false/],
    ['string | default="say \\"hi\\""', /default must be the content of a JSON string/],
  ];
  for (const [value, expected, types] of cases) {
    const problems = problemsOf({ f: value }, types);
    assert.equal(problems.length, 1, JSON.stringify(value));
    assert.match(problems[0]!.message, expected);
  }
});

Deno.test("whitespace after the last marker is refused with a hint at YAML block scalars", () => {
  const [problem] = problemsOf({ f: "string | default=x\n" });
  assert.match(problem!.hint!, /\|- or >-/);
  assert.equal(problem!.offset, 19);
});

Deno.test("64-bit integers keep their precision", () => {
  const exact: [text: string, schema: string][] = [
    ["integer | default=9007199254740993", '{"type":"integer","default":9007199254740993}'],
    ["integer | enum=-9223372036854775808", '{"type":"integer","enum":[-9223372036854775808]}'],
    ["string | maxLength=9223372036854775807", '{"type":"string","maxLength":9223372036854775807}'],
  ];
  for (const [text, expected] of exact) {
    const result = transform({ f: text });
    assert.equal(jsonText(result.ok && result.schema.properties!.f), expected);
  }
});

Deno.test("an invalid default of a type is reported only if a field uses it", () => {
  const types = { T: "integer | default=007", U: { a: "T" } };
  assert.ok(transform({ f: "string" }, types).ok);
  assert.ok(transform({ f: "T | default=7" }, types).ok);
  const [problem] = problemsOf({ f: "[]U" }, types);
  assert.equal(problem!.path, "schema.types.T");
  assert.match(problem!.message, /valid JSON/);
});

Deno.test("excessive nesting is reported as a problem and does not overflow the stack", () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`T${i}`, { a: `T${i + 1}`, b: `T${i + 1}` }]),
  );
  const [size] = problemsOf({ f: "T0" }, { ...doubling, T40: "string" });
  assert.match(size!.message, /expand to more than/);

  const chain = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`T${i}`, `T${i + 1}`]),
  );
  const [depth] = problemsOf({ f: "T0" }, { ...chain, T20000: "string" });
  assert.match(depth!.message, /levels deep/);

  let nested: JsonObject = { x: "string" };
  for (let i = 0; i < 20_000; i++) nested = { x: nested };
  assert.match(problemsOf(nested)[0]!.message, /levels deep/);
});

Deno.test("a field's definition of more than 100,000 characters is refused", () => {
  const definition = (length: number) => 'string | description="'.padEnd(length - 1, "a") + '"';
  assert.ok(transform({ a: definition(100_000) }).ok);
  const fault = {
    code: "SCHEMA",
    message: "the definition is longer than 100000 characters",
  };
  assert.deepEqual(
    problemsOf({ a: { b: definition(100_001) }, c: "T" }, { T: definition(100_001) })
      .map(({ hint: _, ...problem }) => problem),
    [{ ...fault, path: "schema.types.T" }, { ...fault, path: "schema.spec.a.b" }],
  );
});

Deno.test("an expression in a field's name is refused", () => {
  const result = transform({ "a-${schema.kind}": "string", b: { "${x": "string" } });
  assert.ok(!result.ok);
  assert.deepEqual(result.problems.map(({ path, message }) => [path, message]), [
    ['schema.spec["a-${schema.kind}"]', "keys are not evaluated"],
    ["schema.spec.b.${x", "keys are not evaluated"],
  ]);
});

Deno.test("kro leaves a pattern that is too large to compile to the API server", () => {
  const open = "(a|b)?".repeat(14_000) + "(";
  const result = transform({ a: `string | pattern="${open}"`, b: 'string | pattern="("' });
  assert.ok(!result.ok);
  assert.deepEqual(result.problems.map(({ path }) => path), ["schema.spec.b"]);
});

Deno.test("kro leaves a pattern with thousands of unclosed classes to the API server", () => {
  // At each `[:`, the compiler searches the rest of the pattern for `:]`.
  const result = transform({ a: `string | pattern="${"[:".repeat(12_000)}"` });
  assert.ok(result.ok);
  assert.ok(!transform({ a: `string | pattern="${"[:".repeat(100)}"` }).ok);
});

Deno.test("kro compiles the patterns of a SimpleSchema up to a total cost, and each pattern once", () => {
  const many = (pattern: (i: number) => string) =>
    Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`f${i}`, `string | pattern="${pattern(i)}"`]),
    );
  const last = `string | pattern="(a{1,500}"`;
  const distinct = transform({ ...many((i) => `a{1,500}${i}`), last });
  assert.ok(distinct.ok);
  const equal = transform({ ...many(() => "a{1,500}"), last });
  assert.ok(!equal.ok);
});
