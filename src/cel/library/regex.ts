/** Regular expressions in RE2 syntax, which are matched in linear time. */
import { RE2JS } from "re2js";
import { fail } from "../value/error.ts";
import { type Meter, UNMETERED } from "../value/meter.ts";
import { ListValue } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/**
 * The maximum number of compiled patterns in the cache. When the cache is full, the oldest pattern is
 * dropped.
 */
const MAX_CACHED = 256;
const cache = new Map<string, RE2JS>();

/**
 * The costs of compiling a pattern, in units of the cost budget: the fixed cost, the cost of each character,
 * of each Unicode class and of each instruction. A Unicode class is expensive because it is a long list of
 * ranges. A repetition such as `a{100}` generates many instructions.
 */
const COMPILING = { pattern: 4_000, character: 300, class: 10_000, instruction: 600 };

function compiled(pattern: string, meter: Meter): RE2JS {
  const known = cache.get(pattern);
  if (known) return known;
  const classes = pattern.match(/\\p/gi)?.length ?? 0;
  const { character, instruction } = COMPILING;
  meter.charge(COMPILING.pattern + pattern.length * character + classes * COMPILING.class);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch {
    return fail("argument", "the regular expression is not valid RE2 syntax");
  }
  meter.charge(regex.programSize() * instruction);
  if (cache.size >= MAX_CACHED) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(pattern, regex);
  return regex;
}

/** Reports whether a string is a valid regular expression. */
export function isPattern(text: string): boolean {
  try {
    compiled(text, UNMETERED);
    return true;
  } catch {
    return false;
  }
}

function matches(text: string, pattern: string, meter: Meter): boolean {
  return compiled(pattern, meter).matcher(text).find();
}

function find(text: string, pattern: string, meter: Meter): string {
  const matcher = compiled(pattern, meter).matcher(text);
  return matcher.find() ? matcher.group() ?? "" : "";
}

/** Implements `findAll`. Returns at most `limit` matches; a negative limit means all matches. */
function findAll(text: string, pattern: string, limit = -1n, meter: Meter): ListValue {
  const found: string[] = [];
  const matcher = compiled(pattern, meter).matcher(text);
  let end = -1;
  while ((limit < 0n || found.length < limit) && matcher.find()) {
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
