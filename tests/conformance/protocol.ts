/** The protocol of the oracle: each request and each answer is one line of JSON. */
import { type Json, type JsonObject, jsonText } from "../../src/api/mod.ts";

/** A question; README.md describes the operations. */
export type Request =
  | { op: "schema"; spec: JsonObject; types?: JsonObject }
  | { op: "cel" | "bench"; expr: string; schemas?: JsonObject; vars?: JsonObject }
  | { op: "compare"; old: JsonObject; new: JsonObject; types?: JsonObject }
  | { op: "graph"; rgd: JsonObject; omit?: boolean };

/** An answer. Its members depend on the operation of the request. */
export type Answer = JsonObject;

/** A program that answers questions: upstream's code, or kro's. */
export interface Answerer {
  /** Answers one request. Rejects only when it cannot answer any further request. */
  answer(request: Request): Promise<Answer>;
}

/** A request with a name that is unique in the corpus, such as `schema/defaults: string | default=x`. */
export interface Case {
  /** Name of the case in golden files, deviations and messages. */
  name: string;
  /** The question. */
  request: Request;
  /** Whether to ignore the order of lists, because it depends on the order of a map. */
  unordered?: boolean;
}

/** The cases of one file of the corpus. */
export interface Suite {
  /** The folder of the file. */
  area: Area;
  /** The name of the file without extension. */
  name: string;
  /** The cases, in the order of the file. */
  cases: Case[];
}

/** A part of kro's language with a corpus of its own. */
export type Area = "schema" | "compare" | "cel" | "celspec" | "graph";

/** All areas. */
export const AREAS: readonly Area[] = ["schema", "compare", "cel", "celspec", "graph"];

/** Returns JSON with sorted keys, so that equal values have equal strings. */
export function canonical(value: unknown): string {
  return jsonText(sorted(value as Json)) ?? "nothing";
}

function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((v) => sorted(v) ?? null);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]));
}
