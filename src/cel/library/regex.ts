/** Regular expressions in RE2 syntax, which are matched in linear time. */
import { MatcherInput, RE2JS } from "re2js";
import { patternSize, programCost, readingCost } from "../../api/mod.ts";
import { CelError, fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { ListValue } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";
import { characterCost, MeteredText } from "./metered_text.ts";

/** The maximum number of instructions of a compiled pattern. */
const MAX_INSTRUCTIONS = 10_000;

/**
 * The limits of the cache of compiled patterns: the number of patterns, and the number of instructions of all
 * patterns together. If the cache exceeds a limit, the oldest patterns are removed.
 */
const MAX_CACHED = { patterns: 256, instructions: 100_000 };
const cache = new Map<string, RE2JS>();

function compiled(pattern: string, meter: Meter): RE2JS {
  const known = cache.get(pattern);
  if (known) return known;
  meter.charge(readingCost(pattern));
  const size = patternSize(pattern);
  if (size.instructions > MAX_INSTRUCTIONS) tooLarge();
  meter.charge(programCost(size));
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch {
    return fail("argument", "the regular expression is not valid RE2 syntax");
  }
  if (regex.programSize() > MAX_INSTRUCTIONS) tooLarge();
  keep(pattern, regex);
  return regex;
}

/**
 * Returns two costs of a pattern: the cost of compiling the pattern, and the maximum cost of matching one
 * character of a string.
 */
export function patternCost(pattern: string): { compile: number; character: number } {
  const size = patternSize(pattern);
  const compile = readingCost(pattern) + programCost(size);
  return { compile, character: characterCost(size.instructions) };
}

function tooLarge(): never {
  fail("cost", `the regular expression has more than ${MAX_INSTRUCTIONS} instructions`);
}

function keep(pattern: string, regex: RE2JS): void {
  cache.set(pattern, regex);
  let size = [...cache.values()].reduce((all, each) => all + each.programSize(), 0);
  for (const [oldest, dropped] of cache) {
    const fits = cache.size <= MAX_CACHED.patterns &&
      size <= MAX_CACHED.instructions;
    if (fits) return;
    cache.delete(oldest);
    size -= dropped.programSize();
  }
}

/** The cost limit for compiling a literal pattern while an expression is type-checked. */
const CHECKED_COST = 10_000_000;

/**
 * Checks a regular expression. Returns `syntax` when the expression is not valid RE2 syntax, and `size` when
 * the compiled expression is too large or too expensive to compile. Returns undefined when the expression is
 * valid.
 */
export function patternProblem(text: string): "syntax" | "size" | undefined {
  let left = CHECKED_COST;
  try {
    compiled(text, { charge: (cost) => (left -= cost) < 0 && tooLarge() });
    return undefined;
  } catch (error) {
    if (error instanceof CelError) return error.code === "cost" ? "size" : "syntax";
    throw error;
  }
}

/**
 * The cost of searching for one match, in addition to the characters that the matcher reads. Each search
 * clears buffers of up to 262,144 bits.
 */
export const SEARCH_COST = 250;

/** Returns a matcher that charges for each search and for each character that it reads. */
function matcherOf(text: string, pattern: string, meter: Meter) {
  const regex = compiled(pattern, meter);
  const metered = new MeteredText(text, regex.programSize(), meter);
  const matcher = regex.matcher(MatcherInput.utf16(metered));
  return {
    matcher,
    find(): boolean {
      meter.charge(SEARCH_COST);
      metered.begin();
      return matcher.find();
    },
  };
}

function matches(text: string, pattern: string, meter: Meter): boolean {
  return matcherOf(text, pattern, meter).find();
}

function find(text: string, pattern: string, meter: Meter): string {
  const { matcher, find } = matcherOf(text, pattern, meter);
  return find() ? matcher.group() ?? "" : "";
}

/** Implements `findAll`. Returns at most `limit` matches; a negative limit means all matches. */
function findAll(text: string, pattern: string, limit = -1n, meter: Meter): ListValue {
  const found: string[] = [];
  const { matcher, find } = matcherOf(text, pattern, meter);
  let end = -1;
  while ((limit < 0n || found.length < limit) && find()) {
    // As in Go, an empty match directly after the previous match is skipped.
    const isEcho = matcher.start() === matcher.end() && matcher.start() === end;
    if (!isEcho) found.push(matcher.group() ?? "");
    end = matcher.end();
  }
  return ListValue.of(found);
}

/**
 * The declarations of `matches` from the standard library, and of `find` and `findAll` from Kubernetes'
 * library.
 */
export const REGEX: readonly FunctionDeclaration[] = [
  plain("matches", "string, string", "bool", matches),
  member("matches", "string, string", "bool", matches),
  member("find", "string, string", "string", find),
  member("findAll", ["string, string", "string, string, int"], "list(string)", findAll),
];
