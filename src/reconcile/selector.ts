/**
 * Label selectors in two forms: strings in kubectl's syntax, and the LabelSelector objects of external
 * references.
 */
import { isObject, type Json } from "../api/mod.ts";

/** One requirement of a label selector. */
interface Requirement {
  key: string;
  operator: "in" | "notin" | "exists" | "absent";
  values: string[];
}

/**
 * Reports whether the labels match the selector in kubectl's syntax. An empty selector matches all labels.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matchLabels } from "./mod.ts";
 *
 * assert.ok(matchLabels("app=shop,tier in (web,api),!canary", { app: "shop", tier: "web" }));
 * assert.ok(!matchLabels("app=shop", undefined));
 * ```
 *
 * @throws {SyntaxError} When the selector is malformed.
 */
export function matchLabels(
  selector: string,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return requirementsOf(selector).every((r) => holds(r, labels ?? {}));
}

/**
 * Parsed selectors by selector string. Caching saves time, because many objects are matched against few
 * selectors.
 */
const parsed = new Map<string, readonly Requirement[]>();

/** The maximum number of selectors in {@link parsed}. The cache is cleared when it is full. */
const MAX_PARSED = 100;

/**
 * Converts a LabelSelector object (`matchLabels`, `matchExpressions`) to a string in kubectl's syntax, or
 * returns a message when the object is malformed. Undefined and null become the empty selector. An unknown
 * field is an error, because ignoring the field could select more objects than the author meant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { selectorText } from "./mod.ts";
 *
 * assert.deepEqual(selectorText({ matchLabels: { app: "shop" } }), { ok: true, text: "app=shop" });
 * ```
 */
export function selectorText(
  selector: Json | undefined,
): { ok: true; text: string } | { ok: false; message: string } {
  if (selector === undefined || selector === null) return { ok: true, text: "" };
  if (!isObject(selector)) return wrong("a LabelSelector must be an object");
  const { matchLabels: pairs, matchExpressions: expressions, ...unknown } = selector;
  const stray = Object.keys(unknown)[0];
  if (stray !== undefined) return wrong(`unknown field "${stray}"`);
  const parts: string[] = [];
  if (pairs !== undefined && pairs !== null) {
    if (!isObject(pairs)) return wrong("matchLabels must be a map of strings");
    for (const key in pairs) {
      // Kubernetes reads a string that is null as an empty string.
      const value = pairs[key] ?? "";
      if (typeof value !== "string") return wrong(`matchLabels: "${key}" must be a string`);
      if (!KEY.test(key)) return wrong(`matchLabels: "${key}" is not a label key`);
      if (!VALUE.test(value)) {
        return wrong(`matchLabels: the value of "${key}" is not a label value`);
      }
      parts.push(`${key}=${value}`);
    }
  }
  if (expressions !== undefined && expressions !== null) {
    if (!Array.isArray(expressions)) return wrong("matchExpressions must be a list");
    for (const [i, entry] of expressions.entries()) {
      const text = requirementText(entry);
      if (!text.ok) return wrong(`matchExpressions[${i}]: ${text.message}`);
      parts.push(text.text);
    }
  }
  return { ok: true, text: parts.join(",") };
}

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function wrong(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

function requirementText(
  entry: Json,
): { ok: true; text: string } | { ok: false; message: string } {
  if (!isObject(entry)) return wrong("must be an object");
  const { key, operator, values, ...unknown } = entry;
  const stray = Object.keys(unknown)[0];
  if (stray !== undefined) return wrong(`unknown field "${stray}"`);
  if (typeof key !== "string" || !KEY.test(key)) return wrong("key must be a label key");
  const list = values ?? [];
  if (!Array.isArray(list) || !list.every((v) => typeof v === "string" && VALUE.test(v))) {
    return wrong("values must be a list of label values");
  }
  switch (operator) {
    case "In":
    case "NotIn":
      if (list.length === 0) return wrong(`values must not be empty for operator ${operator}`);
      return { ok: true, text: `${key} ${operator.toLowerCase()} (${list.join(",")})` };
    case "Exists":
    case "DoesNotExist":
      if (list.length > 0) return wrong(`values must be empty for operator ${operator}`);
      return { ok: true, text: operator === "Exists" ? key : `!${key}` };
    default:
      return wrong("operator must be In, NotIn, Exists or DoesNotExist");
  }
}

function requirementsOf(selector: string): readonly Requirement[] {
  const known = parsed.get(selector);
  if (known) return known;
  const requirements = parse(selector);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(selector, requirements);
  return requirements;
}

function holds(r: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, r.key) ? labels[r.key] : undefined;
  switch (r.operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && r.values.includes(value);
    case "notin":
      return value === undefined || !r.values.includes(value);
  }
}

function parse(selector: string): Requirement[] {
  // Commas separate requirements, except inside the parentheses of a set of values.
  const parts = selector.match(/(?:[^,()]|\([^()]*\))+/g) ?? [];
  if (parts.join("").replaceAll(",", "") !== selector.replaceAll(",", "")) {
    throw new SyntaxError(`"${selector}" is not a label selector: a parenthesis has no partner`);
  }
  return parts.map((part) => requirement(part.trim(), selector)).filter((r) => r !== undefined);
}

function requirement(part: string, whole: string): Requirement | undefined {
  if (part === "") return undefined;
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set) {
    return {
      key: checkedKey(set[1]!, whole),
      operator: set[2] as "in" | "notin",
      values: set[3]!.split(",").map((v) => checkedValue(v.trim(), whole)),
    };
  }
  const pair = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(part);
  if (pair) {
    const operator = pair[2] === "!=" ? "notin" : "in";
    return { key: checkedKey(pair[1]!, whole), operator, values: [checkedValue(pair[3]!, whole)] };
  }
  return part.startsWith("!")
    ? { key: checkedKey(part.slice(1).trim(), whole), operator: "absent", values: [] }
    : { key: checkedKey(part, whole), operator: "exists", values: [] };
}

function checkedKey(key: string, selector: string): string {
  if (!KEY.test(key)) throw new SyntaxError(`"${selector}" is not a label selector: "${key}"`);
  return key;
}

function checkedValue(value: string, selector: string): string {
  if (!VALUE.test(value)) {
    throw new SyntaxError(`"${selector}" is not a label selector: "${value}" is not a label value`);
  }
  return value;
}
