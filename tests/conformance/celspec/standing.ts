/** Where every case of cel-spec stands: it passes, fails as it does upstream, or is out of scope. */
import { readGolden } from "../golden.ts";
import type { Answerer } from "../protocol.ts";
import { type Verdict, verdictOf } from "../verdict.ts";
import { type SpecCase, type SpecFile, specFiles } from "./cases.ts";

/** A case whose answer is not what the specification expects. */
export interface Failing {
  /** The case. */
  case: SpecCase;
  /** Our answer to the first question that fails. */
  here: Verdict;
  /** Whether upstream's recorded answers fail it too. */
  asUpstream: boolean;
}

/** Where the cases of one file stand. */
export interface Standing {
  /** The file. */
  file: SpecFile;
  /** Names of the cases that pass. */
  passing: string[];
  /** The cases in scope that do not. */
  failing: Failing[];
}

/** Asks everything, and reads what upstream answered. */
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

/** The names of the cases that are known to pass. */
export async function readPassing(): Promise<string[]> {
  const text = await Deno.readTextFile(LIST).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/** Writes the list. */
export async function writePassing(list: readonly Standing[]): Promise<void> {
  await Deno.writeTextFile(LIST, namesOf(list).map((name) => `${name}\n`).join(""));
}

/** What passes, in the package's order. */
export function namesOf(list: readonly Standing[]): string[] {
  return list.flatMap(({ passing }) => passing);
}
