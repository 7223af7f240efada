/** Tests that a full resync counts a change as missed only if a working watch did not report the change. */
import assert from "node:assert/strict";
import { sweepKind } from "../../../../src/clusters/cache/sweep.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { filled, seen } from "./store_fixtures.ts";

interface Wait {
  /**
   * A resync waits for the watch to report a change. These are the IDs of the watch's connection at the start
   * and at the end of the wait; undefined while the watch is down.
   */
  connections: [string | undefined, string | undefined];
  /** Whether the watch reports the change during the wait. */
  reports?: boolean;
}

const cases: Record<string, { waits: Wait[]; missed: number }> = {
  "a working watch reports the change": {
    waits: [{ connections: ["1", "1"], reports: true }],
    missed: 0,
  },
  "a working watch does not report the change": {
    waits: [{ connections: ["1", "1"] }],
    missed: 1,
  },
  "the watch waits for its next attempt, then lists": {
    waits: [
      { connections: [undefined, undefined] },
      { connections: [undefined, "2"], reports: true },
      { connections: ["2", "2"] },
    ],
    missed: 0,
  },
  "the watch is connected again during the wait": {
    waits: [{ connections: ["1", "2"] }, { connections: ["2", "2"], reports: true }],
    missed: 0,
  },
  "the watch never works": {
    waits: Array.from({ length: 4 }, () => ({ connections: [undefined, undefined] })),
    missed: 1,
  },
};

for (const [what, { waits, missed }] of Object.entries(cases)) {
  Deno.test(`resync: ${what}: ${missed} missed`, async () => {
    const store = filled(seen(1));
    const changed = seen(2, { data: { k: "1" } });
    const client: Partial<KubeClient> = {
      async *pages() {
        yield await Promise.resolve({ items: [changed], resourceVersion: "2" });
      },
      get: () => Promise.resolve(changed),
    };
    let waited = 0;
    let isOver = false;
    const found = await sweepKind(client as KubeClient, store, {
      pause: () => Promise.resolve(),
      awaitEvents: () => {
        if (waits[waited]!.reports) store.observe(changed);
        isOver = true;
        return Promise.resolve();
      },
    }, () => {
      if (!isOver) return waits[waited]!.connections[0];
      isOver = false;
      return waits[waited++]!.connections[1];
    });
    assert.deepEqual(found, { compared: 1, missed });
  });
}
