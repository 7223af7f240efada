/** Formats doubles with the rules of Go's package `strconv`. */

/**
 * Returns the shortest string that is parsed as the same double. Numbers below 1e-4 and from 1e6 on are
 * written with an exponent.
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  return exponent < -4 || exponent >= 6 ? `${digits}e${goExponent(exponent)}` : String(value);
}

/** Formats an exponent with a sign and at least two digits. */
function goExponent(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/**
 * Formats a double in fixed-point notation. The exact value is rounded half to even.
 *
 * @param precision The number of digits after the decimal point.
 */
export function formatFixed(value: number, precision: number): string {
  const [digits, exponent] = exact(value);
  const shift = precision + exponent;
  const scaled = shift >= 0
    ? digits * 10n ** BigInt(shift)
    : roundHalfEven(digits, 10n ** BigInt(-shift));
  const text = String(scaled).padStart(precision + 1, "0");
  const whole = text.slice(0, text.length - precision);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + (precision === 0 ? whole : `${whole}.${text.slice(text.length - precision)}`);
}

/**
 * Formats a double in scientific notation. The exact value is rounded half to even.
 *
 * @param precision The number of digits after the decimal point.
 */
export function formatScientific(value: number, precision: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [digits, exponent] = exact(value);
  const length = String(digits).length;
  const shift = precision + 1 - length;
  let rounded = shift >= 0
    ? digits * 10n ** BigInt(shift)
    : roundHalfEven(digits, 10n ** BigInt(-shift));
  let power = digits === 0n ? 0 : exponent + length - 1;
  // Rounding up may add a digit, such as from 9.99 to 10.0.
  if (String(rounded).length > precision + 1) {
    rounded /= 10n;
    power++;
  }
  const text = String(rounded).padStart(precision + 1, "0");
  const mantissa = precision === 0 ? text : `${text.slice(0, 1)}.${text.slice(1)}`;
  return `${sign}${mantissa}e${goExponent(power)}`;
}

/** Returns the exact magnitude of a double as a decimal integer and a power of ten. */
function exact(value: number): readonly [bigint, number] {
  let mantissa = Math.abs(value);
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  return [BigInt(mantissa) * 5n ** BigInt(halvings), -halvings];
}

function roundHalfEven(value: bigint, unit: bigint): bigint {
  const quotient = value / unit;
  const twice = value % unit * 2n;
  const up = twice > unit || (twice === unit && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}
