/** The oracle's protocol: one JSON request a line, one JSON answer a line. */
import { type Json, type JsonObject, jsonText } from "../../src/api/mod.ts";

/** What can be asked. */
export type Request =
  | { op: "schema"; spec: JsonObject; types?: JsonObject }
  | { op: "cel" | "bench"; expr: string; schemas?: JsonObject; vars?: JsonObject }
  | { op: "compare"; old: JsonObject; new: JsonObject; types?: JsonObject }
  | { op: "graph"; rgd: JsonObject; omit?: boolean };

/** An answer as it comes; which members it has depends on the request. */
export type Answer = JsonObject;

/** Somebody who answers: upstream's code, or ours. */
export interface Answerer {
  /** Answers one request; throws only when it cannot go on. */
  answer(request: Request): Promise<Answer>;
}

/** A request with a name that is unique in the corpus, such as `schema/defaults: string | default=x`. */
export interface Case {
  /** Name in golden files, deviations and messages. */
  name: string;
  /** What is asked. */
  request: Request;
  /** The order of lists does not count, for it comes from a map's. */
  unordered?: boolean;
}

/** The cases of one file of the corpus. */
export interface Suite {
  /** The folder of its file. */
  area: Area;
  /** The file's name without ending. */
  name: string;
  /** Its cases. */
  cases: Case[];
}

/** The parts of the language. */
export type Area = "schema" | "compare" | "cel" | "celspec" | "graph";

/** All of them. */
export const AREAS: readonly Area[] = ["schema", "compare", "cel", "celspec", "graph"];

/** JSON with sorted keys, so that equal values have equal text. */
export function canonical(value: unknown): string {
  return jsonText(sorted(value as Json)) ?? "nothing";
}

function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((v) => sorted(v) ?? null);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]));
}
