/**
 * Tests that a hostile server, such as a compromised aggregated API, cannot keep the Kubernetes client busy
 * without end.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { PageLimits } from "../../../src/kube/page_limits.ts";
import { pods, serving } from "./serving.ts";

/**
 * Serves a list of 1,000 pages. `continued` returns the token of the nth page, and `items` returns its
 * objects.
 */
function endless(continued: (nth: number) => unknown, items: (nth: number) => unknown[]) {
  return (_: Request, nth: number) => {
    const metadata = { resourceVersion: "1", ...(nth < 1_000 && { continue: continued(nth) }) };
    return Response.json({ kind: "PodList", metadata, items: items(nth) });
  };
}

const ENDLESS: Record<string, { handler: ReturnType<typeof endless>; requests: number }> = {
  "a page repeats the token of the previous page": {
    handler: endless(() => "same", () => [{ metadata: { name: "a" } }]),
    requests: 2,
  },
  "more than 100 pages in a row contain no object": {
    handler: endless((nth) => `${nth}`, () => []),
    requests: 101,
  },
};

for (const [what, { handler, requests }] of Object.entries(ENDLESS)) {
  Deno.test(`a list ends with an error when ${what}`, async () => {
    await serving(handler, async (setup) => {
      await assert.rejects(
        setup.client.list(pods),
        (e) =>
          e instanceof ApiError &&
          e.message === `LIST pods: the answer is a list that is too long: ${what}`,
      );
      assert.equal(setup.requests.length, requests);
    });
  });
}

Deno.test("a list ends with an error after 10,000 pages or 1,000,000 objects", () => {
  const limits = new PageLimits();
  for (let nth = 1; nth <= 10_000; nth++) assert.equal(limits.fault(1, `${nth}`), undefined);
  assert.equal(limits.fault(1, "more"), "more than 10000 pages");
  const large = new PageLimits();
  assert.equal(large.fault(1_000_000, "a"), undefined);
  assert.equal(large.fault(1, ""), "more than 1000000 objects");
});

Deno.test("100 pages without objects between pages with objects are read", () => {
  const limits = new PageLimits();
  for (let nth = 0; nth < 400; nth++) {
    assert.equal(limits.fault(nth % 101 === 100 ? 1 : 0, `${nth}`), undefined);
  }
});

Deno.test("a list whose objects are kept in memory may have at most 1 GiB", () => {
  const limits = new PageLimits();
  for (let nth = 0; nth < 16; nth++) {
    assert.equal(limits.fault(1, `${nth}`, 64 * 2 ** 20), undefined);
  }
  assert.equal(limits.fault(1, "more", 1), "more than 1024 MiB");
});
