/** Compares two structural schemas keyword by keyword. Stricter validation is a breaking change. */
import {
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  jsonText,
  moreValuesThan,
  ownValue,
} from "../api/mod.ts";
import { unescapeName } from "../cel/mod.ts";
import type { CrdChange } from "./compare.ts";
import { sortedJson } from "./hash.ts";

/**
 * Returns the changes from one schema of a whole object to another. The paths of the changes begin with a
 * field of the object, such as `spec`.
 */
export function compareSchemas(old: JsonObject, wanted: JsonObject): CrdChange[] {
  const changes: CrdChange[] = [];
  compareAt("", old, wanted, changes);
  return changes;
}

/**
 * The rule for one keyword of a schema. The rule is called when the keyword has different values in the two
 * schemas, and returns the changes to report.
 */
type Rule = (old: Json | undefined, wanted: Json | undefined) => Omit<CrdChange, "path">[];

/**
 * The rules that judge a change of a schema keyword. The keys are the keywords. A change of a keyword that is
 * neither a key here nor in {@link NESTED} is not breaking.
 */
const RULES = new Map<string, Rule>(Object.entries({
  description: (old, wanted) => harmless("Description", old, wanted),
  default: (old, wanted) => harmless("Default value", old, wanted),
  pattern: (old, wanted) => [changed("Validation pattern", old, wanted, wanted !== undefined)],
  format: (old, wanted) => [changed("Format", old, wanted, wanted !== undefined)],
  nullable: (old, wanted) => [changed("Nullable", old, wanted, wanted === undefined)],
  minimum: bound("Minimum", "minimum"),
  minLength: bound("MinLength", "minimum"),
  minItems: bound("MinItems", "minimum"),
  maximum: bound("Maximum", "maximum"),
  maxLength: bound("MaxLength", "maximum"),
  maxItems: bound("MaxItems", "maximum"),
  enum: compareEnums,
  "x-kubernetes-validations": compareValidations,
  "x-kubernetes-preserve-unknown-fields": (old, wanted) => [
    changed("Preserving unknown fields", old, wanted, wanted === undefined),
  ],
  "x-kubernetes-int-or-string": (old, wanted) => [
    changed("Int-or-string", old, wanted, wanted === undefined),
  ],
  "x-kubernetes-list-type": (old, wanted) => [
    changed("List type", old, wanted, wanted !== undefined && wanted !== "atomic"),
  ],
  "x-kubernetes-list-map-keys": (old, wanted) => [changed("List map keys", old, wanted, true)],
}));
/**
 * The keywords that `compareAt` compares with code of their own. {@link RULES} has no rules for these
 * keywords.
 */
const NESTED = new Set(["type", "properties", "required", "items", "additionalProperties"]);

function compareAt(path: string, old: JsonObject, wanted: JsonObject, out: CrdChange[]): void {
  if (old.type !== wanted.type && !jsonEqual(keyword(old, "type"), keyword(wanted, "type"))) {
    const text = `Type changed from ${show(old.type)} to ${show(wanted.type)}`;
    out.push({ path, text, breaking: true });
    return;
  }
  for (const name of changedKeywords(old, wanted)) {
    const rule = RULES.get(name) ?? ((a, b) => harmless(name, a, b));
    const changes = rule(keyword(old, name), keyword(wanted, name));
    for (const change of changes) out.push({ path, ...change });
  }
  compareProperties(path, old, wanted, out);
  if (old.items !== undefined || wanted.items !== undefined) {
    compareNested(`${path}[]`, "items", old, wanted, out, true);
  }
  if (old.additionalProperties !== undefined || wanted.additionalProperties !== undefined) {
    compareNested(`${path}[*]`, "additionalProperties", old, wanted, out, false);
  }
}

/** Returns the sorted names of the keywords, other than those in {@link NESTED}, that differ. */
function changedKeywords(old: JsonObject, wanted: JsonObject): string[] {
  const isChanged = (name: string) =>
    !NESTED.has(name) && !jsonEqual(keyword(old, name), keyword(wanted, name));
  const changed: string[] = [];
  for (const name in old) if (isChanged(name)) changed.push(name);
  for (const name in wanted) if (!Object.hasOwn(old, name) && isChanged(name)) changed.push(name);
  return changed.sort();
}

