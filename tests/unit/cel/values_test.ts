/** Tests of the conversion from JSON to CEL values and back. */
import assert from "node:assert/strict";
import {
  type CelFailure,
  type CelType,
  compile,
  conditionsOf,
  DYN,
  fromCel,
  INT,
  listOf,
  objectType,
  rawToCel,
  STRING,
  toCel,
} from "../../../src/cel/mod.ts";

function run(source: string, variables: Record<string, [unknown, CelType]>, raw = false) {
  const types = Object.fromEntries(
    Object.entries(variables).map(([name, [, type]]) => [name, type]),
  );
  const compiled = compile(source, { variables: types, omit: true, runtime: true });
  assert.ok(compiled.ok, compiled.ok ? "" : JSON.stringify(compiled.problems));
  return compiled.program.evaluate(Object.fromEntries(
    Object.entries(variables).map(([name, [json, type]]) => [
      name,
      raw ? rawToCel(json) : toCel(json, type),
    ]),
  ));
}

function json(source: string, variables: Record<string, [unknown, CelType]> = {}, raw = false) {
  const result = run(source, variables, raw);
  assert.ok(result.ok, result.ok ? "" : result.failure.message);
  const outgoing = fromCel(result.value);
  assert.ok(outgoing.ok, outgoing.ok ? "" : outgoing.failure.message);
  return outgoing.value;
}

function failure(source: string, variables: Record<string, [unknown, CelType]> = {}): CelFailure {
  const result = run(source, variables);
  const outgoing = result.ok ? fromCel(result.value) : result;
  assert.ok(!outgoing.ok);
  return outgoing.failure;
}

const job = objectType("job", {
  type: "object",
  properties: {
    data: { type: "object", additionalProperties: { type: "string", format: "byte" } },
    when: { type: "string", format: "date-time" },
    count: { type: "integer" },
    ratio: { type: "number" },
    "a-b": { type: "string" },
    labels: { type: "object", additionalProperties: { type: "string" } },
    conditions: {
      type: "array",
      items: {
        type: "object",
        properties: { type: { type: "string" }, status: { type: "string" } },
      },
    },
  },
});

Deno.test("an unchanged object converts back to the identical JSON object", () => {
  const data = { k: "aGVsbG8=" };
  assert.equal(json("job.data", { job: [{ data }, job] }), data);
  const whole = { data, when: "2020-01-01T00:00:00.5+02:00" };
  assert.equal(json("job", { job: [whole, job] }), whole);
  assert.equal((json("{'x': job.data}", { job: [whole, job] }) as { x: unknown }).x, data);
});

Deno.test("reading one field does not access the others", () => {
  const object = {
    count: 3,
    get data(): never {
      throw new Error("data was read");
    },
  };
  assert.equal(json("job.count + 1", { job: [object, job] }), 4);
});

Deno.test("rawToCel ignores formats: strings stay strings, and whole numbers are ints", () => {
  const object: [unknown, CelType] = [{
    when: "2020-01-01T00:00:00Z",
    data: { k: "aA==" },
    ratio: 2,
  }, DYN];
  assert.equal(json("o.when == '2020-01-01T00:00:00Z'", { o: object }, true), true);
  assert.equal(json("o.data.k", { o: object }, true), "aA==");
  assert.equal(json("o.ratio + 1", { o: object }, true), 3);
});

