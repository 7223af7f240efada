/** Regular expressions with RE2 syntax, matched in linear time. */
import { RE2JS } from "re2js";
import { fail } from "../value/error.ts";
import { type Meter, UNMETERED } from "../value/meter.ts";
import { ListValue } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** A memo of immutable input: at most this many compiled patterns, the oldest dropped first. */
const MAX_CACHED = 256;
const cache = new Map<string, RE2JS>();

/**
 * The cost of compiling a pattern, in the budget's units: once, for each character, for each Unicode class
 * (a long list of ranges) and for each instruction, of which a repetition generates many.
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

/** Whether a text is a valid regular expression. */
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

/** `findAll`: at most `limit` matches; a negative limit means all. */
function findAll(text: string, pattern: string, limit = -1n, meter: Meter): ListValue {
  const found: string[] = [];
  const matcher = compiled(pattern, meter).matcher(text);
  let end = -1;
  while ((limit < 0n || found.length < limit) && matcher.find()) {
    // As in Go, an empty match that adjoins the previous match is skipped.
    const isEcho = matcher.start() === matcher.end() && matcher.start() === end;
    if (!isEcho) found.push(matcher.group() ?? "");
    end = matcher.end();
  }
  return ListValue.of(found);
}

/** Declarations of `matches` (standard library), `find` and `findAll` (Kubernetes' library). */
export const REGEX: readonly FunctionDeclaration[] = [
  plain("matches", "string, string", "bool", matches),
  member("matches", "string, string", "bool", matches),
  member("find", "string, string", "string", find),
  member("findAll", ["string, string", "string, string, int"], "list(string)", findAll),
];
