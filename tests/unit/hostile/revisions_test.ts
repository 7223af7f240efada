/**
 * Tests with a forged GraphRevision or status that contains a revision number which JavaScript
 * cannot represent exactly.
 */
import assert from "node:assert/strict";
import type { GraphRevision, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { PublishDeps } from "../../../src/publish/deps.ts";
import { gather } from "../../../src/publish/gather.ts";
import { nextRevision } from "../../../src/publish/revision_writes.ts";
import { writeRgdStatus } from "../../../src/publish/rgd_status.ts";
import { isIssuable, listRevisions } from "../../../src/publish/revisions.ts";

const revision = (number: unknown) =>
  ({ metadata: { name: `r${number}` }, spec: { revision: number } }) as unknown as GraphRevision;
const rgd = (lastIssuedRevision?: unknown) =>
  ({ metadata: { name: "a" }, status: { lastIssuedRevision } }) as ResourceGraphDefinition;

Deno.test("a forged revision number is listed first, and is not issued", async () => {
  const forged = [3, 2n ** 60n, 7, 2n ** 63n - 1n].map(revision);
  const client = { list: () => Promise.resolve({ items: forged }) } as unknown as KubeClient;
  const all = await listRevisions(rgd(), client);
  assert.deepEqual(all.map(({ spec }) => String(spec.revision)), [
    String(2n ** 63n - 1n),
    String(2n ** 60n),
    "7",
    "3",
  ]);
  const issued = all.filter(({ spec }) => isIssuable(spec.revision));
  assert.equal(nextRevision(rgd(2n ** 60n), issued), 8);
  assert.equal(nextRevision(rgd(9), issued), 10);
});

Deno.test("the facts about an RGD leave out forged revisions", async () => {
  const items = [3, 2n ** 60n].map(revision);
  const client = { list: () => Promise.resolve({ items }) } as unknown as KubeClient;
  const { revisions } = await gather(rgd(), { client } as PublishDeps);
  assert.deepEqual(revisions.map(({ spec }) => spec.revision), [3]);
});

Deno.test("a forged revision number in a status gives way to the issued number", async () => {
  const client = {
    mergePatch: (_: unknown, patch: unknown) => Promise.resolve(patch),
  } as unknown as KubeClient;
  const update = { conditions: [], lastIssuedRevision: 4 };
  const { status } = await writeRgdStatus(rgd(2n ** 60n), update, client, new Date(0));
  assert.equal(status?.lastIssuedRevision, 4);
});
