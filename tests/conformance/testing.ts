/**
 * Tests an area of kro's language: kro's results for all test cases must equal upstream's recorded
 * results, except for the differences that deviations.md lists.
 */
import assert from "node:assert/strict";
import { type Difference, differenceOf } from "./compare.ts";
import { readCorpus } from "./corpus.ts";
import { type Deviation, parseDeviations, unexplained } from "./deviations.ts";
import { readGolden } from "./golden.ts";
import { Ours } from "./ours.ts";
import type { Area, Suite } from "./protocol.ts";
import { verdictOf } from "./verdict.ts";

/** Registers the tests of an area, such as `cel`. Fails if the area has fewer than `least` test cases. */
export async function testArea(area: Area, least: number): Promise<void> {
  const suites = await readCorpus([area]);
  const page = await Deno.readTextFile(`${import.meta.dirname}/deviations.md`);
  const listed = parseDeviations(page).filter((d) => d.name.startsWith(`${area}/`));
  const ours = new Ours();

  Deno.test(`${area}: the corpus has at least ${least} cases`, () => {
    const count = suites.reduce((sum, { cases }) => sum + cases.length, 0);
    assert.ok(count >= least, `${count} cases`);
  });

  Deno.test(`${area}: every listed deviation is a case of the corpus`, () => {
    const names = new Set(suites.flatMap(({ cases }) => cases.map((c) => c.name)));
    assert.deepEqual(listed.map((d) => d.name).filter((name) => !names.has(name)), []);
  });

  for (const suite of suites) {
    Deno.test(`${area}/${suite.name}: upstream's answers`, () => testSuite(suite, listed, ours));
  }
}

async function testSuite(
  { area, name, cases }: Suite,
  listed: readonly Deviation[],
  ours: Ours,
): Promise<void> {
  const recorded = await readGolden(area, name);
  const names = cases.map((c) => c.name);
  assert.deepEqual([...recorded.keys()], names, "record it: deno task oracle --record");
  const found = new Map<string, Difference>();
  for (const { name, request, unordered } of cases) {
    const here = verdictOf(area, await ours.answer(request));
    const difference = differenceOf(recorded.get(name)!, here, unordered);
    if (difference) found.set(name, difference);
  }
  const own = listed.filter((d) => d.name.startsWith(`${area}/${name}: `));
  assert.deepEqual(unexplained(found, own), []);
}
