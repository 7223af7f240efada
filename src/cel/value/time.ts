/** Timestamps and durations with nanosecond precision, in the ranges that CEL allows. */
import { fail } from "./error.ts";

const NANOS = 1_000_000_000n;
/** 0001-01-01T00:00:00Z, the first timestamp that CEL allows, in seconds since 1970. */
const MIN_SECONDS = -62135596800n;
/** 9999-12-31T23:59:59Z, the last whole second that CEL allows, in seconds since 1970. */
const MAX_SECONDS = 253402300799n;
const MAX_INT = 2n ** 63n - 1n;

/** A duration: a signed 64-bit number of nanoseconds, like Go's `time.Duration`. */
export class Duration {
  /** Creates a duration. Throws a CelError with code `overflow` when `nanos` does not fit into 64 bits. */
  constructor(readonly nanos: bigint) {
    if (nanos > MAX_INT || nanos < -MAX_INT - 1n) fail("overflow", "duration overflow");
  }
}

/**
 * A point in time between the years 1 and 9999, in nanoseconds since 1970. The time zone is stored as an
 * offset from UTC in minutes, and `string()` formats the timestamp in this zone.
 */
export class Timestamp {
  /**
   * Creates a timestamp, by default in UTC. Throws a CelError with code `overflow` when the year is not
   * between 1 and 9999.
   */
  constructor(readonly nanos: bigint, readonly offsetMinutes = 0) {
    const seconds = floorDivide(nanos, NANOS);
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) fail("overflow", "timestamp overflow");
  }

  /** The number of whole seconds since 1970. */
  get seconds(): bigint {
    return floorDivide(this.nanos, NANOS);
  }

  /** Whether the timestamp is Go's zero time (the first instant of year 1), which means "not set". */
  get isZero(): boolean {
    return this.nanos === MIN_SECONDS * NANOS;
  }

  /** The nanoseconds within the second. */
  get fraction(): number {
    return Number(this.nanos - this.seconds * NANOS);
  }
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/**
 * Matches the characters that CEL's `timestamp()` accepts in RFC 3339. Letters must be upper case, and a dot
 * must precede the fraction.
 */
const STRICT = /^[-0-9T:.Z+]*$/;
const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Parses a timestamp in RFC 3339 format. Returns undefined when the string is malformed.
 *
 * @param strict Whether to accept only the form that CEL's `timestamp()` accepts. Otherwise `t` and `z` may
 * be lower case, and a comma may precede the fraction.
 */
export function parseTimestamp(text: string, strict = false): Timestamp | undefined {
  const match = strict && !STRICT.test(text) ? null : RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, zoneHour, zoneMinute] =
    match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isDate = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(zoneHour ?? 0) > 23 || Number(zoneMinute ?? 0) > 59) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0));
  const seconds = BigInt(date.getTime() / 1000) +
    BigInt(Number(hour) * 3600 + (Number(minute) - offset) * 60 + Number(second));
  return new Timestamp(seconds * NANOS + BigInt(fraction.padEnd(9, "0").slice(0, 9)), offset);
}

/** Parses a date such as `2020-01-02` as midnight in UTC. Returns undefined when the string is malformed. */
export function parseDate(text: string): Timestamp | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
}

/**
 * Formats a timestamp in RFC 3339 format, with a fraction without trailing zeros.
 *
 * @param utc Whether to format the timestamp in UTC instead of its own time zone.
 */
export function formatTimestamp(time: Timestamp, utc = false): string {
  const offset = utc ? 0 : time.offsetMinutes;
  const local = new Date(Number(time.seconds) * 1000 + offset * 60_000);
  const fraction = time.fraction === 0
    ? ""
    : `.${String(time.fraction).padStart(9, "0").replace(/0+$/, "")}`;
  return local.toISOString().slice(0, 19) + fraction + zoneText(offset);
}

/** Formats a timestamp as Go's `metav1.Time` does: RFC 3339 in UTC with whole seconds. */
export function formatKubernetesTime(time: Timestamp): string {
  return `${new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19)}Z`;
}

