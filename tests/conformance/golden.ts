/**
 * Reads and writes upstream's recorded results. Each suite of test cases has a file, which contains one line
 * for each test case.
 */
import { jsonText, parseJson } from "../../src/api/mod.ts";
import { type Area, type Suite } from "./protocol.ts";
import type { Verdict } from "./verdict.ts";

const FOLDER = `${import.meta.dirname}/golden`;

/**
 * Reads upstream's recorded results for a suite of test cases. The keys are the names of the test cases.
 * Returns an empty map if the file does not exist.
 */
export async function readGolden(area: Area, name: string): Promise<Map<string, Verdict>> {
  let text: string;
  try {
    text = await Deno.readTextFile(`${FOLDER}/${area}/${name}.jsonl`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
  return new Map(
    text.split("\n").filter((line) => line !== "").map((line) => {
      const { case: name, ...verdict } = parseJson(line) as Verdict;
      return [name as string, verdict as Verdict];
    }),
  );
}

/**
 * Writes upstream's results in the order of the suite's test cases. Returns whether the file has
 * changed.
 */
export async function writeGolden(
  suite: Suite,
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<boolean> {
  const lines = suite.cases.map(({ name }) =>
    jsonText({ case: name, ...verdicts.get(name) }) + "\n"
  );
  const path = `${FOLDER}/${suite.area}/${suite.name}.jsonl`;
  await Deno.mkdir(`${FOLDER}/${suite.area}`, { recursive: true });
  const before = await Deno.readTextFile(path).catch(() => "");
  if (before === lines.join("")) return false;
  await Deno.writeTextFile(path, lines.join(""));
  return true;
}
