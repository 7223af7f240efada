/** Fuzz test of kro's HTTP endpoint: no request may get a response with a status of 500 or above. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ControllerView } from "../../../src/controller/mod.ts";
import { createHandler } from "../../../src/server/mod.ts";

const view: ControllerView = {
  health: () => ({ healthy: true }),
  readiness: () => ({ ready: true, missing: [] }),
  standby: () => undefined,
  graphNames: () => [],
  graph: () => undefined,
  definition: () => undefined,
  causes: () => [],
  graphRights: () => undefined,
  instanceKeys: () => [],
  instance: () => undefined,
  objectRef: () => undefined,
  graphFacts: () => undefined,
  instanceFacts: () => undefined,
  subscribe: () => () => {},
  metrics: () => Promise.resolve("up 1\n"),
};
const handler = createHandler({ view, version: "devel" });

const piece = fc.oneof(
  fc.constantFrom(
    "graphs",
    "instances",
    "metrics",
    "healthz",
    "..",
    ".",
    "-",
    "%",
    "%2F",
    "%00",
    "%ff",
    "a",
  ),
  fc.string({ unit: "binary", maxLength: 8 }).map(encoded),
);
const path = fc.array(piece, { maxLength: 7 }).map((pieces) => `/${pieces.join("/")}`);
const query = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom("limit", "continue", "limit[]", ""),
      fc.string({ maxLength: 4 }).map(encoded),
    ),
    fc.oneof(
      fc.constantFrom("-1", "0", "1e9", "NaN", "99999999999999999999", "%", "%E0%A4%A"),
      fc.string({ unit: "binary", maxLength: 12 }).map(encoded),
    ),
  ),
  { maxLength: 4 },
).map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));
const method = fc.constantFrom(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
);
const headers = fc.dictionary(
  fc.constantFrom("accept", "authorization", "range", "x-forwarded-for", "content-type"),
  fc.string({ maxLength: 20 }).map((value) => value.replace(/[^\x20-\x7e]/g, "")),
);

/**
 * Percent-encodes a string. Lone surrogates are replaced first, because encodeURIComponent throws
 * on them.
 */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

Deno.test("the handler never answers with a server error, for any path, query, method and headers", async () => {
  await fc.assert(
    fc.asyncProperty(method, path, query, headers, async (method, path, query, headers) => {
      const request = new Request(`http://kro${path}?${query}`, { method, headers });
      const response = await handler(request, "127.0.0.1");
      const text = await response.text();
      assert.ok(response.status < 500, `${method} ${request.url}: ${response.status} ${text}`);
      if (method !== "GET" && method !== "HEAD") assert.equal(response.status, 405);
      if (response.status >= 400 && method !== "HEAD") {
        assert.match(response.headers.get("content-type") ?? "", /json/);
        JSON.parse(text);
      }
    }),
    { seed: 20_250, numRuns: 2000 },
  );
});
