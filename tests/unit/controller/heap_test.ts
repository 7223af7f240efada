import assert from "node:assert/strict";
import { configure, reset } from "@logtape/logtape";
import {
  HeapGuard,
  heapLimit,
  type HeapLimits,
  heapLimits,
  logHeapLimit,
} from "../../../src/controller/heap.ts";

const MIB = 2 ** 20;

/**
 * Runs a function. Its argument is an array to which the level and the properties of each log line are added.
 */
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
    let size = 0;
    const guard = new HeapGuard(100 * MIB, undefined, { used: () => size * MIB, collect() {} });
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
      size = used;
      guard.check();
      assert.deepEqual(lines, logged, `${used} MiB`);
    }
  });
});

Deno.test("garbage is collected before a warning and before the stop", async () => {
  await withLog((lines) => {
    let [live, garbage, full] = [50, 0, 0];
    const guard = new HeapGuard(100 * MIB, () => full++, {
      used: () => (live + garbage) * MIB,
      collect: () => garbage = 0,
    });
    const cases: [live: number, garbage: number, kept: number, logged: string[]][] = [
      [50, 25, 25, []],
      [50, 26, 0, []],
      [76, 10, 0, ['warning {"used":76,"limit":100}']],
      [76, 24, 24, []],
      [76, 25, 0, []],
    ];
    for (const [liveBefore, garbageBefore, kept, logged] of cases) {
      const about = `${liveBefore} MiB of objects, ${garbageBefore} MiB of garbage`;
      lines.length = 0;
      [live, garbage] = [liveBefore, garbageBefore];
      guard.check();
      assert.deepEqual([garbage, full, lines], [kept, 0, logged], about);
    }
    lines.length = 0;
    live = 101;
    guard.check();
    guard.check();
    assert.equal(full, 1);
    assert.deepEqual(lines, ['error {"used":101,"limit":100}']);
  });
});

const V8 = 4096 * MIB;
const LIMITS: [about: string, limits: HeapLimits, mebibytes: number][] = [
  ["V8's own limit", { v8: V8 }, 4096],
  ["75 % of the memory", { v8: V8, memory: 1024 * MIB }, 768],
  ["the flag", { v8: V8, flags: "--max-old-space-size=100" }, 100],
  ["the flag with other flags", { v8: V8, flags: "--a,--max_old_space_size=200,--b" }, 200],
  ["the flag although there is less memory", {
    v8: V8,
    flags: "--max-old-space-size=900",
    memory: 1024 * MIB,
  }, 900],
  ["75 % of the memory without the flag", { v8: V8, flags: "--b", memory: 512 * MIB }, 384],
  ["V8's own limit if the flag is larger", { v8: V8, flags: "--max-old-space-size=9999" }, 4096],
];

for (const [about, limits, mebibytes] of LIMITS) {
  Deno.test(`the limit of the heap is ${about}`, () => {
    assert.equal(heapLimit(limits), mebibytes * MIB);
  });
}

Deno.test("the start logs the limit of the heap and the memory of the container", async () => {
  await withLog((lines) => {
    logHeapLimit({ v8: 768 * MIB, memory: 1024 * MIB });
    logHeapLimit({ v8: 768 * MIB });
    assert.deepEqual(lines, ['info {"limit":768,"memory":1024}', 'info {"limit":768}']);
  });
});

/**
 * Runs the program `fill_heap.ts` with this number of reachable arrays. V8 gets no heap limit, as in an
 * executable of `deno compile`.
 */
async function fill(arrays: number): Promise<{ code: number; stdout: string }> {
  const program = new URL("../../support/fill_heap.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, String(arrays)],
    stderr: "inherit",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout).trim() };
}

Deno.test("a process whose garbage exceeds the limit keeps running within the limit", async () => {
  const { code, stdout } = await fill(8);
  const { peak, v8 } = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.ok(v8 > 400 * MIB, `V8's own limit is ${v8}`);
  assert.ok(peak < 55 * MIB, `the heap reached ${peak}`);
});

Deno.test("a process whose objects exceed the limit ends, far below V8's own limit", async () => {
  assert.deepEqual(await fill(40), { code: 1, stdout: "full" });
});

Deno.test("the limits of this process are read", () => {
  const limit = heapLimit(heapLimits());
  assert.ok(limit > Deno.memoryUsage().heapUsed);
});
