// Tests of the benchmark's reports (targets, regressions, page and charts), and of its functions
// that need no control plane.
import assert from "node:assert/strict";
import { ApiError, CRD_KIND, type KindRef, type KubeObject } from "../../src/api/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { percentile } from "../bench/kit/case.ts";
import { GROUP, instanceKind } from "../bench/kit/graphs.ts";
import { ObjectWatch } from "../bench/kit/object_watch.ts";
import { beside } from "../bench/kit/process.ts";
import { sweep } from "../bench/kit/sweep.ts";
import { parseOptions, USAGE } from "../bench/options.ts";
import { chart } from "../bench/report/charts.ts";
import { page, pages } from "../bench/report/page.ts";
import { regressions } from "../bench/report/regressions.ts";
import { type Results, type Row } from "../bench/report/results.ts";
import { judge } from "../bench/report/targets.ts";

function resultsOf(...rows: Row[]): Results {
  return {
    began: "2026-01-02T03:04:05.000Z",
    ended: "2026-01-02T03:14:05.000Z",
    versions: { kro: "abc", upstream: "v0.9.4", kubernetes: "v1.36.0", deno: "2.9.6" },
    machine: { cpu: "some", cores: 2, memoryGiB: 8, loadBegan: 1, loadEnded: 2 },
    sizes: { n: 200 },
    rows,
    failed: [],
  };
}

const row = (of: string, measure: string, unit: string, values: Row["values"]): Row => ({
  case: of,
  measure,
  unit,
  values,
});

Deno.test("a target is met, missed or not measured", () => {
  const verdicts = judge(resultsOf(
    row("create", "200: all ACTIVE after", "s", { ours: 3, tuned: 30 }),
    row("create", "200: calls an instance", "calls", { ours: 7, tuned: 21 }),
    row("ceiling", "200 instances created, 8 at a time", "s", { bare: 2.5 }),
    row("ceiling", "200 instances created, 8 at a time: CPU an instance", "ms", { bare: 0.1 }),
    row("restart", "writes besides the repair", "calls", { ours: 0, tuned: 9 }),
    row("readers", "time to repair without readers, p50", "ms", { ours: 5 }),
    row("readers", "time to repair with readers, p50", "ms", { ours: 12 }),
  ));
  const holds = (target: string) => verdicts.find((v) => v.target.startsWith(target))!.holds;
  assert.equal(holds("time to create: kro"), true);
  assert.equal(holds("time to create: upstream"), true);
  assert.equal(holds("calls to create"), false);
  assert.equal(holds("writes after a restart"), true);
  assert.equal(holds("time to repair (p50)"), false);
  assert.equal(holds("time to update"), undefined);
});

Deno.test("a missed target is shown with the bare loop's result", () => {
  const verdicts = judge(resultsOf(
    row("update", "all updated after", "s", { ours: 2, tuned: 9 }),
    row("ceiling", "200 instances updated, 8 at a time", "s", { bare: 1.8 }),
    row("ceiling", "200 instances created, 8 at a time", "s", { bare: 1 }),
  ));
  const update = verdicts.find(({ target }) => target.startsWith("time to update"))!;
  assert.deepEqual([update.found, update.holds], ["4.50; the bare loop reaches 5.00", false]);
});

Deno.test("a bare loop that was slower than kro does not count as a ceiling", () => {
  const [create] = judge(resultsOf(
    row("create", "200: all ACTIVE after", "s", { ours: 2 }),
    row("ceiling", "200 instances created, 8 at a time", "s", { bare: 2.5 }),
  ));
  assert.equal(create!.holds, undefined);
  assert.match(create!.found, /^0\.80: other work slowed the bare loop down/);
});

Deno.test("regressions: calls must equal the record, CPU may double, times are not compared", () => {
  const of = (calls: number, cpu: number, seconds: number) =>
    resultsOf(
      row("create", "calls an instance", "calls", { ours: calls }),
      row("create", "CPU an instance", "ms", { ours: cpu }),
      row("create", "all ACTIVE after", "s", { ours: seconds }),
    );
  const recorded = of(7, 10, 3);
  assert.deepEqual(regressions(recorded, of(7, 20, 30)), []);
  assert.deepEqual(regressions(recorded, of(8, 21, 3)), [
    "create: calls an instance: 8 calls, recorded 7",
    "create: CPU an instance: 21 ms, recorded 10",
  ]);
});

Deno.test("regressions: on a busy machine the CPU is compared relative to the bare loop's", () => {
  const of = (cpu: number, bare: number) =>
    resultsOf(
      row("create", "CPU an instance", "ms", { ours: cpu }),
      row("ceiling", "200 instances created, 8 at a time: CPU an instance", "ms", { bare }),
    );
  assert.deepEqual(regressions(of(10, 5), of(39, 10)), []);
  assert.deepEqual(regressions(of(10, 5), of(41, 10)), [
    "create: CPU an instance: 41 ms, recorded 10; of the bare loop 4.1 times as much, recorded 2.0",
  ]);
});