function zoneText(minutes: number): string {
  if (minutes === 0) return "Z";
  const part = (value: number) => String(Math.trunc(value)).padStart(2, "0");
  const magnitude = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${part(magnitude / 60)}:${part(magnitude % 60)}`;
}

/** The number of nanoseconds in each unit of Go's duration notation that is written with one character. */
const UNITS: ReadonlyMap<string, number> = new Map([["s", 1e9], ["m", 60e9], ["h", 3600e9]]);

/**
 * The number of nanoseconds in each unit that is written with two characters. The second character is always
 * "s", so the keys are the first characters. The micro sign (U+00B5) and the Greek letter mu (U+03BC) look
 * the same, and both are accepted.
 */
const UNITS_WITH_S: ReadonlyMap<string, number> = new Map([
  ["n", 1],
  ["u", 1e3],
  ["\u00b5", 1e3],
  ["\u03bc", 1e3],
  ["m", 1e6],
]);

/**
 * The number of digits of the maximum int64. A number with more digits before the point is refused. Digits
 * after the point beyond this number are ignored: they do not change the nanoseconds, and converting many
 * digits would take long.
 */
const MAX_DIGITS = 19;

/**
 * The maximum number of digits before and after the point of a decimal that is computed with numbers instead
 * of bigints. All sums and products of such decimals are safe integers.
 */
const FAST_DIGITS = 3;

/**
 * Parses a duration in Go's notation, such as `1h30m` or `-1.5s`. Returns undefined when the string is
 * malformed.
 */
export function parseDuration(text: string): Duration | undefined {
  const negative = text.startsWith("-");
  let at = negative || text.startsWith("+") ? 1 : 0;
  if (at === text.length) return undefined;
  if (at === text.length - 1 && text[at] === "0") return new Duration(0n);
  let nanos = 0n;
  // The sum of the nanoseconds of short decimals. This sum is a number, because numbers are added faster than
  // bigints, and a long string may consist of hundreds of thousands of short decimals.
  let fast = 0;
  while (at < text.length) {
    const start = endOfZeros(text, at);
    const point = endOfDigits(text, start);
    const hasPoint = text[point] === ".";
    const fraction = hasPoint ? point + 1 : point;
    const end = hasPoint ? endOfDigits(text, fraction) : point;
    const name = text[end] ?? "";
    const endsWithS = text[end + 1] === "s" && name !== "s";
    const unit = (endsWithS ? UNITS_WITH_S : UNITS).get(name);
    const hasDigits = point > at || end > fraction;
    if (unit === undefined || !hasDigits || point - start > MAX_DIGITS) return undefined;
    if (point - start <= FAST_DIGITS && end - fraction <= FAST_DIGITS) {
      fast += numberAt(text, start, point) * unit;
      if (end > fraction) {
        const part = numberAt(text, fraction, end) * unit;
        fast += Math.floor(part / 10 ** (end - fraction));
      }
      if (fast > Number.MAX_SAFE_INTEGER / 2) {
        nanos += BigInt(fast);
        fast = 0;
      }
    } else {
      const finest = text.slice(fraction, Math.min(end, fraction + MAX_DIGITS));
      nanos += BigInt(text.slice(start, point)) * BigInt(unit) +
        BigInt(finest) * BigInt(unit) / 10n ** BigInt(finest.length);
    }
    if (nanos > MAX_INT + 1n) return undefined;
    at = end + (endsWithS ? 2 : 1);
  }
  nanos += BigInt(fast);
  const signed = negative ? -nanos : nanos;
  if (signed > MAX_INT || signed < -MAX_INT - 1n) return undefined;
  return new Duration(signed);
}

function endOfZeros(text: string, from: number): number {
  let at = from;
  while (text[at] === "0") at++;
  return at;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** Reports whether a UTF-16 code unit is an ASCII digit. The code unit after the end of a string is NaN. */
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Returns the number that the decimal digits from `from` to `end` represent; 0 if the range is empty. */
function numberAt(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

/** Formats a duration as Go's `Duration.String` does: `1h30m0s`, `1.5s`, `250ms`. */
export function formatGoDuration({ nanos }: Duration): string {
  if (nanos === 0n) return "0s";
  const sign = nanos < 0n ? "-" : "";
  const magnitude = nanos < 0n ? -nanos : nanos;
  if (magnitude < NANOS) {
    const [unit, size] = magnitude < 1000n
      ? ["ns", 1n] as const
      : magnitude < 1_000_000n
      ? ["µs", 1000n] as const
      : ["ms", 1_000_000n] as const;
    return sign + decimal(magnitude, size) + unit;
  }
  const hours = magnitude / (3600n * NANOS);
  const minutes = magnitude / (60n * NANOS) % 60n;
  const seconds = decimal(magnitude % (60n * NANOS), NANOS);
  const upper = hours > 0n ? `${hours}h${minutes}m` : minutes > 0n ? `${minutes}m` : "";
  return `${sign}${upper}${seconds}s`;
}

/** Formats a duration in seconds, computed with doubles: `5400s`, `1.5s`. */
export function formatSeconds(duration: Duration): string {
  const seconds = secondsOf(duration);
  const text = String(seconds);
  return `${text.includes("e") ? seconds.toFixed(9) : text}s`;
}

/**
 * Returns the seconds of a duration as a double, as Go's `Duration.Seconds` does. For long durations,
 * nanoseconds are lost.
 */
export function secondsOf({ nanos }: Duration): number {
  return Number(nanos / NANOS) + Number(nanos % NANOS) / 1e9;
}

function decimal(value: bigint, unit: bigint): string {
  const rest = value % unit;
  if (rest === 0n) return String(value / unit);
  const digits = String(rest).padStart(String(unit).length - 1, "0").replace(/0+$/, "");
  return `${value / unit}.${digits}`;
}
