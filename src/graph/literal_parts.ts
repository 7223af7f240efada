/** Reads the literal parts of a string that contains expressions, such as `app-${schema.spec.name}`. */
import type { Json } from "../api/mod.ts";
import type { Report } from "./report.ts";
import { scan } from "./scan.ts";

/** The literal parts of a string, in their order. */
export interface Literals {
  /** The parts outside of expressions. A string without an expression is one part. */
  readonly parts: readonly string[];
  /** Whether the string contains no expression. */
  readonly isPlain: boolean;
}

/** Returns the literal parts of a string; undefined when an expression in the string is malformed. */
export function literalsOf(value: string): Literals | undefined {
  const found = scan(value);
  if (!found.ok) return undefined;
  const parts = found.parts.flatMap((part) => "literal" in part ? [part.literal] : []);
  return { parts, isPlain: found.form === "plain" };
}

/**
 * Reports a string whose literal parts alone have more than `longest` characters. A value that is not a
 * string is ignored.
 */
export function checkLength(
  value: Json | undefined,
  longest: number,
  path: string,
  report: Report,
): void {
  if (typeof value !== "string") return;
  const length = literalsOf(value)?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0;
  if (length <= longest) return;
  const message = `has at least ${length} characters, but at most ${longest} are allowed`;
  report({ code: "LITERAL", path, message });
}
