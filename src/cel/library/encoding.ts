/** The CEL libraries json, base64, hash and random. */
import { createHash } from "node:crypto";
import type { Json } from "../../api/mod.ts";
import { decodeBase64, encodeBase64 } from "../value/base64.ts";
import { compareText } from "../value/compare.ts";
import { fail } from "../value/error.ts";
import { ComputedMap, JsonMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { jsonOf, keyJson } from "../value/outgoing.ts";
import { Duration, formatSeconds, formatTimestamp, Timestamp } from "../value/time.ts";
import { ListValue, Omit, Optional, Uint, type Value } from "../value/values.ts";
import { type FunctionDeclaration, plain } from "./declare.ts";
import { encodeUtf8 } from "./text.ts";

/** Converts JSON to a CEL value in which all numbers are doubles, as `json.unmarshal` does. */
function doubles(json: Json): Value {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return ListValue.fromJson(json, (item) => doubles(item));
  return new JsonMap(json, {
    jsonKey: (key) => key,
    key: (jsonKey) => jsonKey,
    value: (_, item) => doubles(item),
    isStruct: false,
    isTyped: false,
  });
}

function unmarshal(text: string): Value {
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    return fail("conversion", "json.unmarshal(): the text is not valid JSON");
  }
  if (HUGE.test(text) && !isInRange(json)) {
    fail("conversion", "json.unmarshal(): a number is out of range");
  }
  return doubles(/\\ud[89a-f]/i.test(text) ? wellFormed(json) : json);
}

/**
 * Matches all JSON with a number beyond the range of a double, and some other JSON. Matching JSON is parsed
 * and then checked number by number, so a match without such a number only costs time.
 */
const HUGE = /[eE]\+?\d{3}|(?<!\d)\d{300}/;

function isInRange(json: Json): boolean {
  if (typeof json === "number") return Number.isFinite(json);
  if (typeof json !== "object" || json === null) return true;
  return Object.values(json).every((item) => isInRange(item ?? null));
}

/**
 * Replaces each lone surrogate by U+FFFD, as Go does. JSON escapes such as `\ud800` can produce lone
 * surrogates.
 */
function wellFormed(json: Json): Json {
  if (typeof json === "string") return json.toWellFormed();
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(wellFormed);
  const entries = Object.entries(json).map(([key, value]) =>
    [key.toWellFormed(), wellFormed(value ?? null)] as const
  );
  return Object.fromEntries(entries);
}

/** The characters that Go's `encoding/json` escapes to make JSON safe in HTML. */
const HTML: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** The cost of writing one JSON value, in addition to the cost of its characters. */
const WRITTEN = 60;

/** Formats JSON as Go's `encoding/json` does: with sorted keys and escaped HTML characters. */
function stringify(json: Json | undefined, meter: Meter): string {
  meter.charge(WRITTEN);
  if (typeof json === "string") {
    return JSON.stringify(json).replaceAll(
      /[<>&\u2028\u2029]/g,
      (character) => HTML[character] ?? "",
    );
  }
  if (Object.is(json, -0)) return "-0";
  if (typeof json !== "object" || json === null) return String(json ?? null);
  if (Array.isArray(json)) return array(json.map((item) => stringify(item, meter)));
  return object(
    Object.entries(json).map(([key, value]) => [key, stringify(value, meter)]),
    meter,
  );
}

