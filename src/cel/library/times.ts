/** CEL's accessors of timestamps and durations. */
import { fail } from "../value/error.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { type FunctionDeclaration, member } from "./declare.ts";

/** A date whose UTC fields are those of the timestamp in a zone; UTC by default. */
function local(time: Timestamp, zone?: string): Date {
  const milliseconds = Number(time.seconds) * 1000;
  return new Date(milliseconds + (zone === undefined ? 0 : zoneOffset(milliseconds, zone)));
}

/** An upper bound for the length of a zone's name. */
const MAX_ZONE = 64;

/**
 * The milliseconds by which a zone is ahead of UTC.
 *
 * @param zone An offset such as `+02:00`, or a name of the IANA database. Throws a CelError for others.
 */
function zoneOffset(milliseconds: number, zone: string): number {
  const fixed = /^([+-]?)(\d\d?):(\d\d?)$/.exec(zone);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    if (Number(fixed[2]) > 23 || Number(fixed[3]) > 59) unknownZone();
    return (fixed[1] === "-" ? -minutes : minutes) * 60_000;
  }
  if (zone === "" || zone === "UTC") return 0;
  if (zone.length > MAX_ZONE) unknownZone();
  const parts = new Map(
    formatOf(zone).formatToParts(milliseconds).map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const there = new Date(0);
  const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
  there.setUTCFullYear(year, part("month") - 1, part("day"));
  there.setUTCHours(part("hour"), part("minute"), part("second"));
  return there.getTime() - milliseconds;
}

/**
 * A memo of immutable input: the formats of known zones, at most one for each name in the IANA database.
 * Creating one takes longer than evaluating most expressions.
 */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      // Undefined means the host's zone, which is UTC in a container without one.
      timeZone: zone === "Local" ? undefined : zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return unknownZone();
  }
  // Go distinguishes names by case, Intl does not.
  const { timeZone } = format.resolvedOptions();
  if (zone !== "Local" && timeZone !== zone && timeZone.toLowerCase() === zone.toLowerCase()) {
    unknownZone();
  }
  formats.set(zone, format);
  return format;
}

function unknownZone(): never {
  return fail("argument", "unknown time zone");
}

function dayOfYear(date: Date): number {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / 86_400_000);
}

/** The cost of computing with a named zone, higher when its format has to be created. */
const zoneCost = (_time: unknown, zone?: string) =>
  zone === undefined ? 0 : formats.has(zone) ? 3_000 : 8_000;

/** Declares an accessor of timestamps, in UTC or in a given zone. */
function ofDate(name: string, part: (date: Date) => number): FunctionDeclaration {
  const declared = member(
    name,
    ["timestamp", "timestamp, string"],
    "int",
    (time: Timestamp, zone?: string) => BigInt(part(local(time, zone))),
  );
  return { ...declared, steps: zoneCost };
}

/** Declares an accessor of durations in whole units. As Go, it divides doubles, which may round up. */
function ofDuration(name: string, unit: bigint): FunctionDeclaration {
  return member(
    name,
    "duration",
    "int",
    ({ nanos }: Duration) =>
      BigInt(Math.trunc(Number(nanos / unit) + Number(nanos % unit) / Number(unit))),
  );
}

/** Declarations of the accessors of timestamps and durations. */
export const TIMES: readonly FunctionDeclaration[] = [
  ofDate("getFullYear", (date) => date.getUTCFullYear()),
  ofDate("getMonth", (date) => date.getUTCMonth()),
  ofDate("getDate", (date) => date.getUTCDate()),
  ofDate("getDayOfMonth", (date) => date.getUTCDate() - 1),
  ofDate("getDayOfWeek", (date) => date.getUTCDay()),
  ofDate("getDayOfYear", dayOfYear),
  ofDate("getHours", (date) => date.getUTCHours()),
  ofDate("getMinutes", (date) => date.getUTCMinutes()),
  ofDate("getSeconds", (date) => date.getUTCSeconds()),
  {
    ...member(
      "getMilliseconds",
      ["timestamp", "timestamp, string"],
      "int",
      (time: Timestamp, zone?: string) => {
        local(time, zone);
        return BigInt(Math.trunc(time.fraction / 1_000_000));
      },
    ),
    steps: zoneCost,
  },
  ofDuration("getHours", 3_600_000_000_000n),
  ofDuration("getMinutes", 60_000_000_000n),
  ofDuration("getSeconds", 1_000_000_000n),
  member("getMilliseconds", "duration", "int", ({ nanos }: Duration) => nanos / 1_000_000n),
];
