/** Tests that a long error response, and a long event that is not JSON, are parsed only in steps. */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { refusal } from "../../../src/kube/errors.ts";
import { parsedIfLarge } from "../../../src/kube/json_slices.ts";
import { toEvent } from "../../../src/kube/watch.ts";

const LONG = "a".repeat(600_000);

/** Returns the result of `run`, and the length of the longest JSON that is parsed in one call. */
async function longest<T>(run: () => T | Promise<T>): Promise<{ result: T; length: number }> {
  const { parse } = JSON;
  let length = 0;
  JSON.parse = (text, reviver) => {
    length = Math.max(length, text.length);
    return parse(text, reviver);
  };
  try {
    return { result: await run(), length };
  } finally {
    JSON.parse = parse;
  }
}

Deno.test("a long Status is parsed in steps", async () => {
  const causes = Array.from({ length: 20_000 }, (_, i) => ({ field: `spec.f${i}`, message: "no" }));
  const body = JSON.stringify({ kind: "Status", message: "denied", details: { causes } });
  const { result, length } = await longest(async () =>
    refusal("APPLY things a/b", 422, body, undefined, await parsedIfLarge(body))
  );
  assert.equal(result.message, "APPLY things a/b: denied");
  assert.equal(result.causes?.length, causes.length);
  assert.ok(body.length > 600_000 && length < 200_000, `${length} characters at once`);
});

for (const text of [`{"kind":"Status","message":"${LONG}`, "[".repeat(600_000)]) {
  const start = text.slice(0, 9);
  Deno.test(`a long response that begins with ${start} and is not JSON is not parsed`, async () => {
    const { result, length } = await longest(async () =>
      refusal("GET things a/b", 502, text, undefined, await parsedIfLarge(text))
    );
    assert.equal(result.message, `GET things a/b: HTTP 502 ${text.slice(0, 200)}`);
    assert.ok(length < 200_000, `${length} characters at once`);
  });

  Deno.test(`a long event that begins with ${start} and is not JSON is not parsed`, async () => {
    const { length } = await longest(async () => {
      const parsed = await parsedIfLarge(text);
      assert.throws(
        () => toEvent("WATCH things", text, parsed),
        (error) => error instanceof ApiError && /malformed watch event/.test(error.message),
      );
    });
    assert.ok(length < 200_000, `${length} characters at once`);
  });
}

Deno.test("a short text is not parsed in advance", async () => {
  assert.equal(await parsedIfLarge("{}"), undefined);
});
