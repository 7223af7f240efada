import assert from "node:assert/strict";
import { configure, reset } from "@logtape/logtape";
import {
  type HeapSize,
  heapSize,
  HeapWarning,
  logHeapLimit,
  memoryLimit,
} from "../../../src/controller/heap.ts";

const MIB = 2 ** 20;

/** Runs the function with an array that receives the level and the properties of each line of the log. */
async function withLog(run: (lines: string[]) => void): Promise<void> {
  const lines: string[] = [];
  await configure({
    sinks: {
      lines: ({ level, properties }) => void lines.push(`${level} ${JSON.stringify(properties)}`),
    },
    loggers: [
      { category: ["kro", "controller"], sinks: ["lines"] },
      { category: ["logtape", "meta"], lowestLevel: "warning" },
    ],
    reset: true,
  });
  try {
    run(lines);
  } finally {
    await reset();
  }
}

Deno.test("a heap above 75 % of its limit is logged once, and again only after the heap recovered", async () => {
  await withLog((lines) => {
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
      heap.check({ used: used * MIB, limit: 100 * MIB });
      assert.deepEqual(lines, logged, `${used} MiB`);
    }
  });
});

Deno.test("the limit is at most 75 % of the memory of the container", async () => {
  await withLog((lines) => {
    const size: HeapSize = { used: 76 * MIB, limit: 4096 * MIB };
    new HeapWarning().check(size);
    assert.deepEqual(lines, []);
    new HeapWarning().check({ ...size, memory: 134 * MIB });
    assert.deepEqual(lines, ['warning {"used":76,"limit":101}']);
  });
});

Deno.test("the start logs the limit of the heap and the memory of the container", async () => {
  await withLog((lines) => {
    logHeapLimit({ used: 0, limit: 768 * MIB, memory: 1024 * MIB });
    logHeapLimit({ used: 0, limit: 768 * MIB });
    assert.deepEqual(lines, ['info {"limit":768,"memory":1024}', 'info {"limit":768}']);
  });
});

Deno.test("the limits of this process are read", () => {
  const { used, limit } = heapSize();
  assert.ok(used > 0 && used < limit);
  const memory = memoryLimit();
  assert.ok(memory === undefined || memory > used);
});
