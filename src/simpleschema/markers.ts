/** Applies the markers of a SimpleSchema field, such as `required=true`, to the field's schema. */
import { didYouMean, exactInteger, type Json, shortened } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { parseDefault } from "./default.ts";
import type { Report } from "./fault.ts";
import type { Marker } from "./lex.ts";
import type { Patterns } from "./patterns.ts";
import { parseBool, parseFloat64 } from "./scalar.ts";

/**
 * The state of a field while its markers are applied. Other fields may share the arrays in the schema, so a
 * marker replaces an array instead of changing it.
 */
export interface Field {
  /** The field's schema with the markers applied so far. */
  schema: Schema;
  /**
   * The number of `required=true` markers of the field. As in upstream kro, the parent's `required` lists
   * the field's name once for each of these markers.
   */
  required: number;
  /**
   * The state of the field's default: `sound` means that the default is valid JSON (see {@link
   * parseDefault}). If the field has several `default` markers, the last one counts. Undefined when the field
   * has no default.
   */
  default?: { sound: true } | { sound: false; message: string };
}

/**
 * Applies a marker with this value to the field. Returns the fault of the value; undefined when the value is
 * valid.
 */
type Apply = (field: Field, value: string, patterns: Patterns) => string | undefined;

const MARKERS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["required", flag("required", (field) => void field.required++)],
  ["default", applyDefault],
  ["description", ({ schema }, value) => {
    if (value === "") delete schema.description;
    else schema.description = value;
  }],
  ["enum", applyEnum],
  ["minimum", bound("minimum")],
  ["maximum", bound("maximum")],
  ["minLength", count("minLength", "string")],
  ["maxLength", count("maxLength", "string")],
  ["pattern", applyPattern],
  ["minItems", count("minItems", "array")],
  ["maxItems", count("maxItems", "array")],
  ["uniqueItems", applyUniqueItems],
  ["listType", applyListType],
  ["listMapKey", applyListMapKey],
  [
    "immutable",
    flag("immutable", ({ schema }) => {
      addRule(schema, "self == oldSelf", "field is immutable");
    }),
  ],
  ["validation", ({ schema }, value) => {
    if (value.trim() === "") return "validation failed: the rule is blank";
    addRule(schema, value, `must satisfy ${oneLine(value)}`);
  }],
]);

/**
 * Applies markers from left to right to a copy of the field's schema, and reports the faults of the markers.
 *
 * @param patterns Checks the values of the marker `pattern`.
 */
export function applyMarkers(
  base: Schema,
  markers: readonly Marker[],
  patterns: Patterns,
  report: Report,
): Field {
  const field: Field = { schema: { ...base }, required: 0 };
  for (const { key, value, offset } of markers) {
    const message = MARKERS.get(key)?.(field, value, patterns);
    if (message !== undefined) report({ message, offset });
  }
  const type = field.schema["x-kubernetes-list-type"];
  if (field.schema["x-kubernetes-list-map-keys"] && type !== "map") {
    report({
      message: `listMapKey without listType=map: the list type is ${type ?? "not set"}`,
    });
  }
  return field;
}

/** Reports markers with an unknown key. */
export function checkKeys(markers: readonly Marker[], report: Report): void {
  for (const { key, offset } of markers) {
    if (MARKERS.has(key)) continue;
    const hint = didYouMean(key, MARKERS.keys());
    report({ message: `unknown marker: ${key}`, offset, ...(hint && { hint }) });
  }
}

/** Returns a fault when a marker is not valid for the field's type; undefined when the marker is valid. */
function only(name: string, { schema }: Field, ...types: string[]): string | undefined {
  if (types.includes(schema.type!)) return undefined;
  return `${name} is only valid for ${types.join(" and ")} fields, and this one is ${schema.type}`;
}

function unparsed(name: string, expected: string, value: string): string {
  return `failed to parse ${name}: "${value}" is not ${expected}`;
}

function flag(name: string, whenTrue: (field: Field) => void): Apply {
  return (field, value) => {
    const on = parseBool(value);
    if (on === undefined) return unparsed(name, "a boolean", value);
    if (on) whenTrue(field);
  };
}