function compareProperties(path: string, old: JsonObject, wanted: JsonObject, out: CrdChange[]) {
  if (old.properties === undefined && wanted.properties === undefined) return;
  const [from, to] = [object(old.properties), object(wanted.properties)];
  const [was, is] = [names(old.required), names(wanted.required)];
  // Only the changed properties are sorted, because a schema may have many properties.
  const changed: [name: string, changes: CrdChange[]][] = [];
  const compare = (name: string, before: Json | undefined, after: Json | undefined) => {
    const changes = propertyChanges(path === "" ? name : `${path}.${name}`, name, before, after);
    if (changes.length > 0) changed.push([name, changes]);
  };
  const propertyChanges = (
    at: string,
    name: string,
    before: Json | undefined,
    after: Json | undefined,
  ): CrdChange[] => {
    const changes: CrdChange[] = [];
    const report = (text: string, breaking: boolean) => changes.push({ path: at, text, breaking });
    if (after === undefined) {
      // Earlier versions of upstream kro declared status fields under escaped names such as
      // `app__dash__name`, but stored no values in these fields. Removing such a field is therefore not
      // breaking.
      report(`Property ${name} was removed`, !isEscapeOf(name, to));
      return changes;
    }
    const hasDefault = object(after).default !== undefined;
    if (before === undefined) {
      const demanded = is.has(name) && !hasDefault;
      report(`${demanded ? "Required" : "Optional"} property ${name} was added`, demanded);
      return changes;
    }
    if (is.has(name) && !was.has(name)) report(`Field ${name} is newly required`, true);
    if (was.has(name) && !is.has(name)) report(`Field ${name} is no longer required`, false);
    const hadDefault = object(before).default !== undefined;
    if (was.has(name) && is.has(name) && hadDefault && !hasDefault) {
      report(`Default value removed from required field ${name}`, true);
    }
    if (isObject(before) || isObject(after)) compareAt(at, object(before), object(after), changes);
    return changes;
  };
  let removed = Object.keys(from).length;
  for (const name of Object.keys(to)) {
    const before = ownValue(from, name) as Json | undefined;
    if (before !== undefined) removed--;
    compare(name, before, to[name]);
  }
  // Looking up 100,000 names takes long, so they are searched only if some are missing.
  for (const name in removed > 0 ? from : {}) {
    if (!Object.hasOwn(to, name)) compare(name, from[name], undefined);
  }
  changed.sort(([a], [b]) => a < b ? -1 : 1);
  for (const [, changes] of changed) for (const change of changes) out.push(change);
}

/**
 * Reports whether a name is the CEL-escaped form of one of the properties, such as `app__dash__name` for
 * `app-name`.
 */
function isEscapeOf(name: string, properties: JsonObject): boolean {
  const real = unescapeName(name);
  return real !== undefined && real !== name && Object.hasOwn(properties, real);
}

/**
 * Compares the keyword `items` or `additionalProperties`.
 *
 * @param needed Whether every changed value of the keyword is a breaking change. If `needed` is false, a
 * change to `true` is not breaking, because `true` allows any value.
 */
function compareNested(
  path: string,
  key: string,
  old: JsonObject,
  wanted: JsonObject,
  out: CrdChange[],
  needed: boolean,
): void {
  const [from, to] = [keyword(old, key), keyword(wanted, key)];
  if (isObject(from) && isObject(to)) return compareAt(path, from, to, out);
  if (jsonEqual(from, to)) return;
  const [text, breaking] = to === undefined
    ? [`Property ${key} was removed`, true]
    : from === undefined
    ? [`Property ${key} was added`, false]
    : [`Property ${key} was changed`, needed || to !== true];
  out.push({ path, text, breaking });
}

