/** Parses the values of flags, in the formats of Go's `flag` package. */
import { InvalidArgumentError } from "commander";
import { UsageError } from "./errors.ts";

/** The boolean strings that Go's `strconv.ParseBool` accepts, with their values. */
const BOOLEANS: Record<string, boolean> = {
  ...Object.fromEntries(["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false])),
};

/** Parses a boolean. Throws UsageError when the string is not a boolean. */
export function parseBoolean(text: string): boolean {
  const value = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined;
  if (value === undefined) throw new UsageError(`"${text}" is neither true nor false`);
  return value;
}

/** Parses a whole number from 0 to 999,999,999. Throws UsageError for any other string. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a whole number`);
}

/** Parses a whole number from 1 to 999,999,999. Throws UsageError for any other string. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count > 0) return count;
  throw new UsageError("it must be at least 1");
}

/** Parses a whole number, which may be negative. Throws UsageError for any other string. */
export function parseInteger(text: string): number {
  return text.startsWith("-") ? -parseCount(text.slice(1)) : parseCount(text);
}

/** Parses a decimal number that is not negative. Throws UsageError for any other string. */
export function parseDecimal(text: string): number {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a number`);
}

/**
 * Converts a parser of strings to a parser for the library commander. If parsing fails, commander adds the
 * name of the flag to the error message.
 */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** Collects the values of a flag that may be repeated, as the parser of the flag. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
