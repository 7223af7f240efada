/**
 * The output of commands: data on stdout, progress and diagnostics on stderr, and colors only on a terminal.
 */
import { jsonText, type KubeObject } from "../api/mod.ts";
import { terminalText } from "./terminal_text.ts";
import { toYaml } from "./yaml.ts";

export { table } from "./table.ts";

/** The output formats of the commands that apply, reconcile and delete objects. */
export const FORMATS = ["table", "yaml", "json"] as const;

/** The name of an output format that the flag `-o` selects. */
export type Format = typeof FORMATS[number];

/** The output streams of a command. */
export interface Output {
  /** Writes data to stdout, without adding a line feed. */
  out(text: string): void;
  /** Writes one line of progress or diagnostics to stderr. */
  err(line: string): void;
  /**
   * Whether stderr is colored. True when stderr is a terminal, and neither NO_COLOR (https://no-color.org) nor
   * the flag `--no-color` is set.
   */
  color: boolean;
  /** The width of the terminal in characters; absent when stdout is not a terminal. */
  width?: number;
}

/**
 * Returns the output streams of the process. On a terminal, control characters are shown as text. After the
 * reader has closed the pipe, further writes are dropped.
 */
export function processOutput(): Output {
  const encoder = new TextEncoder();
  const write = (to: { writeSync(p: Uint8Array): number; isTerminal(): boolean }, text: string) => {
    let bytes = encoder.encode(to.isTerminal() ? terminalText(text) : text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
    } catch (error) {
      // The reader has closed the pipe, as in `kro … | head`. The command does not fail in this case.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  return {
    out: (text) => write(Deno.stdout, text),
    err: (line) => write(Deno.stderr, line + "\n"),
    color: Deno.stderr.isTerminal() && !Deno.noColor,
    width: terminalWidth(),
  };
}

function terminalWidth(): number | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined; // some terminals, such as those of serial lines, do not report their size
  }
}

/** Reports whether stdout is colored: stdout is a terminal, and {@link Output.color} is set. */
export function isColored({ color }: Output): boolean {
  return color && Deno.stdout.isTerminal();
}

/** The ANSI color code of each state. */
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

/**
 * Returns a state with its ANSI color. Returns the state unchanged when the output is not colored or the
 * state has no color.
 */
export function paint(output: Output, word: string): string {
  const code = PAINT[word];
  return output.color && code ? `\x1b[${code}m${word}\x1b[0m` : word;
}

/**
 * Formats objects as `kubectl -o` does: without their managed fields, and as a List unless there is exactly one
 * object.
 */
export function printObjects(objects: readonly KubeObject[], format: "yaml" | "json"): string {
  const items = objects.map(withoutManagedFields);
  const value = items.length === 1 ? items[0] : { apiVersion: "v1", kind: "List", items };
  return format === "yaml" ? toYaml(value) : jsonText(value, 2) + "\n";
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
