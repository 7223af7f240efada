import assert from "node:assert/strict";
import { configure, reset } from "@logtape/logtape";
import { HeapWarning, logHeapLimit } from "../../../src/controller/heap.ts";

const MIB = 2 ** 20;

Deno.test("a heap above 75 % of its limit is logged once, and again only after the heap recovered", async () => {
  const lines: string[] = [];
  await configure({
    sinks: {
      lines: ({ level, properties }) => void lines.push(`${level} ${JSON.stringify(properties)}`),
    },
    loggers: [{ category: ["kro", "controller"], sinks: ["lines"] }],
    reset: true,
  });
  try {
    const heap = new HeapWarning();
    const warning = (used: number) => `warning {"used":${used},"limit":100}`;
    const cases: [mebibytes: number, logged: string[]][] = [
      [75, []],
      [76, [warning(76)]],
      [90, []],
      [70, []],
      [80, []],
      [59, []],
      [80, [warning(80)]],
    ];
    for (const [used, logged] of cases) {
      lines.length = 0;
      heap.check({ used_heap_size: used * MIB, heap_size_limit: 100 * MIB });
      assert.deepEqual(lines, logged, `${used} MiB`);
    }
    lines.length = 0;
    logHeapLimit({ used_heap_size: 0, heap_size_limit: 768 * MIB });
    assert.deepEqual(lines, ['info {"limit":768}']);
  } finally {
    await reset();
  }
});
