/**
 * Compares the messages in the source code with the hand-written table of messages. Every message
 * must be in the table, and every entry of the table must be in the source code.
 */
import { type Found, scan, unionOf } from "./scan.ts";
import { SILENT } from "./silent.ts";
import { type Entry, type Section, SECTIONS } from "./table/mod.ts";
import { PROBLEMS } from "./table/problems.ts";

/** The format of a condition in the table, `Type=Status/Reason`. */
const CONDITION = /^\w+=(?:True|False|Unknown)\/\w+$/;

/**
 * The content of each source file. The keys are the paths from the repository's root, such as
 * `src/cli/files.ts`.
 */
export type Sources = ReadonlyMap<string, string>;

/** Returns one line for each difference between the table of messages and the source code. */
export function faultsOf(
  sources: Sources,
  sections: readonly Section[] = SECTIONS,
  silent: readonly string[] = SILENT.flatMap(({ texts }) => texts),
): string[] {
  const findings = [...sources].map(([path, text]) => scan(path, text));
  const found = findings.flatMap(({ messages }) => messages);
  const entries = sections.flatMap((section) => section.entries);
  const conditions = new Set(findings.flatMap((one) => [...one.conditions]));
  return [
    ...textFaults(found, entries, silent),
    ...codeFaults("condition", conditions, codesOf(entries).filter((code) => CONDITION.test(code))),
    ...problemFaults(sources, sections),
  ];
}

function textFaults(
  found: readonly Found[],
  entries: readonly Entry[],
  silent: readonly string[],
): string[] {
  const faults: string[] = [];
  const table = new Map<string, Entry | undefined>(silent.map((text) => [keyOf(text), undefined]));
  for (const entry of entries) {
    for (const text of entry.texts) {
      if (table.has(keyOf(text))) faults.push(`the table has "${text}" twice`);
      table.set(keyOf(text), entry);
    }
  }
  const seen = new Set<string>();
  for (const { text, code, place } of found) {
    const key = keyOf(text);
    seen.add(key);
    if (!table.has(key)) faults.push(`${place}: the table lacks "${text}"`);
    const codes = table.get(key)?.code.split(", ");
    if (code && codes && !codes.includes(code)) {
      faults.push(`${place}: "${text}" has the code ${code}, and the table has ${codes}`);
    }
  }
  for (const key of table.keys()) {
    if (!seen.has(key)) faults.push(`the source lacks "${key}"`);
  }
  return faults;
}

function problemFaults(sources: Sources, sections: readonly Section[]): string[] {
  const source = sources.get("src/api/problem.ts");
  if (source === undefined) return [];
  const codes = new Set(unionOf(source, "ProblemCode"));
  const own = sections.filter(({ title }) => title === PROBLEMS.title);
  // Keeps only the codes of problems that static analysis finds, such as `TYPE`. They begin with a capital
  // letter. An entry also contains the code of a failure, such as `argument`, if the same error can occur at
  // run time.
  const given = codesOf(own.flatMap(({ entries }) => entries)).filter((code) =>
    /^[A-Z]/.test(code)
  );
  return codeFaults("problem", codes, given);
}

function codeFaults(what: string, wanted: ReadonlySet<string>, given: readonly string[]): string[] {
  return [
    ...[...wanted].filter((code) => !given.includes(code))
      .map((code) => `the table lacks the ${what} ${code}`),
    ...[...new Set(given)].filter((code) => !wanted.has(code))
      .map((code) => `the source lacks the ${what} ${code}`),
  ];
}

function codesOf(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ code }) => code.split(", "));
}

/**
 * Returns a key for comparing two messages. Messages that differ only in their placeholders' names
 * have the same key.
 */
function keyOf(text: string): string {
  return text.replace(/^…\s?/, "").replaceAll(/<[^<>]*>/g, "<>").trim();
}
