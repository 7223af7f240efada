/** The methods of timestamps and durations in CEL, such as `getHours`. */
import { fail } from "../value/error.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { type FunctionDeclaration, member } from "./declare.ts";

/**
 * Returns a date whose UTC fields contain the local time in the zone: for 10:00 UTC and the zone `+02:00`,
 * `getUTCHours()` returns 12. The zone is UTC by default.
 */
function local(time: Timestamp, zone?: string): Date {
  const milliseconds = Number(time.seconds) * 1000;
  return new Date(milliseconds + (zone === undefined ? 0 : zoneOffset(milliseconds, zone)));
}

/** The maximum length of the name of a time zone. No valid name is longer. */
const MAX_ZONE = 64;

/**
 * Returns the number of milliseconds by which a time zone is ahead of UTC. Throws a CelError when the zone
 * is unknown.
 *
 * @param zone An offset such as `+02:00`, or a name from the IANA time zone database.
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
 * A cache of date formatters, with at most one formatter for each time zone in the IANA database. Creating a
 * formatter takes longer than evaluating most expressions.
 */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      // The zone `Local` means the time zone of the host, which `Intl` uses when the zone is undefined. A
      // container without a time zone uses UTC.
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
  // Go distinguishes upper and lower case in the names of time zones, but JavaScript's `Intl` does not. A
  // name that differs only in case is therefore refused here.
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

/**
 * Returns the cost of converting to a named time zone. The cost is higher when the date formatter of the zone
 * has to be created.
 */
const zoneCost = (_time: unknown, zone?: string) =>
  zone === undefined ? 0 : formats.has(zone) ? 3_000 : 8_000;

/**
 * Declares a method of timestamps, which has an optional parameter for the time zone. The zone is UTC by
 * default.
 */
function ofDate(name: string, part: (date: Date) => number): FunctionDeclaration {
  const declared = member(
    name,
    ["timestamp", "timestamp, string"],
    "int",
    (time: Timestamp, zone?: string) => BigInt(part(local(time, zone))),
  );
  return { ...declared, steps: zoneCost };
}

/**
 * Declares a method that returns a duration as a whole number of hours, minutes or seconds. As in Go, the
 * number is computed with doubles, which may round up.
 */
function ofDuration(name: string, unit: bigint): FunctionDeclaration {
  return member(
    name,
    "duration",
    "int",
    ({ nanos }: Duration) =>
      BigInt(Math.trunc(Number(nanos / unit) + Number(nanos % unit) / Number(unit))),
  );
}

/** The declarations of the methods of timestamps and durations. */
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