function bound(name: "minimum" | "maximum"): Apply {
  return ({ schema }, value) => {
    const number = parseFloat64(value);
    if (number === undefined) return unparsed(name, "a finite number", value);
    schema[name] = number;
  };
}

function count(name: "minLength" | "maxLength" | "minItems" | "maxItems", type: string): Apply {
  return (field, value) => {
    const misplaced = only(name, field, type);
    if (misplaced) return misplaced;
    const number = exactInteger(value);
    if (number === undefined) return unparsed(name, "an integer of 64 bits", value);
    field.schema[name] = number;
  };
}

function applyDefault(field: Field, text: string): string | undefined {
  const parsed = parseDefault(field.schema, text);
  if ("value" in parsed) {
    field.schema.default = parsed.value;
    field.default = { sound: true };
    return undefined;
  }
  if (!parsed.unsound) return parsed.fault;
  // This default is unsound: valid for the field's type, but not valid JSON. The fault is reported later,
  // because another marker may still replace the default, and because the default of an unused custom type is
  // ignored.
  field.schema.default = null;
  field.default = { sound: false, message: parsed.fault };
}

function applyEnum(field: Field, text: string): string | undefined {
  const misplaced = only("enum", field, "string", "integer");
  if (misplaced) return misplaced;
  const values: Json[] = [];
  for (const item of text.split(",").map((part) => part.trim())) {
    if (item === "") return "enum holds an empty value";
    if (field.schema.type === "string") {
      values.push(item);
      continue;
    }
    const number = /^(-?[1-9][0-9]*|-?0)$/.test(item) ? exactInteger(item) : undefined;
    if (number === undefined) return unparsed("enum", "a JSON integer of 64 bits", item);
    values.push(number);
  }
  field.schema.enum = values;
}

function applyPattern(field: Field, value: string, patterns: Patterns): string | undefined {
  if (value === "") return "pattern is empty";
  const misplaced = only("pattern", field, "string");
  if (misplaced) return misplaced;
  const fault = patterns.fault(value);
  if (fault !== undefined) return `invalid pattern: ${fault}`;
  field.schema.pattern = value;
}

function applyUniqueItems(field: Field, value: string): string | undefined {
  const on = parseBool(value);
  if (on === undefined) return unparsed("uniqueItems", "a boolean", value);
  const misplaced = only("uniqueItems", field, "array");
  if (misplaced || !on) return misplaced;
  const type = field.schema["x-kubernetes-list-type"] ?? "set";
  if (type !== "set") return `uniqueItems=true with another list type: ${type}`;
  field.schema["x-kubernetes-list-type"] = "set";
}

function applyListType(field: Field, value: string): string | undefined {
  const misplaced = only("listType", field, "array");
  if (misplaced) return misplaced;
  if (!["atomic", "set", "map"].includes(value)) {
    return `listType must be atomic, set or map, not "${value}"`;
  }
  const type = field.schema["x-kubernetes-list-type"] ?? value;
  if (type !== value) {
    return `listType=${value} overwrites list type ${type}`;
  }
  field.schema["x-kubernetes-list-type"] = value;
}

function applyListMapKey(field: Field, value: string): string | undefined {
  const misplaced = only("listMapKey", field, "array");
  if (misplaced) return misplaced;
  const keys = field.schema["x-kubernetes-list-map-keys"] ?? [];
  if (keys.includes(value)) return `duplicate listMapKey: ${value}`;
  field.schema["x-kubernetes-list-map-keys"] = [...keys, value];
}

/**
 * The maximum length, in characters, of a validation rule that a message quotes. The API server repeats the
 * message for each value that it refuses.
 */
const MAX_RULE = 500;

/** Returns a validation rule in one line for its message, in which the API server refuses line breaks. */
function oneLine(rule: string): string {
  return shortened(rule.trim().replaceAll(/\s+/g, " "), MAX_RULE);
}

function addRule(schema: Schema, rule: string, message: string): void {
  const rules = schema["x-kubernetes-validations"] ?? [];
  schema["x-kubernetes-validations"] = [...rules, { rule, message }];
}
