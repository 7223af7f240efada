/**
 * Runs the CEL specification's tests with kro's code. Leaves out tests that need a CEL feature which kro does
 * not have.
 */
import { readGolden } from "../golden.ts";
import type { Answerer } from "../protocol.ts";
import { type Verdict, verdictOf } from "../verdict.ts";
import { type SpecCase, type SpecFile, specFiles } from "./cases.ts";

/** A test whose result differs from the specification. */
export interface Failing {
  /** The test that fails. */
  case: SpecCase;
  /** kro's first result in this test that differs from the specification. */
  here: Verdict;
  /** Whether upstream fails this test too: one of its recorded results differs from the specification. */
  asUpstream: boolean;
}

/** The results of the tests in one file. */
export interface Standing {
  /** The file that contains the tests. */
  file: SpecFile;
  /** The names of the tests that pass. */
  passing: string[];
  /** The tests that fail. Tests that do not apply to kro's environment are in neither list. */
  failing: Failing[];
}

/**
 * Evaluates the requests of all tests with `ours`, which is kro's code. For each test that fails, checks
 * whether upstream's recorded results differ from the specification too.
 */
export async function standings(ours: Answerer): Promise<Standing[]> {
  const list: Standing[] = [];
  for (const file of specFiles()) {
    const recorded = await readGolden("celspec", file.name);
    const standing: Standing = { file, passing: [], failing: [] };
    for (const tested of file.cases.filter(({ outOfScope }) => outOfScope === undefined)) {
      const here = await firstWrong(tested, ours);
      if (here === undefined) standing.passing.push(tested.name);
      else {
        const asUpstream = tested.questions.some(({ name, accepts }) =>
          recorded.has(name) && !accepts(recorded.get(name)!)
        );
        standing.failing.push({ case: tested, here, asUpstream });
      }
    }
    list.push(standing);
  }
  return list;
}

async function firstWrong({ questions }: SpecCase, ours: Answerer): Promise<Verdict | undefined> {
  for (const { request, accepts } of questions) {
    const verdict = verdictOf("celspec", await ours.answer(request));
    if (!accepts(verdict)) return verdict;
  }
}

const LIST = `${import.meta.dirname}/passing.txt`;

/** Reads the names of the tests that kro passes from passing.txt. */
export async function readPassing(): Promise<string[]> {
  const text = await Deno.readTextFile(LIST).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/** Writes the names of the tests that kro passes to passing.txt. */
export async function writePassing(list: readonly Standing[]): Promise<void> {
  await Deno.writeTextFile(LIST, namesOf(list).map((name) => `${name}\n`).join(""));
}

/** Returns the names of the tests that kro passes, in the order of the npm package @bufbuild/cel-spec. */
export function namesOf(list: readonly Standing[]): string[] {
  return list.flatMap(({ passing }) => passing);
}
