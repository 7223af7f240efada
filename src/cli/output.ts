/** What commands print: data on stdout, progress and diagnostics on stderr, colour only for people. */
import { jsonText } from "../api/mod.ts";
import { UsageError } from "./errors.ts";
import { toYaml } from "./yaml.ts";

/** Formats of `-o`. */
export type Format = "table" | "yaml" | "json";

/** Reads the value of `-o`; UsageError when it is none of the formats. */
export function parseFormat(text: string): Format {
  if (text === "table" || text === "yaml" || text === "json") return text;
  throw new UsageError(`unsupported output format "${text}": use table, yaml or json`);
}

/** Where a command writes; tests hand over their own. */
export interface Output {
  /** Data. */
  out(text: string): void;
  /** Progress and diagnostics, a line each. */
  err(line: string): void;
  /** Whether stderr is a terminal that wants colour (https://no-color.org). */
  colour: boolean;
}

/** The process' own streams. */
export function processOutput(): Output {
  const encoder = new TextEncoder();
  const write = (to: { writeSync(p: Uint8Array): number }, text: string) => {
    let bytes = encoder.encode(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
    } catch (error) {
      // `kro … | head`: the reader has what it wanted.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  return {
    out: (text) => write(Deno.stdout, text),
    err: (line) => write(Deno.stderr, line + "\n"),
    colour: Deno.stderr.isTerminal() && !Deno.noColor,
  };
}

/** ANSI colours for states. */
const PAINT: Record<string, number> = {
  ACTIVE: 32,
  Active: 32,
  Ready: 32,
  created: 32,
  configured: 33,
  IN_PROGRESS: 33,
  Waiting: 33,
  Pending: 33,
  DELETING: 33,
  ERROR: 31,
  Failed: 31,
  Inactive: 31,
};

/** The word in its colour, when colours are wanted. */
export function paint(output: Output, word: string): string {
  const code = PAINT[word];
  return output.colour && code ? `\x1b[${code}m${word}\x1b[0m` : word;
}

/** Columns as kubectl aligns them: three blanks between, none behind the last. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  return all.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]! + 3))).join("")
      .trimEnd() + "\n"
  ).join("");
}

/** Objects as `kubectl -o` prints them: one as itself, several as a List. */
export function printObjects(objects: readonly unknown[], format: "yaml" | "json"): string {
  const value = objects.length === 1
    ? objects[0]
    : { apiVersion: "v1", kind: "List", items: objects };
  return format === "yaml" ? toYaml(value) : jsonText(value, 2) + "\n";
}

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go's flags take it (`5m`, `1h30m`, `500ms`) in milliseconds; UsageError otherwise. */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text) {
    throw new UsageError(`"${text}" is not a duration: write it as 30s, 5m or 1h30m`);
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * UNITS[part[2]!]!, 0);
}
