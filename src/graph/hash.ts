/** Computes the hash that identifies the spec of an RGD, and the names of GraphRevisions. */
import {
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  KRO_GROUP,
  MAX_SPEC_DEPTH,
  type RgdSpec,
} from "../api/mod.ts";

/**
 * Returns the hash of a spec as 16 hex digits: the FNV-1a hash with 64 bits of the normalized JSON. The hash
 * equals the hash of upstream kro, so that this program and upstream kro recognize each other's revisions.
 *
 * A spec that is nested deeper than {@link MAX_SPEC_DEPTH} is never compiled. Its hash depends on the order
 * of the keys that are nested deeper.
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

/** Returns a value that is encoded with sorted keys at every level. */
function sorted(value: Json): Json {
  return typeof value === "object" && value !== null
    ? new Sorted(value) as unknown as JsonObject
    : value;
}

/** A list or object that is encoded with sorted keys at every level. */
class Sorted {
  constructor(readonly value: Json[] | JsonObject) {}
}

/** Sorts strings by their code points. The built-in order of strings differs only for some characters. */
function inByteOrder(texts: string[]): string[] {
  return texts.some((text) => /[\ud800-\uffff]/.test(text)) ? texts.sort(byteOrder) : texts.sort();
}

/** Encodes a value as compact JSON with the HTML escapes of Go's `encoding/json`. */
function encode(value: Json): string {
  return plain(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** Encodes a value as compact JSON. Fields with the value `undefined` are not encoded. */
function plain(value: unknown): string {
  if (value instanceof Sorted) return sortedJson(value.value);
  if (Array.isArray(value)) return `[${value.map(plain).join(",")}]`;
  if (!isObject(value)) return jsonText(value);
  const fields = Object.entries(value).filter(([, below]) => below !== undefined);
  return `{${fields.map(([key, below]) => `${JSON.stringify(key)}:${plain(below)}`).join(",")}}`;
}

/** Returns compact JSON with sorted keys down to {@link MAX_SPEC_DEPTH}. */
export function sortedJson(value: Json): string {
  return sortedText(value) ?? jsonText(value);
}

/**
 * Encodes a value as {@link sortedJson} does. Returns undefined if {@link jsonText} returns the same, which
 * is several times as fast for 750,000 values.
 */
function sortedText(value: Json | undefined, level = 0): string | undefined {
  if (typeof value !== "object" || value === null || level > MAX_SPEC_DEPTH) return undefined;
  if (!Array.isArray(value)) return sortedFieldsText(value, level);
  let texts: string[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const text = sortedText(value[index], level + 1);
    if (text !== undefined) texts ??= value.slice(0, index).map((each) => jsonText(each));
    texts?.push(text ?? jsonText(value[index]));
  }
  return texts && `[${texts.join(",")}]`;
}

/** Encodes an object as {@link sortedText} does. */
function sortedFieldsText(object: JsonObject, level: number): string | undefined {
  const keys = Object.keys(object);
  if (keys.length === 0) return undefined;
  const sorted = inByteOrder([...keys]);
  const fieldAt = (index: number, text?: string) =>
    `${JSON.stringify(sorted[index])}:${text ?? jsonText(object[sorted[index]!])}`;
  let texts: string[] | undefined;
  if (sorted.some((key, index) => key !== keys[index])) texts = [];
  for (let index = 0; index < sorted.length; index++) {
    const text = sortedText(object[sorted[index]!], level + 1);
    if (text !== undefined) texts ??= Array.from({ length: index }, (_, i) => fieldAt(i));
    texts?.push(fieldAt(index, text));
  }
  return texts && `{${texts.join(",")}}`;
}

/** Compares two strings by their code points, which is also the order of their UTF-8 bytes. */
function byteOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  // A character above U+FFFF consists of two code units, of which only the second one may differ.
  const start = at > 0 && /[\ud800-\udbff]/.test(a[at - 1]!) ? at - 1 : at;
  return a.codePointAt(start)! - b.codePointAt(start)! || a.codePointAt(at)! - b.codePointAt(at)!;
}

/**
 * Returns the FNV-1a hash of the string's UTF-8 bytes. The hash with 64 bits is computed in two halves of 32
 * bits, because the arithmetic of a bigint takes ten times as long.
 */
function fnv1a(input: string, bits: 32 | 64): string {
  const bytes = new TextEncoder().encode(input);
  if (bits === 32) {
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return hex(hash);
  }
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    // The prime is 2 ** 40 + 0x1b3. All products are less than 2 ** 53, so they are exact.
    const product = low * 0x1b3;
    high = (high * 0x1b3 + ((low << 8) >>> 0) + Math.floor(product / 2 ** 32)) >>> 0;
    low = product >>> 0;
  }
  return hex(high) + hex(low);
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}