Deno.test("page and charts show only measured cases", () => {
  const results = resultsOf(row("update", "all updated after", "s", { ours: 1.234, tuned: 12.34 }));
  const text = page(results);
  assert.match(text, /^### update$/m);
  assert.match(text, /^\| measure +\| unit \| +kro \| upstream, tuned \|$/m);
  assert.match(text, /^\| all updated after +\| s +\| 1\.23 \| +12\.3 \|$/m);
  assert.match(text, /^\| time to update: .* at least 6 times .* \| +10\.00 \| +yes \|$/m);
  assert.match(text, /^\| processor +\| 2 cores, some +\|$/m);
  const [, afterCases = ""] = text.split("## Cases");
  assert.doesNotMatch(afterCases, /bare|### create|Failed/);
  const picture = chart(results, "dark");
  assert.equal(picture.match(/<rect /g)?.length, 2);
  assert.doesNotMatch(picture, /create/);
});

Deno.test("the page lists failed cases", () => {
  const failed = [{
    case: "chain",
    side: "tuned",
    error: "Error: 1 of 1 deeps not in 300 s\nmore",
  }];
  const text = page({ ...resultsOf(), failed });
  assert.match(text, /## Failed\n\n- `chain` of tuned: Error: 1 of 1 deeps not in 300 s\n$/);
});

Deno.test("docs/figures.md and its charts match the recorded results", () => {
  const file = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
  const record: Results = JSON.parse(file("tests/bench/results.json"));
  for (const [name, text] of Object.entries(pages(record))) {
    assert.equal(file(`docs/${name}`), text, name);
  }
});

Deno.test("options: all cases that run by default, or those of --only", () => {
  const whole = parseOptions([]);
  assert.equal(whole.isWhole, true);
  assert.deepEqual(["create", "cel", "cost"].map(whole.wants), [true, true, false]);
  assert.deepEqual(whole.variants, ["ours", "tuned"]);
  const some = parseOptions(["--only", "cost", "--upstream", "none", "--memory", "1,2", "matches"]);
  assert.deepEqual(["create", "cost"].map(some.wants), [false, true]);
  assert.deepEqual([some.variants, some.sizes.memory, some.args], [["ours"], [1, 2], ["matches"]]);
  assert.throws(() => parseOptions(["--only", "any"]), /^Error: --only any: no such case/);
  assert.throws(() => parseOptions(["--n", "0"]), /^Error: --n 0: must be 1 or more$/);
  assert.match(USAGE, /^ {2}cost\* +How long/m);
});

Deno.test("percentile returns one of the values", () => {
  assert.equal(percentile([3, 1, 2], 50), 2);
  assert.equal(percentile([1, 2, 3, 4], 95), 4);
  assert.equal(percentile([5], 99), 5);
});

/** Returns the error of an API server that does not serve the kind. */
const notServed = (kind: KindRef) =>
  new ApiError(`the server could not find the requested resource ${kind.plural}`, {
    code: 404,
    reason: "NotFound",
  });

Deno.test("the sweep skips a kind whose CRD is deleted meanwhile", async () => {
  const bare = instanceKind("Bare1");
  const spec = { group: GROUP, names: bare, versions: [{ name: bare.version }] };
  const metadata = { name: `${bare.plural}.${GROUP}`, deletionTimestamp: "2026-01-02T03:04:05Z" };
  const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
  const crds: KubeObject[] = [{ ...crd, metadata, spec } as unknown as KubeObject];
  const client = {
    list(kind: KindRef) {
      if (kind.kind === bare.kind) return Promise.reject(notServed(kind));
      const items = kind === CRD_KIND ? crds.splice(0) : [];
      return Promise.resolve({ items, resourceVersion: "1" });
    },
  };
  await sweep(client as unknown as KubeClient);
});

Deno.test("a failed watch rejects only the promises that wait for it", async () => {
  let lists = 0;
  const client = {
    list: (kind: KindRef) =>
      lists++ === 0
        ? Promise.resolve({ items: [], resourceVersion: "1" })
        : Promise.reject(notServed(kind)),
    // This watch ends immediately, as the API server ends a watch after the kind's CRD is deleted.
    async *watch() {},
  };
  using watch = await ObjectWatch.start(
    client as unknown as KubeClient,
    instanceKind("Bare1"),
  );
  await assert.rejects(watch.one("any", () => true), /could not find/);
});

Deno.test("a watch that the API server closes continues with a list", async () => {
  const kind = instanceKind("Bare1");
  const item = { apiVersion: "v1", kind: kind.kind, metadata: { name: "any" } };
  let lists = 0;
  const client = {
    list: () => Promise.resolve({ items: lists++ === 0 ? [] : [item], resourceVersion: "1" }),
    async *watch() {},
  };
  using watch = await ObjectWatch.start(client as unknown as KubeClient, kind);
  assert.equal(typeof await watch.one("any", () => true), "number");
});

Deno.test("a helper process that exits early fails the measurement with its stderr", async () => {
  const module = "data:text/javascript,console.log('ready'); throw new Error('no server')";
  const measurement = beside(module, [], () => new Promise(() => {}));
  await assert.rejects(measurement, /ended with code 1: [^]*no server/);
});
