/** Durations on the command line, in the format of Go's `time.ParseDuration`. */
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
 * Parses a duration (`5m`, `1h30m`, `500ms`) and returns milliseconds. Throws UsageError for another form;
 * negative durations are not accepted.
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

/** Returns an option whose value is a duration in milliseconds. Help shows the default as users type it. */
export function durationOption(flags: string, description: string, defaultMs: number): Option {
  return new Option(flags, description).argParser(argument(parseDuration))
    .default(defaultMs, durationText(defaultMs));
}
