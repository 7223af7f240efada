/**
 * Fuzz test of responses and watch events from the API server: any string must result in a valid
 * value or an ApiError.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ApiError, isObject, type KindRef, parseJson } from "../../../src/api/mod.ts";
import { connect } from "../../../src/kube/mod.ts";
import { toEvent } from "../../../src/kube/watch.ts";
import { mutated } from "./fuzz.ts";

const MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const OBJECT =
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"7"}}';
const RESPONSES = [
  OBJECT,
  `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[${OBJECT}]}`,
  '{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old"}',
  "<html><body>Sign in</body></html>",
];
const EVENTS = [
  `{"type":"ADDED","object":${OBJECT}}`,
  '{"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"9"}}}',
  '{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}',
];
const TOKENS =
  '{ } [ ] : , " null true -1 1e999 "items" "metadata" "kind" "code" "object" \u0000 \n';
const response = mutated(RESPONSES, TOKENS.split(" "));
const RUNS = { seed: 20_260, numRuns: 1000 };

/** Asserts that an error is an ApiError whose message names the failed request. */
function refused(error: unknown): undefined {
  assert.ok(error instanceof ApiError, String(error));
  assert.match(error.message, /^[A-Z]+ configmaps/);
}

Deno.test("toEvent returns an event or throws an ApiError for any text", () => {
  fc.assert(
    fc.property(mutated(EVENTS, TOKENS.split(" ")), (line) => {
      try {
        const event = toEvent("WATCH configmaps", line);
        if (event.type === "BOOKMARK") assert.equal(typeof event.resourceVersion, "string");
        else assert.ok(isObject(event.object.metadata));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }),
    RUNS,
  );
});

Deno.test("client calls return a valid object or an ApiError for any response text and status", async () => {
  let next = { text: "", code: 200 };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(next.text, { status: next.code }),
  );
  const config = {
    server: `http://127.0.0.1:${server.addr.port}`,
    namespace: "default",
    origin: "test",
  };
  const client = connect(config, { userAgent: "kro/test" });
  const by = { fieldManager: "test" };
  const ref = { kind: MAP, namespace: "a", name: "b" };
  const verbs = {
    get: () => client.get(ref),
    apply: () => client.apply(ref, parseJson(OBJECT) as never, by),
    create: () => client.create(MAP, parseJson(OBJECT) as never, by),
    patch: () => client.mergePatch(ref, {}, by),
    delete: () => client.delete(ref),
  };
  const code = fc.constantFrom(200, 200, 200, 201, 400, 403, 404, 409, 410, 422, 500, 503);
  try {
    await fc.assert(
      fc.asyncProperty(response, code, async (text, code) => {
        next = { text, code };
        for (const send of Object.values(verbs)) {
          const object = await send().catch(refused);
          if (object !== undefined) assert.ok(isObject(object.metadata), text);
        }
        const list = await client.list(MAP).catch(refused);
        for (const item of list?.items ?? []) assert.ok(isObject(item.metadata), text);
      }),
      { ...RUNS, numRuns: 300 },
    );
  } finally {
    client.close();
  }
});
