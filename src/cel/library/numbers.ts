/** Doubles as Go prints them. */

/** Shortest text, with an exponent below 1e-4 and from 1e6. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  return exponent < -4 || exponent >= 6 ? `${digits}e${goExponent(exponent)}` : String(value);
}

/** An exponent with its sign and at least two digits. */
export function goExponent(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
