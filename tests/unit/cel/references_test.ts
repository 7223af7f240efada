/**
 * Tests of the search for the variables and functions to which an expression refers. The search runs before
 * type checking.
 */
import assert from "node:assert/strict";
import { parse, type Parsed } from "../../../src/cel/mod.ts";

function parsed(source: string): Parsed {
  const result = parse(source);
  assert.ok(result.ok, source);
  return result.parsed;
}

const REFERENCES: Readonly<Record<string, Record<string, number>>> = {
  "a.b + c[d]": { a: 0, c: 6, d: 8 },
  "has(a.b) ? a.?c : x[?y]": { a: 4, x: 18, y: 21 },
  "{a: 1, 'k': b}": { a: 1, b: 12 },
  "[?a, b]": { a: 2, b: 5 },
  "json.marshal(a)": { a: 13 },
  "a.json.marshal(b)": { a: 0, b: 15 },
  "xs.map(x, x + y)": { xs: 0, y: 14 },
  // In `svc.ports.map(svc, …)`, the first `svc` is not the macro's variable, because the macro's
  // range is outside of the variable's scope. The same is true for the initializer of `cel.bind`.
  "svc.ports.map(svc, svc.port)": { svc: 0 },
  "cel.bind(svc, svc.metadata, svc.name)": { svc: 14 },
  "xs.filter(x, x > 0).exists(y, x == y)": { xs: 0, x: 30 },
  "m.all(k, v, k == v && k == z)": { m: 0, z: 27 },
  "o.optMap(x, x + y)": { o: 0, y: 16 },
  "runtime.newCondition({type: a, status: 'True'})": { runtime: 0, a: 28 },
  "'text ' + \"a.b\"": {},
};

for (const [source, expected] of Object.entries(REFERENCES)) {
  Deno.test(`references of ${source}`, () => {
    assert.deepEqual(Object.fromEntries(parsed(source).references), expected);
  });
}

Deno.test("functions are listed with their qualified names; methods and operators are not", () => {
  const { functions } = parsed("json.marshal(a) + f(1) + x.g(2) + ip.isCanonical('') + f(3)");
  assert.deepEqual([...functions], [["json.marshal", 0], ["f", 18], ["ip.isCanonical", 34]]);
});
