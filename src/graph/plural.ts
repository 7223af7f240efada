/**
 * Returns the plural of a kind, which is part of the name of the kind's CRD. The results equal the results
 * of the library that upstream kro uses (github.com/gobuffalo/flect).
 */
import { ALTERNATIVES, IRREGULAR, PLAIN, SUFFIXES, UNCHANGED } from "./plural_words.ts";

/**
 * Kinds for which the library flect returns a plural with capital letters. The API server rejects a CRD with
 * such a plural.
 */
const BROKEN = new Set(
  "aes bss cmos des dns ess fcs https ids ips mpls pots".split(" "),
);
/** Acronyms whose plural the library flect forms by appending an `s`. */
const PLAIN_ACRONYMS = new Set(["ssh", "eia", "tia"]);

const plurals = new Map<string, string>();
const knownPlurals = new Set<string>(words(ALTERNATIVES));
/**
 * The keys are singular and plural words, and the values are the plurals. If a longer word ends with a key,
 * its plural ends with the value of that key.
 */
const endings = new Map<string, string>();

for (const pair of entries()) {
  const [, singular, mark, plural] = pair.match(/^([a-z]+)([!~]?)>([a-z]+)$/)!;
  plurals.set(singular!, plural!);
  if (mark !== "~") knownPlurals.add(plural!);
  if (mark === "!") continue;
  endings.set(singular!, plural!);
  endings.set(plural!, plural!);
}
const suffixes = words(SUFFIXES).map((pair) => pair.split(">") as [string, string]);
const longest = Math.max(...[...endings.keys()].map((e) => e.length));

/** Reports whether the plural of a kind cannot be part of a CRD's name. */
export function hasNoPlural(lowerCasedKind: string): boolean {
  return BROKEN.has(lowerCasedKind);
}

/**
 * Returns the plural of a kind whose name is in lower case.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plural } from "./mod.ts";
 *
 * assert.equal(plural("policy"), "policies");
 * ```
 */
export function plural(lowerCasedKind: string): string {
  const k = lowerCasedKind;
  const whole = plurals.get(k);
  if (whole !== undefined) return whole;
  if (knownPlurals.has(k)) return k;
  if (BROKEN.has(k)) return `${k}${k.toUpperCase()}es`;
  if (PLAIN_ACRONYMS.has(k)) return `${k}s`;
  for (let length = Math.min(longest, k.length); length > 0; length--) {
    const replacement = endings.get(k.slice(-length));
    if (replacement !== undefined) return k.slice(0, -length) + replacement;
  }
  for (const [singular, many] of suffixes) {
    if (k.endsWith(many)) return k;
    if (k.endsWith(singular)) return k.slice(0, -singular.length) + many;
  }
  return k.endsWith("s") ? k : `${k}s`;
}

function* entries(): Iterable<string> {
  for (const word of words(UNCHANGED)) {
    const bare = word.replace(/[!~]$/, "");
    yield `${word}>${bare}`;
  }
  for (const word of words(PLAIN)) yield `${word}>${word.replace(/[!~]$/, "")}s`;
  yield* words(IRREGULAR);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
