/**
 * Reads the test cases from the files in the folder `corpus`. In a file, a line may set defaults for the
 * following lines.
 */
import { isObject, type Json, type JsonObject, jsonText, parseJson } from "../../src/api/mod.ts";
import { specSuites } from "./celspec/cases.ts";
import { graphSuites } from "./corpus/graph/mod.ts";
import { type Area, AREAS, type Case, type Suite } from "./protocol.ts";

const FOLDER = `${import.meta.dirname}/corpus`;

/**
 * Returns the test cases of the given areas of kro's language, such as `cel`. The test cases of one file are
 * a suite.
 */
export async function readCorpus(areas: readonly Area[] = AREAS): Promise<Suite[]> {
  const suites: Suite[] = [];
  if (areas.includes("schema")) suites.push(...await suitesOf("schema", schemaCase, ["types"]));
  if (areas.includes("compare")) suites.push(...await suitesOf("compare", compareCase, ["types"]));
  if (areas.includes("cel")) suites.push(...await suitesOf("cel", celCase, ["schemas", "vars"]));
  if (areas.includes("celspec")) suites.push(...specSuites());
  if (areas.includes("graph")) suites.push(...graphSuites());
  for (const { area, name, cases } of suites) refuseTwins(`${area}/${name}`, cases);
  return suites;
}

type Build = (
  line: Json,
  defaults: JsonObject,
) => Omit<Case, "name"> & { label: string } | undefined;

async function suitesOf(area: Area, build: Build, shared: string[]): Promise<Suite[]> {
  const files: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`${FOLDER}/${area}`)) {
      if (name.endsWith(".jsonl")) files.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await Promise.all(
    files.sort().map(async (file) => {
      const name = file.slice(0, -".jsonl".length);
      const text = await Deno.readTextFile(`${FOLDER}/${area}/${file}`);
      const cases = casesOf(text, `${area}/${name}`, build, shared);
      return { area, name, cases };
    }),
  );
}

function casesOf(text: string, suite: string, build: Build, shared: string[]): Case[] {
  let defaults: JsonObject = {};
  const cases: Case[] = [];
  for (const [i, text_] of text.split("\n").entries()) {
    if (text_.trim() === "") continue;
    let line: Json;
    try {
      line = parseJson(text_);
    } catch (error) {
      throw new Error(`corpus/${suite}.jsonl:${i + 1}: ${error}`);
    }
    const built = build(line, defaults);
    if (built) {
      const { label, ...rest } = built;
      cases.push({ ...rest, name: `${suite}: ${label}` });
    } else if (isObject(line) && Object.keys(line).every((key) => shared.includes(key))) {
      defaults = line;
    } else throw new Error(`corpus/${suite}.jsonl:${i + 1} is not a case`);
  }
  return cases;
}

/**
 * Parses a line of the area `schema`. The line contains the type of a single field `f` (`"integer |
 * minimum=1"`) or a complete spec (`{spec, types?, name?}`).
 */
function schemaCase(line: Json, { types }: JsonObject): ReturnType<Build> {
  const op = "schema";
  if (typeof line === "string") {
    return { label: line, request: { op, spec: { f: line }, ...isTypes(types) } };
  }
  if (!isObject(line) || !isObject(line.spec)) return undefined;
  const { spec, types: own, name } = line;
  const label = String(name ?? jsonText(own === undefined ? spec : { spec, types: own }));
  return { label, request: { op, spec, ...isTypes(own ?? types) } };
}

/**
 * Parses a line of the area `compare`. The line contains the spec before and after a change: `{old,
 * new, types?, name?}`.
 */
function compareCase(line: Json, { types }: JsonObject): ReturnType<Build> {
  if (!isObject(line) || !isObject(line.old) || !isObject(line.new)) return undefined;
  const { old, new: wanted, types: own, name } = line;
  const label = String(name ?? `${jsonText(old)} -> ${jsonText(wanted)}`);
  return { label, request: { op: "compare", old, new: wanted, ...isTypes(own ?? types) } };
}

function isTypes(types: Json | undefined): { types?: JsonObject } {
  return isObject(types) ? { types } : {};
}

/**
 * Parses a line of the area `cel`. The line contains an expression (`"1 + 1"`) or `{expr, schemas?,
 * vars?, name?, unordered?}`.
 */
function celCase(line: Json, defaults: JsonObject): ReturnType<Build> {
  const { expr, name, unordered, ...own } = isObject(line) ? line : { expr: line };
  if (typeof expr !== "string") return undefined;
  const label = String(name ?? expr);
  return {
    label,
    request: { op: "cel", expr, ...defaults, ...own },
    ...(unordered === true && { unordered }),
  };
}

function refuseTwins(suite: string, cases: readonly Case[]): void {
  const seen = new Set<string>();
  for (const { name } of cases) {
    if (seen.has(name)) throw new Error(`corpus/${suite}: two cases have the name "${name}"`);
    seen.add(name);
  }
}
