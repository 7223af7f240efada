/** Parses durations on the command line, in the format of Go's `time.ParseDuration`. */
import { Option } from "commander";
import { durationText } from "../api/mod.ts";
import { UsageError } from "./errors.ts";
import { argument } from "./flag_values.ts";

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Parses a duration such as `5m`, `1h30m` or `500ms`, and returns its length in milliseconds. Negative
 * durations are not accepted. Throws UsageError when the string is not a duration.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseDuration } from "./mod.ts";
 *
 * assert.equal(parseDuration("1m30s"), 90_000);
 * ```
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text) {
    throw new UsageError(`"${text}" is not a duration: write it as 30s, 5m or 1h30m`);
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * UNITS[part[2]!]!, 0);
}

/**
 * Returns a command-line option with a duration as its value, in milliseconds. Help shows the default value
 * in the form in which users type a duration.
 */
export function durationOption(flags: string, description: string, defaultMs: number): Option {
  return new Option(flags, description).argParser(argument(parseDuration))
    .default(defaultMs, durationText(defaultMs));
}
