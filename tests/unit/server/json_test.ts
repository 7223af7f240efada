/** Tests the JSON of responses, also for objects that an attacker has made as large as possible. */
import assert from "node:assert/strict";
import { json } from "../../../src/server/json.ts";

Deno.test("a response has sorted keys and indentation", async () => {
  const { headers, text } = await read({ b: [{ d: 1, c: null }], a: "x", e: undefined });
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(
    text,
    '{\n  "a": "x",\n  "b": [\n    {\n      "c": null,\n      "d": 1\n    }\n  ]\n}\n',
  );
});

Deno.test("a response keeps the digits of an integer that a number cannot represent", async () => {
  const { text } = await read({ a: 9_007_199_254_740_993n });
  assert.equal(text, '{\n  "a": 9007199254740993\n}\n');
});

Deno.test("the key __proto__ of an object is an ordinary key in a response", async () => {
  const { text } = await read(JSON.parse('{"b":1,"__proto__":{"a":1}}'));
  assert.deepEqual(text, '{\n  "__proto__": {\n    "a": 1\n  },\n  "b": 1\n}\n');
});

Deno.test("nested lists make a response at most three times as long as their JSON", async () => {
  for (const depth of [70, 200, 6_000]) {
    const chain = "[".repeat(depth) + "]".repeat(depth);
    const value = JSON.parse(`[${Array.from({ length: 60_000 / depth }, () => chain)}]`);
    const { text } = await read({ object: value });
    assert.ok(text.length < 3 * 2 * 60_000, `${text.length} characters for a depth of ${depth}`);
  }
});

Deno.test("a response with too many values is neither sorted nor indented", async () => {
  const value = { b: Array.from({ length: 50_001 }, () => 1), a: 2n ** 60n };
  const { text } = await read(value);
  assert.equal(text, `{"b":[${value.b}],"a":${value.a}}\n`);
});

async function read(value: unknown): Promise<{ headers: Headers; text: string }> {
  const response = json(value);
  return { headers: response.headers, text: await response.text() };
}
