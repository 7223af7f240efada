/**
 * The method `format` of strings, with the verbs `%s %d %f %e %b %o %x %X`. The verbs `%f` and `%e` accept a
 * precision.
 */
import { Duration, formatTimestamp, secondsOf, Timestamp } from "../value/time.ts";
import { compareText } from "../value/compare.ts";
import { attempt, CelError, fail, read } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, type MapValue, TypeValue, Uint, type Value } from "../value/values.ts";
import { formatFixed, formatScientific } from "./numbers.ts";
import { decodeLeniently, encodeUtf8 } from "./text.ts";
import { typeName } from "./standard.ts";

/** A clause of a format string, which consists of a verb and a precision. The precision is 6 by default. */
export interface Clause {
  /** The letter of the verb: one of `s d f e b o x X`. */
  readonly verb: string;
  /**
   * The number of digits after the decimal point, from 0 to 1000. Only the verbs `%f` and `%e` use the
   * precision.
   */
  readonly precision: number;
}

const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 1000;
const CLAUSE = /%(?:(%)|(?:\.(\d+))?([sdfebxXo])|)/g;

/**
 * Splits a format string into literal strings and clauses. Each clause formats one argument. Returns
 * undefined when the format string is malformed.
 */
export function parseFormat(format: string): (string | Clause)[] | undefined {
  const pieces: (string | Clause)[] = [];
  let last = 0;
  for (const match of format.matchAll(CLAUSE)) {
    pieces.push(format.slice(last, match.index));
    last = match.index + match[0].length;
    const [, percent, digits, verb] = match;
    const precision = digits === undefined ? DEFAULT_PRECISION : Number(digits);
    if (percent !== undefined) pieces.push("%");
    else if (verb !== undefined && precision <= MAX_PRECISION) pieces.push({ verb, precision });
    else return undefined;
  }
  pieces.push(format.slice(last));
  return pieces;
}

/**
 * Formats the arguments with a format string. Throws a CelError when a clause is unknown, or when an
 * argument does not fit its clause.
 */
export function format(text: string, args: ListValue, meter: Meter): string {
  const pieces = parseFormat(text) ?? fail("argument", "format(): unknown clause in the format");
  let used = 0;
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    if (used >= args.size) return fail("argument", "format(): fewer arguments than clauses");
    return formatClause(piece, part(() => args.at(used++, meter), meter), meter);
  }).join("");
}

function formatClause({ verb, precision }: Clause, value: Value, meter: Meter): string {
  const refuse = (): never => fail("argument", `%${verb} cannot format ${typeName(value)}`);
  switch (verb) {
    case "s":
      return text(value, meter);
    case "d":
      return isNumber(value) ? text(value, meter) : refuse();
    case "f":
    case "e":
      if (!isNumber(value)) return refuse();
      meter.charge(ROUNDED);
      return floating(verb, toDouble(value), precision);
    case "b":
      return typeof value === "boolean"
        ? (value ? "1" : "0")
        : integer(value)?.toString(2) ?? refuse();
    case "o":
      return integer(value)?.toString(8) ?? refuse();
    default: {
      if (typeof value === "string" || value instanceof Uint8Array) chargeText(value, meter);
      const digits = hex(value) ?? refuse();
      return verb === "X" ? digits.toUpperCase() : digits;
    }
  }
}

function isNumber(value: Value): value is bigint | number | Uint {
  return typeof value === "bigint" || typeof value === "number" || value instanceof Uint;
}

function toDouble(value: bigint | number | Uint): number {
  return Number(value instanceof Uint ? value.value : value);
}

function integer(value: Value): bigint | undefined {
  return typeof value === "bigint" ? value : value instanceof Uint ? value.value : undefined;
}

function hex(value: Value): string | undefined {
  const bytes = typeof value === "string" ? encodeUtf8(value) : value;
  if (!(bytes instanceof Uint8Array)) return integer(value)?.toString(16);
  return bytes.toHex();
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "Infinity" : "-Infinity";
}

function floating(verb: string, value: number, precision: number): string {
  return special(value) ??
    (verb === "f" ? formatFixed(value, precision) : formatScientific(value, precision));
}

/** The cost of writing one value, without its characters. */
export const WRITTEN = 30;
/** The cost of writing one character of a string or one byte. */
const WRITTEN_CHARACTER = 1;
/**
 * The cost of rounding a number to a number of decimals. Rounding a very small number computes with hundreds
 * of digits.
 */
export const ROUNDED = 2_000;

/**
 * Charges for a string or bytes before they are written, because the arguments may contain the same long
 * string many times.
 */
function chargeText(text: string | Uint8Array, meter: Meter): void {
  meter.charge(text.length * WRITTEN_CHARACTER);
}

/** Formats a value with the verb `%s`. */
function text(value: Value, meter: Meter): string {
  meter.charge(WRITTEN);
  if (value === null) return "null";
  if (typeof value === "string" || value instanceof Uint8Array) {
    chargeText(value, meter);
    return typeof value === "string" ? value : decodeLeniently(value);
  }
  if (typeof value === "number") return special(value) ?? decimal(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value, true);
  if (value instanceof Duration) return `${decimal(secondsOf(value))}s`;
  if (value instanceof ListValue) return `[${listText(value, meter)}]`;
  if (isMap(value)) return `{${mapText(value, meter)}}`;
  if (value instanceof TypeValue) return value.name;
  return fail("argument", `%s cannot format ${typeName(value)}`);
}

/**
 * Reads an argument of `format`, or a value inside of an argument. If the value contradicts its schema, the
 * evaluation fails with code `argument`, as it does for a value that no verb accepts. cel-go does the same.
 *
 * @param read Reads the value; returns undefined for a null field of an object.
 */
function part(read: () => Value | undefined, meter: Meter): Value {
  const value = attempt(read, meter);
  if (value === undefined) return fail("argument", "a key has no value");
  return value instanceof CelError ? fail("argument", value.message) : value;
}

function listText(list: ListValue, meter: Meter): string {
  const texts = Array.from(
    { length: list.size },
    (_, index) => text(part(() => list.at(index, meter), meter), meter),
  );
  return texts.join(", ");
}

function mapText(map: MapValue, meter: Meter): string {
  // A key such as a list is compared by object identity, so a lookup may not find the entry of the key. The
  // value is therefore taken from the entry itself.
  const valueOf = (key: Value, value: Value | CelError) =>
    map instanceof ComputedMap && typeof key === "object" ? read(value) : map.find(key, meter);
  return [...map.entries(meter)]
    .map(([key, value]) =>
      [text(key, meter), text(part(() => valueOf(key, value), meter), meter)] as const
    )
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}

/** Returns the shortest decimal string that is parsed as the same double, without an exponent. */
function decimal(value: number): string {
  const plain = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(plain);
  if (match === null) return Object.is(value, -0) ? "-0" : plain;
  const [, sign = "", lead = "", rest = "", power = "0"] = match;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${lead}${rest}`;
  return `${sign}${lead}${rest.padEnd(exponent, "0")}`;
}
