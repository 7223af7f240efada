/** The costs of library functions. */
import { COST } from "./budget.ts";

/** The cost of a library function, in units of the cost budget (about ten nanoseconds). */
export interface Charge {
  /** The cost of each call. */
  readonly call: number;
  /** The additional cost for each character or byte of the arguments and of the result. */
  readonly character: number;
}

const ORDINARY: Charge = { call: COST.function, character: 0.25 };

/**
 * The library functions whose costs differ from {@link ORDINARY}. The costs were measured with
 * `deno task bench --only cost`, which runs each function in an endless loop until the default budget stops
 * the loop. A declaration may add further costs with its function `steps`.
 */
const CHARGES: Readonly<Record<string, Partial<Charge>>> = {
  "base64.decode": { call: 500, character: 8 },
  "base64.encode": { call: 300, character: 4 },
  bytes: { call: 300, character: 0.5 },
  charAt: { character: 1.25 },
  cidr: { call: 200 },
  contains: { character: 0.75 },
  distinct: { call: 350 },
  double: { character: 3 },
  duration: { call: 200, character: 20 },
  endsWith: { character: 0.5 },
  find: { call: 200 },
  findAll: { call: 400 },
  format: { call: 1000, character: 1 },
  getEscapedPath: { character: 15 },
  getQuery: { call: 2500, character: 30 },
  "hash.fnv64a": { call: 400, character: 5 },
  "hash.md5": { call: 1500, character: 1 },
  "hash.sha256": { call: 1200, character: 0.75 },
  indexOf: { character: 1.25 },
  ip: { call: 350 },
  "ip.isCanonical": { call: 1200 },
  isCIDR: { call: 250 },
  isIP: { call: 500 },
  isQuantity: { call: 250, character: 4 },
  isSemver: { call: 700, character: 8 },
  isURL: { call: 4000, character: 24 },
  join: { call: 200, character: 1 },
  "json.encode": { call: 800, character: 6 },
  "json.marshal": { call: 600, character: 6 },
  "json.unmarshal": { call: 500, character: 5 },
  lastIndexOf: { call: 150, character: 1.25 },
  lowerAscii: { call: 150, character: 4 },
  matches: { call: 300 },
  merge: { call: 300 },
  quantity: { call: 200, character: 4 },
  "random.seededInt": { call: 2500, character: 0.75 },
  "random.seededString": { call: 2500, character: 0.75 },
  replace: { call: 200, character: 2 },
  reverse: { call: 150, character: 4 },
  semver: { call: 300, character: 8 },
  sort: { call: 500 },
  split: { call: 200, character: 1 },
  startsWith: { character: 0.5 },
  string: { call: 150 },
  "strings.quote": { character: 5 },
  substring: { call: 200, character: 1.25 },
  timestamp: { call: 300, character: 0.5 },
  upperAscii: { call: 150, character: 4 },
  url: { call: 3500, character: 20 },
};

/** Returns the cost of the function with this name. */
export function chargeOf(name: string): Charge {
  return Object.hasOwn(CHARGES, name) ? { ...ORDINARY, ...CHARGES[name] } : ORDINARY;
}
