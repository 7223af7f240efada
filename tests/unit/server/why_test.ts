/**
 * Tests of the path of kro's HTTP endpoint that explains an instance: what the query selects to explain, and
 * the response to each error.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { type Explanation, UnknownSubject } from "../../../src/explain/mod.ts";
import { createHandler, type Explainer } from "../../../src/server/mod.ts";
import { view } from "../../support/server/view.ts";

const BASE = "http://kro/graphs/a/instances";
const FOUND: Explanation = { topic: "instance", text: "App kro/one is ready", because: [] };

/**
 * Sends a request to an endpoint that calls `explain` for an explanation. Without `explain`, the endpoint
 * cannot explain instances.
 */
async function ask(path: string, explain?: Explainer["explain"], headers = {}) {
  const handler = createHandler({
    view,
    version: "devel",
    mayReadApi: () => Promise.resolve("allowed"),
    ...(explain && { explainer: { explain } }),
  });
  const response = await handler(new Request(`${BASE}/${path}`, { headers }), "10.0.0.1");
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, challenge, body: await response.json() };
}

Deno.test("the node and the field of the query are the subject, and the token is passed on", async () => {
  const asked: unknown[] = [];
  const explain: Explainer["explain"] = (...all) => {
    asked.push(all);
    return Promise.resolve(FOUND);
  };
  const cases: [path: string, namespace: string | undefined, subject: string | undefined][] = [
    ["kro/one/why", "kro", undefined],
    ["-/one/why", undefined, undefined],
    ["kro/one/why?node=web", "kro", "web"],
    ["kro/one/why?node=web&field=spec.replicas", "kro", "web.spec.replicas"],
    ["kro/one/why?node=pods&field=%5B0%5D.spec", "kro", "pods[0].spec"],
    ["kro/one/why?field=status.url", "kro", "status.url"],
  ];
  for (const [path, namespace, subject] of cases) {
    const { status, body } = await ask(path, explain, { authorization: "Bearer mine" });
    assert.deepEqual([status, body], [200, FOUND], path);
    const at = { ...namespace && { namespace }, name: "one" };
    assert.deepEqual(asked.pop(), ["a", at, subject, "Bearer mine"], path);
  }
});

Deno.test("each error of an explanation has its status", async () => {
  const refused = (reason: ApiError["reason"]) => new ApiError("no permission", { reason });
  const cases: [error: Error | undefined, status: number, detail: RegExp][] = [
    [undefined, 404, /graph "a" has no instance "one"/],
    [new UnknownSubject('no node "x"'), 404, /no node "x"/],
    [refused("Forbidden"), 403, /no permission/],
    [refused("Unauthorized"), 401, /Authorization: Bearer TOKEN/],
    [refused("Other"), 503, /the API server does not answer/],
  ];
  for (const [error, status, detail] of cases) {
    const answer = await ask("kro/one/why", () => {
      return error ? Promise.reject(error) : Promise.resolve(undefined);
    });
    assert.equal(answer.status, status);
    assert.match(answer.body.detail, detail);
    assert.equal(answer.challenge, status === 401 ? 'Bearer realm="kro"' : null);
  }
  assert.equal((await ask("kro/one/why")).status, 503);
  const unknown = await ask("kro/one/why?nod=x", () => Promise.resolve(FOUND));
  assert.equal(unknown.status, 400);
  assert.match(unknown.body.detail, /did you mean "node"/);
});
