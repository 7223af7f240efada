/** What the functions of the libraries cost. */
import { COST } from "./budget.ts";

/** What a function costs. */
export interface Charge {
  /** For a call. */
  readonly call: number;
  /** For each character or byte of its arguments and its result. */
  readonly character: number;
}

const ORDINARY: Charge = { call: COST.function, character: 0.25 };

/**
 * Functions that take longer than most; measured by `deno task bench:cost`, which runs each in an endless
 * loop until the default budget stops it. What they pay besides, by their arguments, is said where they
 * are declared.
 */
const CHARGES: Readonly<Record<string, Partial<Charge>>> = {
  "base64.decode": { call: 200, character: 3 },
  "base64.encode": { character: 1 },
  charAt: { character: 0.5 },
  find: { call: 200, character: 1.5 },
  findAll: { call: 200, character: 1.5 },
  format: { call: 500, character: 1 },
  getQuery: { call: 1000, character: 2 },
  "hash.fnv64a": { character: 1.5 },
  "hash.md5": { call: 600 },
  "hash.sha256": { call: 600 },
  indexOf: { character: 0.5 },
  "ip.isCanonical": { call: 300 },
  isQuantity: { call: 200, character: 1 },
  isSemver: { call: 300, character: 1.5 },
  isURL: { call: 1000, character: 6 },
  join: { character: 1.5 },
  "json.encode": { call: 500, character: 2 },
  "json.marshal": { call: 500, character: 2 },
  "json.unmarshal": { call: 250, character: 1 },
  lastIndexOf: { character: 2.5 },
  lowerAscii: { character: 1 },
  matches: { call: 200, character: 1.5 },
  quantity: { call: 200, character: 1 },
  "random.seededInt": { call: 600 },
  "random.seededString": { call: 600 },
  replace: { character: 2 },
  reverse: { character: 1 },
  semver: { call: 200, character: 2 },
  split: { character: 1.5 },
  substring: { call: 200, character: 1 },
  upperAscii: { character: 1 },
  url: { call: 900, character: 4 },
};

/** What a function of this name costs. */
export function chargeOf(name: string): Charge {
  return Object.hasOwn(CHARGES, name) ? { ...ORDINARY, ...CHARGES[name] } : ORDINARY;
}