const FAILURES: readonly [source: string, code: CelFailure["code"], message: RegExp][] = [
  ["job.when", "pending", /^no such key: when$/],
  ["job.labels['app']", "pending", /^no such key: app$/],
  ["job.labels[job.labels.secret]", "pending", /^no such key$/],
  ["dyn(job).transformList(k, v, v)", "pending", /^no such key$/],
  ["job.conditions[4].type", "pending", /^index out of bounds: 4$/],
  ["missing.x", "pending", /^no such attribute: missing$/],
  ["1 / (job.count - 3)", "division", /division by zero/],
  ["9223372036854775807 + job.count", "overflow", /overflow/],
  ["int(job.labels.secret)", "conversion", /'string' to 'int'/],
  ["dyn(job.count) + 'a'", "overload", /no such overload/],
  ["job.labels.secret.substring(99)", "argument", /out of range/],
  ["job.ratio", "conversion", /the schema requires number/],
  ["job.data.k", "conversion", /bytes cannot be written/],
  ["{1: 'a'}", "conversion", /keys of a map must be strings/],
  ["quantity('1Gi')", "conversion", /kubernetes.Quantity cannot be written/],
  ["1.0 / 0.0", "conversion", /infinity/],
  ["lists.range(5000).map(a, lists.range(5000))", "cost", /costs too much/],
  ["lists.range(100000000)", "cost", /size exceeds/],
];

Deno.test("a quantity has at most 1,000 digits", () => {
  const isQuantity = (digits: number) =>
    json("isQuantity(t)", { t: [`0.${"1".repeat(digits - 1)}`, STRING] });
  assert.deepEqual([isQuantity(1_000), isQuantity(1_001)], [true, false]);
});

Deno.test("bytes become base64 where the caller allows bytes, at any depth but not as keys", () => {
  const made = (source: string) => {
    const compiled = compile(source, { variables: {}, omit: true });
    assert.ok(compiled.ok);
    const result = compiled.program.evaluate({});
    assert.ok(result.ok);
    return fromCel(result.value, true);
  };
  assert.deepEqual(made("b'hi'"), { ok: true, value: "aGk=" });
  assert.deepEqual(made("{'a': [optional.of(b'hi'), optional.none()]}"), {
    ok: true,
    value: { a: ["aGk=", null] },
    absent: [["a", 1]],
  });
  assert.deepEqual(made("[omit(), optional.none()]"), { ok: true, value: [null], absent: [[0]] });
  const keyed = made("dyn({1: b'hi'})");
  assert.ok(!keyed.ok && keyed.failure.code === "conversion");
});

Deno.test("the message of a failure is bounded, and names the path of a missing field", () => {
  const long = failure(`dyn({}).${"a".repeat(2_000)}`, {});
  assert.equal(long.message.length, 1024);
  assert.equal(failure("job.when", { job: [{}, job] }).missing, "job.when");
  assert.equal(failure("[job].map(x, x.when)", { job: [{}, job] }).missing, undefined);
});

for (const [source, code, message] of FAILURES) {
  Deno.test(`${source} fails with the code ${code}`, () => {
    const found = failure(source, {
      job: [{
        hunter2: null,
        count: 3,
        labels: { secret: "hunter2" },
        conditions: [],
        ratio: "hunter2",
        data: { k: "aGVsbG8=" },
      }, job],
      ...(source.startsWith("missing") ? { missing: [undefined, DYN] } : {}),
    });
    assert.equal(found.code, code);
    assert.match(found.message, message);
    assert.doesNotMatch(found.message, /hunter2/);
  });
}

Deno.test("a failure has the offset of the failed operation", () => {
  assert.equal(failure("1 + job.count", { job: [{}, job] }).offset, 7);
});

Deno.test("failures of two expressions have their own offsets", () => {
  const schema: CelType = {
    kind: "struct",
    name: "s",
    schema: {
      type: "object",
      properties: {
        ports: {
          type: "array",
          items: { type: "object", properties: { name: { type: "string" } } },
        },
      },
    },
  };
  const variables: Record<string, [unknown, CelType]> = { s: [{ ports: [{ name: "a" }] }, schema] };
  assert.equal(failure("dyn(1) in dyn(s.ports) || false", variables).offset, 7);
  assert.equal(failure("false || dyn(1) in dyn(s.ports)", variables).offset, 16);
});

