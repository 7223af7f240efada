/** Parses the booleans and floats in marker values, with the rules of Go's `strconv`. */

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Parses a boolean. Returns undefined when the string is malformed. */
export function parseBool(text: string): boolean | undefined {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

/**
 * Parses a decimal or hexadecimal float. Returns undefined when the string is malformed, and for NaN and
 * infinity, which JSON cannot represent.
 */
export function parseFloat64(text: string): number | undefined {
  // As in Go, `1_000` is read as 1000.
  const digits = text.replace(/(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])/g, "");
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/.exec(digits);
  const value = hex ? hexFloat(hex[1]!, hex[2]!, hex[3]!, Number(hex[4])) : decimal(digits);
  return Number.isFinite(value) ? value : undefined;
}

function decimal(text: string): number {
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : NaN;
}

function hexFloat(sign: string, whole: string, fraction: string, exponent: number): number {
  const size = parseInt(whole + fraction, 16) * 2 ** (exponent - 4 * fraction.length);
  return sign === "-" ? -size : size;
}
