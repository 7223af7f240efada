/**
 * The protocol between the conformance tests and the programs that evaluate requests: upstream's
 * code (the oracle), and kro's. Each request and each response is one line of JSON.
 */
import { type Json, type JsonObject, jsonText } from "../../src/api/mod.ts";

/**
 * A request to evaluate something, such as a CEL expression or an RGD. README.md describes the operations
 * `op`.
 */
export type Request =
  | { op: "schema"; spec: JsonObject; types?: JsonObject }
  | { op: "cel" | "bench"; expr: string; schemas?: JsonObject; vars?: JsonObject }
  | { op: "compare"; old: JsonObject; new: JsonObject; types?: JsonObject }
  | { op: "graph"; rgd: JsonObject; omit?: boolean };

/** The response to a {@link Request}. Its fields depend on the operation of the request. */
export type Answer = JsonObject;

/** A program that evaluates requests with upstream's code or with kro's. */
export interface Answerer {
  /**
   * Evaluates one request. The response to an invalid request contains an error. The promise rejects only if
   * the program has failed and cannot evaluate further requests.
   */
  answer(request: Request): Promise<Answer>;
}

/** A test case: a request with a unique name, such as `schema/defaults: string | default=x`. */
export interface Case {
  /** The test case's name in the recorded results, in deviations.md and in messages. */
  name: string;
  /** The request that the test case evaluates. */
  request: Request;
  /**
   * Whether the comparison ignores the order of list items. Upstream builds some lists by iterating a Go map,
   * whose order is random.
   */
  unordered?: boolean;
}

/** The test cases of one file of the corpus. */
export interface Suite {
  /**
   * The area of kro's language that the test cases cover. The folder of the file has the same name.
   */
  area: Area;
  /** The name of the file, without extension. */
  name: string;
  /** The test cases, in the order of the file. */
  cases: Case[];
}

/** A part of kro's language that has its own test cases. */
export type Area = "schema" | "compare" | "cel" | "celspec" | "graph";

/** All areas of kro's language. */
export const AREAS: readonly Area[] = ["schema", "compare", "cel", "celspec", "graph"];

/** Returns JSON with sorted keys, so that equal values result in equal strings. */
export function canonical(value: unknown): string {
  return jsonText(sorted(value as Json)) ?? "nothing";
}

function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((v) => sorted(v) ?? null);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]));
}
