/** Tests of the path that compares two revisions: its query, and the response to each error. */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { createHandler, type Explainer, UnknownRevision } from "../../../src/server/mod.ts";
import { comparison, view } from "../../support/server/view.ts";

type Compare = NonNullable<Explainer["compareRevisions"]>;

/** Sends a request to an endpoint that calls `compare`. Without it, the endpoint cannot compare revisions. */
async function ask(path: string, compare?: Compare) {
  const explain = () => Promise.resolve(undefined);
  const explainer: Explainer = { explain, ...compare && { compareRevisions: compare } };
  const mayReadApi = () => Promise.resolve("allowed" as const);
  const handler = createHandler({ view, version: "devel", mayReadApi, explainer });
  const url = `http://kro/graphs/a/instances/${path}`;
  const headers = { authorization: "Bearer mine" };
  const response = await handler(new Request(url, { headers }), "10.0.0.1");
  return { status: response.status, body: await response.json() };
}

Deno.test("the query names the revisions, and the token is passed on", async () => {
  const asked: unknown[] = [];
  const compare: Compare = (...all) => {
    asked.push(all);
    return Promise.resolve(comparison(2, 10));
  };
  const { status, body } = await ask("kro/one/compare?from=2&to=10", compare);
  assert.deepEqual([status, body], [200, comparison(2, 10)]);
  await ask("-/one/compare?from=1&to=1", compare);
  assert.deepEqual(asked, [
    ["a", { namespace: "kro", name: "one" }, { from: 2, to: 10 }, "Bearer mine"],
    ["a", { name: "one" }, { from: 1, to: 1 }, "Bearer mine"],
  ]);
  for (const query of ["", "?from=1", "?from=1&to=0", "?from=1&to=x", "?from=1&to=1e3"]) {
    const refused = await ask(`kro/one/compare${query}`, compare);
    assert.equal(refused.status, 400, query);
    assert.match(refused.body.detail, /must be the number of a revision/);
  }
  assert.equal(asked.length, 2);
});

Deno.test("each error of a comparison has its status", async () => {
  const refused = (reason: ApiError["reason"]) => new ApiError("no permission", { reason });
  const cases: [error: Error | undefined, status: number, detail: RegExp][] = [
    [undefined, 404, /graph "a" has no instance "one"/],
    [new UnknownRevision('graph "a" has no revision 7'), 404, /no revision 7/],
    [refused("Forbidden"), 403, /no permission/],
    [refused("Unauthorized"), 401, /Authorization: Bearer TOKEN/],
    [refused("Other"), 503, /the API server does not answer/],
  ];
  for (const [error, status, detail] of cases) {
    const answer = await ask("kro/one/compare?from=1&to=7", () => {
      return error ? Promise.reject(error) : Promise.resolve(undefined);
    });
    assert.equal(answer.status, status);
    assert.match(answer.body.detail, detail);
  }
  assert.equal((await ask("kro/one/compare?from=1&to=7")).status, 503);
});