const OUTGOING: readonly [source: string, expected: unknown][] = [
  ["{'a': omit(), 'b': [omit(), 1], 'c': {'d': omit()}}", { b: [1], c: {} }],
  ["omit()", undefined],
  ["[optional.none(), optional.of(1)]", [null, 1]],
  ["{'t': timestamp('2020-01-01T00:00:00.9+01:00')}", { t: "2019-12-31T23:00:00Z" }],
  ["[duration('90m'), duration('1.5s'), duration('1ms')]", ["1h30m0s", "1.5s", "1ms"]],
  ["{'__proto__': 1, 'constructor': 2}.size()", 2],
];

for (const [source, expected] of OUTGOING) {
  Deno.test(`${source} converts to ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(json(source), expected);
  });
}

Deno.test("__proto__ is an ordinary map key", () => {
  const written = json("{'__proto__': {'x': 1}}") as object;
  assert.deepEqual(Object.keys(written), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(written), Object.prototype);
});

Deno.test("a collection is a list of objects", () => {
  const items = [{ count: 1 }, { count: 2 }];
  assert.equal(json("jobs.map(j, j.count).sum()", { jobs: [items, listOf(job)] }), 3);
});

Deno.test("a collection is a plain list, as upstream's: its objects have a schema, the list does not", () => {
  const jobs: [unknown, CelType] = [[{ count: 1 }], listOf(job)];
  assert.equal(json("dyn(jobs) == 1", { jobs }), false);
  assert.equal(json("jobs[dyn(0u)].count", { jobs }), 1);
  assert.equal(json("(jobs + dyn([{'count': 2}]))[1].count", { jobs }), 2);
  assert.equal(json("optional.ofNonZeroValue(jobs)", { jobs: [[], listOf(job)] }), null);
});

Deno.test("a program can be evaluated again with other values", () => {
  const compiled = compile("cel.bind(x, n + 1, xs.map(y, x + y))", {
    variables: { n: INT, xs: listOf(INT) },
  });
  assert.ok(compiled.ok);
  for (const n of [1, 10]) {
    const result = compiled.program.evaluate({ n: toCel(n, INT), xs: toCel([1], listOf(INT)) });
    assert.ok(result.ok);
    assert.deepEqual(fromCel(result.value), { ok: true, value: [n + 2] });
  }
});

Deno.test("a variable can be plain JSON", () => {
  const compiled = compile("text + string(d.n)", { variables: { text: STRING, d: DYN } });
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.program.evaluate({ text: "a", d: { n: 1 } }), {
    ok: true,
    value: "a1",
  });
});

Deno.test("an optional entry of runtime.newCondition is not unwrapped", () => {
  const value = (entries: string) => run(`runtime.newCondition({${entries}}).status`, {});
  assert.deepEqual(value("type: 'A', ?status: dyn('True')"), { ok: true, value: "True" });
  assert.equal(value("?type: optional.of('A'), status: 'True'").ok, false);
  assert.equal(value("type: 'A', status: 'True', ?reason: optional.none()").ok, false);
});

Deno.test("conditionsOf accepts a condition or a list of conditions, and nothing else", () => {
  const variables: Record<string, [unknown, CelType]> = {
    job: [{ conditions: [{ type: "Ready", status: "True" }] }, job],
  };
  const stored = { type: "A", status: "True", reason: "R", message: "" };
  const one = "runtime.newCondition({type: 'A', status: 'True', reason: 'R'})";
  const cases: [string, unknown][] = [
    [one, [stored]],
    [`[${one}]`, [stored]],
    ["runtime.condition({'status': job}, 'Ready').status", undefined],
    ["runtime.condition({'status': job}, 'Nope')", [{
      type: "",
      status: "",
      reason: "",
      message: "",
    }]],
  ];
  for (const [source, expected] of cases) {
    const result = run(source, variables);
    assert.ok(result.ok);
    assert.deepEqual(conditionsOf(result.value), expected);
  }
});