function array(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

function object(entries: [key: string, text: string][], meter: Meter): string {
  const sorted = entries.sort(([a], [b]) => compareText(a, b));
  return `{${sorted.map(([key, text]) => `${stringify(key, meter)}:${text}`).join(",")}}`;
}

/**
 * Implements `json.marshal`. In addition to the values that may be written into Kubernetes objects,
 * `json.marshal` accepts bytes (written as base64), integers of any size, and `omit()` (written as an empty
 * object).
 */
function marshal(value: Value, meter: Meter): string {
  return textOf(value, MARSHAL, meter);
}

/**
 * The rules of `json.marshal` or `json.encode` that differ from the rules for writing values into
 * Kubernetes objects.
 */
interface Writing {
  /**
   * Returns the JSON of a value for which `json.marshal` or `json.encode` has a rule of its own; undefined
   * for all other values.
   */
  value(part: Value, meter: Meter): string | undefined;
  /** Returns the JSON of a map's key. The caller throws an error when the result is not a string. */
  key(key: Value, meter: Meter): Json | undefined;
}

const MARSHAL: Writing = {
  value: (part) => typeof part === "bigint" ? String(part) : undefined,
  key: keyJson,
};

/**
 * Implements `json.encode`, which follows cel-go's mapping to protobuf JSON. Timestamps and durations are
 * written as strings. Integers that a double cannot represent exactly are written as strings too.
 */
function encode(value: Value, meter: Meter): string {
  return textOf(value, ENCODE, meter);
}

const ENCODE: Writing = {
  value: (part, meter) => {
    if (typeof part === "bigint") {
      return Number.isSafeInteger(Number(part)) ? String(part) : `"${part}"`;
    }
    if (part instanceof Timestamp) return stringify(formatTimestamp(part), meter);
    if (part instanceof Duration) return stringify(formatSeconds(part), meter);
    if (part instanceof Omit) return fail("conversion", "json.encode() cannot encode omit()");
    if (part === Optional.none) return noValue();
    if ((part instanceof ListValue || part instanceof JsonMap) && part.isTyped) {
      return fail(
        "conversion",
        "json.encode() cannot encode an object with a schema; use json.marshal()",
      );
    }
    return undefined;
  },
  key: (key, meter) => {
    if (key instanceof Optional) {
      return key.value === undefined ? noValue() : ENCODE.key(key.value, meter);
    }
    return typeof key === "string" ? key : undefined;
  },
};

function noValue(): never {
  return fail("other", "json.encode() cannot encode an absent optional");
}

function textOf(value: Value, own: Writing, meter: Meter): string {
  meter.charge(WRITTEN);
  const text = own.value(value instanceof Uint ? value.value : value, meter);
  if (text !== undefined) return text;
  if (value instanceof Uint8Array) return stringify(encodeBase64(value), meter);
  if (value instanceof Omit) return "{}";
  if (value instanceof Optional) return textOf(value.value ?? null, own, meter);
  if (value instanceof ListValue) {
    return array([...value.values(meter)].map((item) => textOf(item, own, meter)));
  }
  if (!(value instanceof ComputedMap)) return stringify(jsonOf(value, meter), meter);
  const entries = Array.from(value.keys(), (key): [string, string] => {
    const name = own.key(key, meter);
    return typeof name === "string"
      ? [name, textOf(value.find(key, meter) ?? null, own, meter)]
      : fail("conversion", "keys of a map must be strings to be written as JSON");
  });
  return object(entries, meter);
}

function digest(name: string): (text: string) => Uint8Array {
  return (text) => new Uint8Array(createHash(name).update(text, "utf8").digest());
}

/**
 * The constants of the 64-bit hash FNV-1a. The offset basis is split into two halves of 32 bits, so that
 * doubles represent all products exactly. The prime of FNV-1a is 2^40 + 0x1b3, of which `prime` is the part
 * 0x1b3. `shift` is 2^40 / 2^32: multiplying the low half by 2^40 adds `low * shift` to the high half.
 */
const FNV = { offset: [0xcbf29ce4, 0x84222325], prime: 0x1b3, shift: 0x100 } as const;

function fnv64a(text: string): Uint8Array {
  let [high, low]: [number, number] = [...FNV.offset];
  for (const byte of encodeUtf8(text)) {
    low = (low ^ byte) >>> 0;
    // The prime of FNV-1a is 2^40 + 0x1b3. Multiplying the low half by 2^40 adds `low * 2^8` to the high
    // half.
    const product = low * FNV.prime;
    const carry = (product - (product >>> 0)) / 2 ** 32;
    high = (high * FNV.prime + carry + low * FNV.shift) >>> 0;
    low = product >>> 0;
  }
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, high);
  view.setUint32(4, low);
  return bytes;
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
/** The maximum length of the string that `random.seededString` returns. */
const MAX_LENGTH = 10_000_000n;

function seeded(seed: string): DataView {
  return new DataView(digest("sha256")(seed).buffer);
}

function seededString(length: bigint, seed: string): string {
  if (length <= 0n) fail("argument", "random.seededString(): the length must be positive");
  if (length > MAX_LENGTH) fail("cost", `random.seededString(): the length exceeds ${MAX_LENGTH}`);
  const view = seeded(seed);
  const period = Array.from(
    { length: 8 },
    (_, index) => ALPHABET.charAt(view.getUint32(index * 4) % ALPHABET.length),
  ).join("");
  const size = Number(length);
  return period.repeat(Math.ceil(size / 8)).slice(0, size);
}

function seededInt(low: bigint, high: bigint, seed: string): bigint {
  if (low >= high) {
    fail("argument", "random.seededInt(): the maximum must be greater than the minimum");
  }
  const range = BigInt.asUintN(64, high - low);
  return BigInt.asIntN(64, low + seeded(seed).getBigUint64(0) % range);
}

/** The declarations of the libraries json, base64, hash and random. */
export const ENCODING: readonly FunctionDeclaration[] = [
  plain("base64.encode", "bytes", "string", encodeBase64),
  plain(
    "base64.decode",
    "string",
    "bytes",
    (text: string) =>
      decodeBase64(text, false) ??
        fail("conversion", "base64.decode(): the text is not valid base64"),
  ),
  plain("json.encode", "dyn", "string", encode),
  plain("json.marshal", "dyn", "string", marshal),
  plain("json.unmarshal", "string", "dyn", unmarshal),
  plain("hash.fnv64a", "string", "bytes", fnv64a),
  plain("hash.sha256", "string", "bytes", digest("sha256")),
  plain("hash.md5", "string", "bytes", digest("md5")),
  plain("random.seededString", "int, string", "string", seededString),
  plain("random.seededInt", "int, int, string", "int", seededInt),
];
