// Tests of clients that send many tokens.
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import { AccessReviewer, type KubeClient } from "../../../src/kube/mod.ts";

/** Returns a client that answers reviews: only the token `good` is valid. */
function reviewingClient() {
  const seen = { running: 0, most: 0, tokens: [] as string[] };
  const create = async ({ kind }: KindRef, object: KubeObject) => {
    seen.most = Math.max(seen.most, ++seen.running);
    await new Promise((resolve) => setTimeout(resolve, 0));
    seen.running--;
    const { token } = object.spec as { token?: string };
    if (kind !== "TokenReview") return { ...object, status: { allowed: true } };
    seen.tokens.push(token!);
    return { ...object, status: { authenticated: token === "good", user: { username: "u" } } };
  };
  return { seen, client: { create } as unknown as KubeClient };
}

const flood = (reviewer: AccessReviewer, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => reviewer.verdict(`Bearer bad${i}`)));

Deno.test("at most four reviews run at the same time", async () => {
  const { seen, client } = reviewingClient();
  const verdicts = await flood(new AccessReviewer(client, "/metrics"), 50);
  assert.deepEqual(new Set(verdicts), new Set(["unauthenticated"]));
  assert.deepEqual([seen.most, seen.tokens.length], [4, 50]);
});

Deno.test("invalid tokens do not remove the verdict on a valid token", async () => {
  const { seen, client } = reviewingClient();
  const reviewer = new AccessReviewer(client, "/metrics");
  assert.equal(await reviewer.verdict("Bearer good"), "allowed");
  await flood(reviewer, 400);
  assert.equal(await reviewer.verdict("Bearer good"), "allowed");
  assert.equal(seen.tokens.filter((token) => token === "good").length, 1);
});
