/**
 * Tests of `deno task nightly`. The nightly run must continue after a part has failed, and must report the
 * failure in its last line and by its exit code.
 */
import assert from "node:assert/strict";
import { type Part, partsOf, runParts, summaryOf } from "../../support/runner/nightly.ts";

const part = (name: string, needs?: string): Part => ({
  name,
  about: "",
  args: [name],
  hours: 2,
  ...(needs && { needs }),
});

Deno.test("a part that fails, hangs or breaks off does not keep the others from running", async () => {
  const ran: string[] = [];
  const codes: Record<string, number | undefined> = { good: 0, bad: 3, hanging: undefined };
  let clock = 0;
  const results = await runParts(
    [
      part("good"),
      part("bad"),
      part("hanging"),
      part("broken"),
      part("absent", "gopher"),
      part("good"),
    ],
    ({ name }) => {
      ran.push(name);
      clock += 61_000;
      return name in codes ? Promise.resolve(codes[name]) : Promise.reject(new Error("no deno"));
    },
    () => Promise.resolve(false),
    () => clock,
  );
  assert.deepEqual(ran, ["good", "bad", "hanging", "broken", "good"]);
  assert.deepEqual(results.map(({ name, outcome, reason }) => [name, outcome, reason]), [
    ["good", "passed", ""],
    ["bad", "failed", "exit code 3"],
    ["hanging", "failed", "ended after 2 h"],
    ["broken", "failed", "no deno"],
    ["absent", "skipped", "needs gopher"],
    ["good", "passed", ""],
  ]);
  const { text, code } = summaryOf(results, 7);
  assert.equal(code, 1);
  const lines = text.split("\n");
  assert.equal(lines[1], "bad  failed  61 s  exit code 3");
  assert.equal(lines[4], "absent  skipped  needs gopher");
  assert.ok(lines.includes("deno task nightly --seed 7 --only bad"), text);
  assert.equal(lines.at(-1), "seed 7: 2 passed, 3 failed");
});

Deno.test("a run in which nothing failed ends with 0, one that ran nothing with 1", () => {
  const passed = { name: "a", outcome: "passed", reason: "", ms: 0 } as const;
  assert.equal(summaryOf([passed, { ...passed, outcome: "skipped" }], 1).code, 0);
  assert.equal(summaryOf([], 1).code, 1);
});

Deno.test("each part of the nightly run is a task of deno.json, with the run's seed where it is random", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  );
  for (const { args } of partsOf(42)) assert.ok(args[1]! in tasks, args.join(" "));
  const seeded = partsOf(42).filter(({ args }) => args.includes("42")).map(({ name }) => name);
  assert.deepEqual(seeded, ["oracle", "faults", "schemathesis"]);
});

Deno.test("docs/operating.md names the Kubernetes versions of the tests, and the chart permits them", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));
  const minor = (version: string) => Number(/^1\.(\d+)/.exec(version)![1]);
  const nightly = partsOf(42).filter(({ args }) => args.includes("--kubernetes"))
    .map(({ args }) => args[args.indexOf("--kubernetes") + 1]!);
  const goMod = await read("tests/support/controlplane/go.mod");
  const ci = /k8s\.io\/kubernetes v(1\.\d+)/.exec(goMod)![1];
  const page = (await read("docs/operating.md")).replace(/\s+/g, " ");
  const [, required] = /- kro needs Kubernetes (1\.\d+) or later\./.exec(page)!;
  assert.ok(
    page.includes(
      `The nightly run tests kro on Kubernetes ${
        nightly.join(" and ")
      }, and CI tests kro on Kubernetes ${ci}.`,
    ),
    `${nightly} ${ci}`,
  );
  assert.match(
    await read("deploy/chart/Chart.yaml"),
    new RegExp(`kubeVersion: ">=${required}.0-0"`),
  );
  for (const version of nightly) assert.ok(minor(version) >= minor(required!), version);
});
