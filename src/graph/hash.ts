/** Computes the hash that identifies the spec of an RGD, and the names of GraphRevisions. */
import {
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  KRO_GROUP,
  type RgdSpec,
} from "../api/mod.ts";

/**
 * Returns the hash of a spec as 16 hex digits: the FNV-1a hash with 64 bits of the normalized JSON. The hash
 * equals the hash of upstream kro, so that this program and upstream kro recognize each other's revisions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { specHash } from "./mod.ts";
 *
 * const schema = { kind: "Shop", apiVersion: "v1alpha1" };
 * assert.equal(specHash({ schema }), specHash({ schema: { ...schema, scope: "Namespaced" } }));
 * ```
 */
export function specHash(spec: RgdSpec): string {
  return fnv1a(encode(normalized(spec)), 64);
}

/**
 * Returns the name of a GraphRevision: `<rgd>-r00001`. A name of more than 253 characters is shortened, and
 * a hash in the name keeps it unique.
 */
export function revisionName(rgd: string, revision: number): string {
  const suffix = `-r${String(revision).padStart(5, "0")}`;
  if (rgd.length + suffix.length <= 253) return rgd + suffix;
  const tail = `${suffix}-${fnv1a(rgd, 32)}`;
  const prefix = rgd.slice(0, 253 - tail.length).replace(/[.-]+$/, "");
  return (prefix || "gr") + tail;
}

/**
 * Returns the spec with defaults filled in, and with its fields in the order in which upstream kro encodes
 * them. Fields with the value `undefined` are not encoded.
 */
function normalized(spec: unknown): Json {
  const s = object(spec);
  const resources = list(s.resources).map((r) => resource(object(r)))
    .sort((a, b) => byteOrder(String(a.id ?? ""), String(b.id ?? "")));
  return {
    schema: isObject(s.schema) ? schema(s.schema) : undefined,
    resources: resources.length ? resources : undefined,
  };
}

function schema(s: JsonObject): JsonObject {
  return {
    kind: text(s.kind),
    apiVersion: text(s.apiVersion),
    group: text(s.group) ?? KRO_GROUP,
    spec: sorted(s.spec ?? null),
    types: sorted(s.types ?? null),
    status: sorted(s.status ?? null),
    scope: text(s.scope) ?? "Namespaced",
    additionalPrinterColumns: nonEmpty(
      list(s.additionalPrinterColumns).map((c) => column(object(c))),
    ),
    shortNames: nonEmpty(list(s.shortNames)),
    categories: nonEmpty(list(s.categories)),
    metadata: isObject(s.metadata)
      ? { labels: strings(s.metadata.labels), annotations: strings(s.metadata.annotations) }
      : undefined,
  };
}

function column(c: JsonObject): JsonObject {
  return {
    name: c.name ?? "",
    type: c.type ?? "",
    format: text(c.format),
    description: text(c.description),
    priority: c.priority || undefined,
    jsonPath: c.jsonPath ?? "",
  };
}

function resource(r: JsonObject): JsonObject {
  return {
    id: text(r.id),
    template: sorted(r.template ?? null),
    externalRef: isObject(r.externalRef) ? externalRef(r.externalRef) : undefined,
    readyWhen: nonEmpty(list(r.readyWhen).map(String).sort(byteOrder)),
    includeWhen: nonEmpty(list(r.includeWhen).map(String).sort(byteOrder)),
    forEach: nonEmpty(list(r.forEach).map((d) => sorted(d))),
  };
}

function externalRef(r: JsonObject): JsonObject {
  const m = object(r.metadata);
  return {
    apiVersion: r.apiVersion ?? "",
    kind: r.kind ?? "",
    metadata: {
      name: text(m.name),
      namespace: text(m.namespace),
      selector: sorted(m.selector ?? null),
    },
  };
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): Json | undefined {
  return value === "" || value === null ? undefined : value;
}

function nonEmpty(values: Json[]): Json[] | undefined {
  return values.length ? values : undefined;
}

function strings(value: Json | undefined): Json | undefined {
  return isObject(value) && Object.keys(value).length ? sorted(value) : undefined;
}

/** Returns a value in which the keys of all objects are sorted. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).filter((k) => value[k] !== undefined).sort(byteOrder);
  // JavaScript moves keys that look like integers to the front of an object, so the sorted entries are
  // stored in a list.
  return new SortedObject(keys.map((k) => [k, sorted(value[k]!)])) as unknown as JsonObject;
}

/** An object that is encoded with its keys in the given order. */
class SortedObject {
  constructor(readonly entries: [string, Json][]) {}
}

/** Encodes a value as compact JSON with the HTML escapes of Go's `encoding/json`. */
function encode(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  const entries = value instanceof SortedObject
    ? value.entries
    : isObject(value)
    ? Object.entries(value).filter(([, v]) => v !== undefined)
    : undefined;
  if (entries) return `{${entries.map(([k, v]) => `${encode(k)}:${encode(v)}`).join(",")}}`;
  return jsonText(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** Compares two strings by their code points, which is also the order of their UTF-8 bytes. */
function byteOrder(a: string, b: string): number {
  const left = [...a], right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const diff = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (diff) return diff;
  }
  return left.length - right.length;
}

function fnv1a(input: string, bits: 32 | 64): string {
  const prime = bits === 32 ? 0x01000193n : 0x100000001b3n;
  let hash = bits === 32 ? 0x811c9dc5n : 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(input)) {
    hash = BigInt.asUintN(bits, (hash ^ BigInt(byte)) * prime);
  }
  return hash.toString(16).padStart(bits / 4, "0");
}
