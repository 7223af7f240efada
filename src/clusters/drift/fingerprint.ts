/** Which fields of an object are ours, and whether they still hold what we wrote. Pure. */
import { hash as hashOf } from "node:crypto";
import {
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  type KubeObject,
  Manager,
  parseJson,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { applyEntry } from "../../reconcile/mod.ts";
import { comparable } from "./normalise.ts";

/** What an event or a response says of our fields, in two short hashes. */
export interface Fingerprint {
  /** Of our managed-fields entry: version, fields and time. */
  entry: string;
  /** Of the live values at exactly those fields, normalised, lists in live order. */
  values: string;
  /** We own fields of `status`: only kinds without a status subresource let us. */
  status: boolean;
}

/**
 * Both hashes of an object as it came from the server. The entry alone is not enough: another apply
 * under our manager's name, reordered lists and rewriting at admission leave it as it was.
 */
export function fingerprint(object: KubeObject, schema?: Schema): Fingerprint | undefined {
  const entry = applyEntry(object);
  if (!entry) return undefined;
  const { apiVersion, time, fieldsV1 = {} } = entry;
  const live = project(object as unknown as Json, storedFields(object, fieldsV1));
  return {
    // The server writes the fields of an entry in one order.
    entry: hash(JSON.stringify([apiVersion, time, fieldsV1])),
    values: digest(comparable(live, schema)),
    status: "f:status" in fieldsV1,
  };
}

/** Upstream applies `stringData`; it owns that name, though the values stand under `data`. */
function storedFields(object: KubeObject, fields: JsonObject): JsonObject {
  const { "f:stringData": written, ...rest } = fields;
  if (!isObject(written) || object.kind !== "Secret" || object.apiVersion !== "v1") return fields;
  const data = rest["f:data"];
  return { ...rest, "f:data": { ...isObject(data) ? data : {}, ...written } };
}

/**
 * The hash that {@link Fingerprint.values} has when the desired object holds. `status` counts only
 * where we can own it.
 */
export function desiredValues(desired: KubeObject, schema?: Schema, status = false): string {
  const { status: dropped, ...rest } = desired;
  return digest(comparable((status && dropped !== undefined ? desired : rest) as Json, schema));
}

/**
 * True when the object, just answered to an apply, was created by it: nobody else ever wrote it, and
 * our fields are as old as the object itself.
 */
export function isFirstWrite(object: KubeObject): boolean {
  const { creationTimestamp, managedFields = [] } = object.metadata;
  if (!managedFields.every((entry) => entry.manager === Manager.children)) return false;
  const age = Date.parse(applyEntry(object)?.time ?? "") - Date.parse(creationTimestamp ?? "");
  // Times are in whole seconds and taken one after the other.
  return Math.abs(age) <= 1000;
}

/** The part of a value that a `fieldsV1` tree names. A leaf names the whole value below it. */
export function project(value: Json | undefined, fields: JsonObject): Json | undefined {
  if (value === undefined || Object.keys(fields).length === 0) return value;
  if (Array.isArray(value)) return projectList(value, fields);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, below] of Object.entries(fields)) {
    if (!key.startsWith("f:") || !isObject(below)) continue;
    const name = key.slice(2);
    if (Object.hasOwn(value, name)) result[name] = project(value[name], below);
  }
  return result;
}

/** The elements that the tree names, in the order of the live list: their order is a value too. */
function projectList(list: readonly Json[], fields: JsonObject): Json[] {
  const nodes = new Map<string, JsonObject>();
  const keyNames = new Map<string, string[]>();
  for (const [key, below] of Object.entries(fields)) {
    if (!isObject(below)) continue;
    const prefix = key.slice(0, 2);
    if (prefix === "i:") nodes.set(key, below);
    if (prefix !== "k:" && prefix !== "v:") continue;
    const parsed = parseJson(key.slice(2));
    nodes.set(prefix + canonical(parsed), below);
    if (prefix === "k:" && isObject(parsed)) {
      const names = Object.keys(parsed).sort();
      keyNames.set(names.join("\n"), names);
    }
  }
  const result: Json[] = [];
  for (const [index, element] of list.entries()) {
    const below = nodes.get(`v:${canonical(element)}`) ??
      byKeys(element, keyNames, nodes) ?? nodes.get(`i:${index}`);
    if (below) result.push(project(element, below) ?? null);
  }
  return result;
}

function byKeys(
  element: Json,
  keyNames: ReadonlyMap<string, string[]>,
  nodes: ReadonlyMap<string, JsonObject>,
): JsonObject | undefined {
  if (!isObject(element)) return undefined;
  for (const names of keyNames.values()) {
    const keys = Object.fromEntries(names.map((name) => [name, element[name]]));
    const below = nodes.get(`k:${canonical(keys)}`);
    if (below) return below;
  }
  return undefined;
}

/** A short hash of a JSON value; the order of keys does not count. */
export function digest(value: Json | undefined): string {
  return hash(canonical(value));
}

/** Above it, a text is not worth keeping. */
const LONG_TEXT = 2000;

/** What tells a value from others, the order of keys included: its text, or a hash of that if it is long. */
export function markOf(value: unknown): string {
  const text = jsonText(value);
  // Comparing texts is several times as quick as hashing them.
  return text.length > LONG_TEXT ? hash(text) : text;
}

/** 72 bits: far more than chance could make equal. V8 copies so short a part; a longer one would hold the whole. */
function hash(text: string): string {
  return hashOf("sha256", text, "base64url").slice(0, 12);
}

/** JSON text with sorted keys; absent values are left out as JSON.stringify does. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) {
    let text = "[";
    for (const [index, item] of value.entries()) text += (index > 0 ? "," : "") + canonical(item);
    return `${text}]`;
  }
  if (!isObject(value)) return jsonText(value ?? null);
  let text = "{";
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field === undefined) continue;
    text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `${text}}`;
}
