/**
 * CEL's standard library: the function `size`, tests of strings such as `startsWith`, and conversions
 * between types.
 */
import { decodeUtf8, encodeUtf8 } from "./text.ts";
import { fail, noOverload } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import {
  Duration,
  formatSeconds,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  Timestamp,
} from "../value/time.ts";
import {
  isMap,
  ListValue,
  Opaque,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from "../value/values.ts";
import { constantTime, type FunctionDeclaration, member, plain } from "./declare.ts";
import { formatDouble } from "./numbers.ts";
import { int64, uint64 } from "./operators.ts";
import { firstIndex } from "./search.ts";

/** Matches code points that take two UTF-16 units. */
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
/** The cost of counting one character of a string. */
export const COUNTED = 1.25;

function size(value: Value, meter: Meter): bigint {
  if (typeof value === "string") {
    meter.charge(value.length * COUNTED);
    return BigInt(value.length - (value.match(PAIRS)?.length ?? 0));
  }
  if (value instanceof Uint8Array) return BigInt(value.length);
  if (value instanceof ListValue) return BigInt(value.size);
  return isMap(value) ? BigInt(value.size(meter)) : noOverload("size");
}

/**
 * The parameter types of `size`, in the same order as in upstream kro. The order matters because a type
 * variable is bound by the first overload that fits.
 */
const SIZED = ["bytes", "list(A)", "map(A, B)", "string"];

function unconvertible(from: string, to: string): never {
  return fail("conversion", `type conversion error from '${from}' to '${to}'`);
}

function truncated(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : fail("overflow", "integer overflow");
}

/**
 * The maximum number of digits of an integer, without leading zeros. Every 64-bit integer has at most 20
 * digits, and converting much longer integers would take long.
 */
const MAX_DIGITS = 20;

function wholeNumber(value: Value): bigint | undefined {
  const [, sign, all] = typeof value === "string" ? /^([+-]?)(\d+)$/.exec(value) ?? [] : [];
  const digits = all?.replace(/^0+(?=\d)/, "");
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

function toInt(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof Uint) return int64(value.value);
  if (typeof value === "number") {
    // A double cannot represent the maximum int exactly. The nearest double is 2^63, which is out of range.
    return Math.abs(value) < 2 ** 63 ? truncated(value) : fail("overflow", "integer overflow");
  }
  if (value instanceof Timestamp) return value.seconds;
  if (value instanceof Duration) return value.nanos;
  const parsed = wholeNumber(value);
  if (parsed !== undefined && BigInt.asIntN(64, parsed) === parsed) return parsed;
  return unconvertible("string", "int");
}

function toUint(value: Value): Uint {
  if (value instanceof Uint) return value;
  if (typeof value === "bigint") return uint64(value);
  if (typeof value === "number") {
    const inRange = value >= 0 && value < 2 ** 64;
    return inRange ? uint64(truncated(value)) : fail("overflow", "unsigned integer overflow");
  }
  const parsed = typeof value === "string" && /^\d/.test(value) ? wholeNumber(value) : undefined;
  if (parsed !== undefined && BigInt.asUintN(64, parsed) === parsed) return new Uint(parsed);
  return unconvertible("string", "uint");
}

/** In these two patterns, adjacent parts never match the same character, so matching takes linear time. */
const DOUBLE_TEXT = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const HEX_DOUBLE = /^([+-]?)0x([\da-f]+)(?:\.([\da-f]*))?p([+-]?\d+)$/i;

/**
 * Parses a hexadecimal double in Go's notation, such as `0x1.8p3`. Returns undefined when the string is
 * malformed.
 */
function fromHex(text: string): number | undefined {
  const [, sign = "", whole = "", fraction = "", exponent = ""] = HEX_DOUBLE.exec(text) ?? [];
  if (whole === "") return undefined;
  const magnitude = parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -magnitude : magnitude;
}

function toDouble(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint) return Number(value.value);
  const text = String(value).replaceAll(/(?<=[\da-f])_(?=[\da-f])/gi, "");
  if (DOUBLE_TEXT.test(text)) {
    if (/nan$/i.test(text)) return NaN;
    if (/inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  }
  const parsed = DOUBLE_TEXT.test(text) ? Number(text) : fromHex(text);
  if (parsed !== undefined && Number.isFinite(parsed)) return parsed;
  return unconvertible("string", "double");
}

/** Converts a value to a string, as the function `string()` does. */
function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) {
    return decodeUtf8(value) ??
      fail("conversion", "invalid UTF-8 in bytes, cannot convert to string");
  }
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatSeconds(value);
  return String(value);
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

/** Returns the name of a value's type, for `type(x)` and for messages. */
export function typeName(value: Value): string {
  if (value === null) return "null_type";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value instanceof Uint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof ListValue) return "list";
  if (isMap(value)) return "map";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof Optional) return "optional_type";
  return value instanceof Opaque ? value.typeName : "type";
}

/**
 * The declarations of the standard library, without operators and without the methods of timestamps and
 * durations.
 */
export const STANDARD: readonly FunctionDeclaration[] = [
  { ...constantTime(plain("size", SIZED, "int", size)), checksArguments: true },
  { ...constantTime(member("size", SIZED, "int", size)), checksArguments: true },
  member(
    "contains",
    "string, string",
    "bool",
    (text: string, part: string, meter: Meter) => firstIndex(text, part, 0, meter) >= 0,
  ),
  member(
    "startsWith",
    "string, string",
    "bool",
    (text: string, part: string) => text.startsWith(part),
  ),
  member("endsWith", "string, string", "bool", (text: string, part: string) => text.endsWith(part)),
  constantTime(plain("dyn", "A", "dyn", (value: Value) => value)),
  constantTime(plain("type", "A", "type(A)", (value: Value) => new TypeValue(typeName(value)))),
  plain(
    "bool",
    ["bool", "string"],
    "bool",
    (value: Value) =>
      typeof value === "boolean"
        ? value
        : BOOLS.get(String(value)) ?? unconvertible("string", "bool"),
  ),
  plain(
    "bytes",
    ["bytes", "string"],
    "bytes",
    (value: Uint8Array | string) => typeof value === "string" ? encodeUtf8(value) : value,
  ),
  plain("double", ["double", "int", "string", "uint"], "double", toDouble),
  plain("int", ["int", "double", "duration", "string", "timestamp", "uint"], "int", toInt),
  plain("uint", ["uint", "double", "int", "string"], "uint", toUint),
  plain(
    "string",
    ["string", "bool", "bytes", "double", "duration", "int", "timestamp", "uint"],
    "string",
    toText,
  ),
  plain("duration", ["duration", "string"], "duration", (value: Value) => {
    return typeof value === "string"
      ? parseDuration(value) ?? unconvertible("string", "google.protobuf.Duration")
      : value;
  }),
  plain("timestamp", ["timestamp", "int", "string"], "timestamp", (value: Value) => {
    if (typeof value === "bigint") return new Timestamp(value * 1_000_000_000n);
    return typeof value === "string"
      ? parseTimestamp(value, true) ?? unconvertible("string", "google.protobuf.Timestamp")
      : value;
  }),
];
