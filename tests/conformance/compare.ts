/** Describes the differences between upstream's result and kro's result for a test case. */
import { isObject, type Json } from "../../src/api/mod.ts";
import { canonical } from "./protocol.ts";
import { agreeOnRefusal, type Verdict } from "./verdict.ts";

/** A difference between upstream's result and kro's result for a test case, as deviations.md contains it. */
export interface Difference {
  /** The values in upstream's result that differ from kro's result, each with its path. */
  upstream: string;
  /** The values in kro's result that differ from upstream's result, each with its path. */
  here: string;
}

/** The maximum length of a value in a message, in characters. Longer values are cut. */
const LONGEST = 160;

/**
 * Describes the first three differences between upstream's result and kro's result (`here`). Returns
 * undefined if the results are equal. With `unordered`, the order of list items is ignored.
 */
export function differenceOf(
  upstream: Verdict,
  here: Verdict,
  unordered = false,
): Difference | undefined {
  if (upstream.refused !== undefined || here.refused !== undefined) {
    if (agreeOnRefusal(upstream.refused, here.refused)) return undefined;
    return { upstream: outcome(upstream), here: outcome(here) };
  }
  const found: [path: string, upstream: string, here: string][] = [];
  const report = (path: string, a: Json | undefined, b: Json | undefined) =>
    found.push([path, shown(a), shown(b)]);
  walk("", upstream, here, unordered, report);
  if (found.length === 0) return undefined;
  const text = (side: 1 | 2) => found.slice(0, 3).map((f) => `${f[0]}: ${f[side]}`).join("; ");
  return { upstream: text(1), here: text(2) };
}

function outcome({ refused }: Verdict): string {
  if (refused === undefined) return "accepted";
  return Array.isArray(refused) ? `refused (${refused.join(", ")})` : "refused";
}

function walk(
  path: string,
  a: Json | undefined,
  b: Json | undefined,
  unordered: boolean,
  report: (path: string, a: Json | undefined, b: Json | undefined) => void,
): void {
  if (canonical(a) === canonical(b)) return;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    if (unordered && canonical(a.map(canonical).sort()) === canonical(b.map(canonical).sort())) {
      return;
    }
    a.forEach((v, i) => walk(`${path}[${i}]`, v, b[i], unordered, report));
  } else if (isObject(a) && isObject(b)) {
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      walk(path === "" ? key : `${path}.${key}`, a[key], b[key], unordered, report);
    }
  } else report(shortened(path), a, b);
}

function shortened(path: string): string {
  return path.replace("crd.spec.versions[0].schema.openAPIV3Schema.properties", "crd…");
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : canonical(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
