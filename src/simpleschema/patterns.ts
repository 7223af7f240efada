/** Checks the regular expressions of the marker `pattern`. */
import { RE2JS } from "re2js";
import { errorText, patternSize, programCost, readingCost } from "../api/mod.ts";

/**
 * The maximum cost of compiling all patterns of one SimpleSchema, in the units of {@link programCost}. The
 * patterns of an ordinary schema cost less than a hundredth of this limit.
 */
const MAX_COST = 20_000_000;

/** Checks the patterns of one SimpleSchema, and each pattern once. */
export class Patterns {
  readonly #known = new Map<string, string | undefined>();
  #left = MAX_COST;

  /**
   * Returns the fault of a pattern; undefined when the pattern is valid RE2 syntax. A pattern of a megabyte
   * needs more memory than kro has, so a pattern is not checked if the cost of all patterns would exceed the
   * limit. The API server then checks the pattern in the generated CRD.
   */
  fault(pattern: string): string | undefined {
    if (this.#known.has(pattern)) return this.#known.get(pattern);
    let cost = readingCost(pattern);
    if (cost <= this.#left) cost += programCost(patternSize(pattern));
    if (cost > this.#left) return undefined;
    this.#left -= cost;
    const fault = faultOf(pattern);
    this.#known.set(pattern, fault);
    return fault;
  }
}

function faultOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(withOwnNames(pattern));
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/**
 * Returns a pattern in which the names of capture groups are unique. Go accepts duplicate names, but the
 * library re2js, with which kro checks the pattern, does not.
 */
function withOwnNames(pattern: string): string {
  let count = 0;
  return pattern.replace(/\(\?P?<\w+(?=>)/g, (group) => `${group}_${count++}`);
}
