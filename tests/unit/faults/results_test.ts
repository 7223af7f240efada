/**
 * Tests of `tests/faults/RESULTS.md`, the page with the results of the fault tests. A new run must keep the
 * results of scenarios that it did not run, and list the scenarios that have never run.
 */
import assert from "node:assert/strict";
import { merged } from "../../faults/results.ts";
import type { Row } from "../../faults/scenarios/scenario.ts";

const ORDER = ["crash", "lost answer", "soak"];

function row(scenario: string, more: Partial<Row> = {}): Row {
  const swept = "a | b";
  return { scenario, runs: 2, survived: 2, inTime: 1, worstMs: 1234, faults: [], swept, ...more };
}

const at = (commit: string) => ({ commit, seed: 1, tookMs: 61_000 });

Deno.test("a row stays until its scenario is run again, and rows are in the order of the scenarios", () => {
  const failed = row("soak", { survived: 1, faults: ["stop 1: lost\n  a thing", "stop 1: more"] });
  let page = merged("", failed, at("aaaa"), ORDER);
  assert.match(page, /- soak, stop 1: lost \/ a thing\n- soak, stop 1: more/);
  assert.match(page, /Not run yet: crash, lost answer\./);
  page = merged(page, row("crash"), at("bbbb"), ORDER);
  assert.match(
    page,
    /\| crash \| 2 \| 2 \| 1 \| 1\.2 s \| 61 s \| bbbb \| 1 \| a \/ b \|\n\| soak/,
  );
  assert.match(page, /- soak, stop 1: lost \/ a thing/);
  assert.match(page, /\| soak \|.*\| aaaa \|/);
  page = merged(page, row("soak"), at("cccc"), ORDER);
  assert.doesNotMatch(page, /lost \/ a thing|aaaa/);
  page = merged(page, row("lost answer"), at("cccc"), ORDER);
  assert.doesNotMatch(page, /Not run yet/);
  assert.equal(page.match(/^\| (crash|lost answer|soak) /gm)?.length, 3);
});

Deno.test("the row of a removed scenario is dropped when the next row is written", () => {
  const page = merged("", row("old"), at("aaaa"), ["old"]);
  assert.doesNotMatch(merged(page, row("soak"), at("bbbb"), ORDER), /\| old /);
});