function bound(word: string, side: "minimum" | "maximum"): Rule {
  return (old, wanted) => {
    if (old === undefined) {
      return [{ text: `${word} constraint ${show(wanted)} was added`, breaking: true }];
    }
    if (wanted === undefined) {
      return [{ text: `${word} constraint ${show(old)} was removed`, breaking: false }];
    }
    const raised = Number(wanted) > Number(old);
    const text = `${word} was ${raised ? "increased" : "decreased"} from ${show(old)} to ${
      show(wanted)
    }`;
    return [{ text, breaking: raised === (side === "minimum") }];
  };
}

function compareEnums(old: Json | undefined, wanted: Json | undefined): Omit<CrdChange, "path">[] {
  if (!Array.isArray(old)) return [{ text: `Enum ${show(wanted)} was added`, breaking: true }];
  if (!Array.isArray(wanted)) return [{ text: `Enum ${show(old)} was removed`, breaking: false }];
  // Comparing 750,000 values one by one would block the event loop.
  if (moreValuesThan(old) || moreValuesThan(wanted)) {
    return [{ text: "Enum was changed", breaking: true }];
  }
  const [before, after] = [distinct(old), distinct(wanted)];
  const changes = (from: Map<unknown, Json>, to: Map<unknown, Json>, what: string) =>
    [...from].filter(([key]) => !to.has(key)).map(([, value]) => ({
      text: `Enum value ${jsonText(value)} was ${what}`,
      breaking: what === "removed",
    }));
  return [...changes(before, after, "removed"), ...changes(after, before, "added")];
}

/** Returns the distinct values of an enum. The keys of two values are the same if the values are equal. */
function distinct(values: readonly Json[]): Map<unknown, Json> {
  const keyOf = (value: Json) =>
    typeof value === "string" ? `"${value}` : typeof value === "object" ? sortedJson(value) : value;
  return new Map(values.map((value) => [keyOf(value), value]));
}

function compareValidations(
  old: Json | undefined,
  wanted: Json | undefined,
): Omit<CrdChange, "path">[] {
  const rules = (list: Json | undefined) =>
    new Set((Array.isArray(list) ? list : []).map((r) => String(object(r).rule)));
  const [from, to] = [rules(old), rules(wanted)];
  const changes = [
    ...[...to].filter((r) => !from.has(r)).map((r) => ({
      text: `Validation rule ${r} was added`,
      breaking: true,
    })),
    ...[...from].filter((r) => !to.has(r)).map((r) => ({
      text: `Validation rule ${r} was removed`,
      breaking: false,
    })),
  ];
  if (changes.length > 0) return changes;
  // Upstream kro writes other messages for the same validation rules. A difference in the messages alone is
  // therefore not reported, and kro does not write the CRD.
  const [before, after] = [withoutMessages(old), withoutMessages(wanted)];
  return jsonEqual(before, after) ? [] : harmless("Validation rules", old, wanted);
}

function withoutMessages(rules: Json | undefined): Json {
  return (Array.isArray(rules) ? rules : []).map((rule) => {
    const { message: _, ...rest } = object(rule);
    return rest;
  });
}

function harmless(word: string, old: Json | undefined, wanted: Json | undefined) {
  const how = old === undefined ? "added" : wanted === undefined ? "removed" : "changed";
  return [{ text: `${word} was ${how}`, breaking: false }];
}

function changed(
  word: string,
  old: Json | undefined,
  wanted: Json | undefined,
  breaking: boolean,
): Omit<CrdChange, "path"> {
  const text = old === undefined
    ? `${word} ${show(wanted)} was added`
    : wanted === undefined
    ? `${word} ${show(old)} was removed`
    : `${word} changed from ${show(old)} to ${show(wanted)}`;
  return { text, breaking };
}

/**
 * Returns the value of a keyword. Returns undefined for an empty value such as `false` or `[]`, which means
 * the same as leaving out the keyword. Only an empty `default` has a meaning of its own.
 */
function keyword(schema: JsonObject, name: string): Json | undefined {
  const value = schema[name];
  const empty = value === "" || value === false || value === null ||
    (Array.isArray(value) && value.length === 0);
  return empty && name !== "default" ? undefined : value;
}

function names(value: Json | undefined): Set<Json> {
  return new Set(Array.isArray(value) ? value : []);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function show(value: Json | undefined): string {
  return typeof value === "string" ? value : jsonText(value) ?? "none";
}
