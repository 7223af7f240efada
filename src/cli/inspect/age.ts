/** Formats ages as kubectl does. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * The formats of durations, as in the function `HumanDuration` of k8s.io/apimachinery. The first format whose
 * `below` is greater than the duration applies. The duration is written in the unit `unit`, and the remainder
 * in the unit `rest`. All numbers are seconds.
 */
const FORMATS: readonly { below: number; unit: number; rest?: number }[] = [
  { below: 2 * MINUTE, unit: 1 },
  { below: 10 * MINUTE, unit: MINUTE, rest: 1 },
  { below: 3 * HOUR, unit: MINUTE },
  { below: 8 * HOUR, unit: HOUR, rest: MINUTE },
  { below: 2 * DAY, unit: HOUR },
  { below: 8 * DAY, unit: DAY, rest: HOUR },
  { below: 2 * YEAR, unit: DAY },
  { below: 8 * YEAR, unit: YEAR, rest: DAY },
  { below: Infinity, unit: YEAR },
];

const NAMES = new Map([[1, "s"], [MINUTE, "m"], [HOUR, "h"], [DAY, "d"], [YEAR, "y"]]);

/**
 * Returns the time since a timestamp as kubectl shows it, such as `5m` or `2d3h`. Returns `<unknown>` without
 * a valid timestamp.
 *
 * @param now In milliseconds since the epoch.
 */
export function ageText(time: string | undefined, now: number): string {
  const start = Date.parse(time ?? "");
  if (Number.isNaN(start)) return "<unknown>";
  const seconds = Math.max(0, Math.floor((now - start) / 1000));
  const { unit, rest } = FORMATS.find(({ below }) => seconds < below)!;
  const left = rest === undefined ? 0 : Math.floor((seconds % unit) / rest);
  const tail = left > 0 ? `${left}${NAMES.get(rest!)}` : "";
  return `${Math.floor(seconds / unit)}${NAMES.get(unit)}${tail}`;
}
