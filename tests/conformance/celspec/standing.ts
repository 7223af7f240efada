/** The results of cel-spec's cases: each passes, fails, or is out of scope. */
import { readGolden } from "../golden.ts";
import type { Answerer } from "../protocol.ts";
import { type Verdict, verdictOf } from "../verdict.ts";
import { type SpecCase, type SpecFile, specFiles } from "./cases.ts";

/** A case whose answer is not what the specification expects. */
export interface Failing {
  /** The case. */
  case: SpecCase;
  /** kro's answer to the first question that fails. */
  here: Verdict;
  /** Whether one of upstream's recorded answers is not the expected one either. */
  asUpstream: boolean;
}

/** The results of the cases of one file. */
export interface Standing {
  /** The file. */
  file: SpecFile;
  /** Names of the cases that pass. */
  passing: string[];
  /** The cases in scope that do not pass. */
  failing: Failing[];
}

/** Asks all questions of `ours`, and compares the failing ones with upstream's recorded answers. */
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

/** Reads the names of the cases that are recorded as passing. */
export async function readPassing(): Promise<string[]> {
  const text = await Deno.readTextFile(LIST).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/** Records the names of the cases that pass. */
export async function writePassing(list: readonly Standing[]): Promise<void> {
  await Deno.writeTextFile(LIST, namesOf(list).map((name) => `${name}\n`).join(""));
}

/** Returns the names of the cases that pass, in the order of the package. */
export function namesOf(list: readonly Standing[]): string[] {
  return list.flatMap(({ passing }) => passing);
}
