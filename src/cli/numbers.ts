/** Numbers and truth values of flags, as Go's `flag` package takes them. */
import { UsageError } from "./errors.ts";

/** Go's `strconv.ParseBool`. */
const BOOLEANS: Record<string, boolean> = {
  ...Object.fromEntries(["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false])),
};

/** A truth value; UsageError otherwise. */
export function parseBoolean(text: string): boolean {
  const value = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined;
  if (value === undefined) throw new UsageError(`"${text}" is neither true nor false`);
  return value;
}

/** A whole number from zero; UsageError otherwise. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a whole number`);
}

/** A whole number from one; UsageError otherwise. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count > 0) return count;
  throw new UsageError("it must be at least 1");
}

/** A whole number, below zero too; UsageError otherwise. */
export function parseInteger(text: string): number {
  return text.startsWith("-") ? -parseCount(text.slice(1)) : parseCount(text);
}

/** A decimal number from zero; UsageError otherwise. */
export function parseDecimal(text: string): number {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a number`);
}
