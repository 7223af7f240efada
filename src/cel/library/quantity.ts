/**
 * Kubernetes' quantity library: amounts such as `100m`, `1.5Gi` and `1e3`, with the rules of
 * `resource.Quantity` in Go.
 */
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { Opaque, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** The maximum number of decimals of a quantity. Kubernetes rounds smaller fractions up. */
const NANO_DIGITS = 9;
const MAX_INT = 2n ** 63n - 1n;
/** The maximum number of digits of a quantity that Kubernetes stores as a 64-bit integer with a scale. */
const MAX_DIGITS = 18;
/**
 * The maximum number of digits of a quantity, and the maximum exponent. Computing with larger numbers would
 * take long.
 */
const LIMIT = 1000;

const DECIMAL: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|[eE]([+-]?\d+)|([numkMGTPE]?))$/;

/**
 * A quantity: the number `unscaled` times ten to the power of `power`. Kubernetes stores short quantities as
 * a 64-bit integer with a scale, and other quantities as a big decimal. The results of `isInteger`,
 * `asInteger` and `asApproximateFloat` depend on how the quantity is stored.
 */
class Quantity extends Opaque {
  readonly typeName = "kubernetes.Quantity";

  constructor(
    readonly unscaled: bigint,
    readonly power: number,
    /** Whether Kubernetes stores the quantity as a 64-bit integer. */
    readonly isShort: boolean,
    /** Whether the quantity is the result of an addition or subtraction. */
    readonly computed = false,
  ) {
    super();
  }

  /**
   * Reports whether two quantities are equal. Returns undefined when `other` is not a quantity, and when
   * `other` is the result of an addition or subtraction, because upstream kro cannot compare with a computed
   * quantity.
   */
  override equals(other: Opaque, meter: Meter): boolean | undefined {
    if (!(other instanceof Quantity) || other.computed) return undefined;
    return order(this, other, meter) === 0n;
  }

  /**
   * The quantity as an int; undefined when Kubernetes does not store the quantity as a 64-bit integer, or
   * when the quantity is not a whole number.
   */
  get integer(): bigint | undefined {
    return this.isShort && this.power >= 0 ? scaleUp(this.unscaled, this.power) : undefined;
  }

  /** The quantity as a double, with the same rounding error as in Go, which multiplies by a power of ten. */
  get approximate(): number {
    const base = Number(this.unscaled);
    return this.power === 0 ? base : base * Number(`1e${this.power}`);
  }
}

/** Multiplies by a power of ten. Returns undefined when the product does not fit into 64 bits. */
function scaleUp(value: bigint, power: number): bigint | undefined {
  const scaled = value * 10n ** BigInt(power);
  return BigInt.asIntN(64, scaled) === scaled ? scaled : undefined;
}

function parse(text: string): Quantity | undefined {
  const match = text === "" ? null : QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, sign, integer = "", fraction = "", binary, exponent, suffix = ""] = match;
  const power = exponent === undefined ? DECIMAL.get(suffix) ?? 0 : Number(exponent);
  if (Math.abs(power) > LIMIT || integer.length + fraction.length > LIMIT) return undefined;
  const digits = BigInt(`${integer}${fraction}` || "0");
  const step = binary === undefined ? 0 : BINARY.indexOf(binary) + 1;
  const value = digits * 1024n ** BigInt(step);
  const signed = (amount: bigint) => sign === "-" ? -amount : amount;
  const whole = integer.replace(/^0+/, "").length || 1;
  const isShort = step > 0
    ? fraction === "" && 14 - whole - 3 * step >= 0
    : whole + fraction.length <= MAX_DIGITS && power - fraction.length >= -NANO_DIGITS;
  if (isShort) return new Quantity(signed(value), power - fraction.length, true);
  if (value === 0n) return new Quantity(0n, power - fraction.length, false);
  const nanos = scaled(value, power - fraction.length + NANO_DIGITS);
  const isCapped = step > 0 && nanos > MAX_INT * 10n ** BigInt(NANO_DIGITS);
  return isCapped
    ? new Quantity(signed(MAX_INT), 0, false)
    : new Quantity(signed(nanos), -NANO_DIGITS, false);
}

/** Multiplies by a power of ten, and rounds fractions up. */
function scaled(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power);
  const unit = 10n ** BigInt(-power);
  return (value + unit - 1n) / unit;
}

function quantity(text: string): Value {
  return parse(text) ?? fail("conversion", "quantity(): the text is not a valid quantity");
}

/**
 * Returns `a + sign * b`. The sum has the representation that Kubernetes chooses for it: a 64-bit integer
 * with a scale, or a big decimal.
 */
function sum(a: Quantity, b: Quantity | bigint, sign: bigint, meter: Meter): Value {
  const other = typeof b === "bigint" ? new Quantity(b, 0, true) : b;
  const power = Math.min(a.power, other.power);
  chargeScaling(a, other, meter);
  if (a.isShort && other.isShort) {
    // As in Go, negating the minimum int64 overflows to the same value.
    const added = BigInt.asIntN(64, sign * other.unscaled);
    if (added === 0n) return new Quantity(a.unscaled, a.power, true, true);
    if (a.unscaled === 0n) return new Quantity(added, other.power, true, true);
    const [left, right] = [
      scaleUp(a.unscaled, a.power - power),
      scaleUp(added, other.power - power),
    ];
    const total = left === undefined || right === undefined ? undefined : scaleUp(left + right, 0);
    if (total !== undefined) return new Quantity(total, power, true, true);
  }
  return new Quantity(at(a, power) + sign * at(other, power), power, false, true);
}

/** The cost of scaling a quantity by one power of ten. */
const SCALED = 0.5;

/** Charges for scaling two quantities to a common power of ten. */
function chargeScaling(a: Quantity, b: Quantity, meter: Meter): void {
  meter.charge(Math.abs(a.power - b.power) * SCALED);
}

/**
 * Returns a quantity as a multiple of ten to the power of `unit`: 15 for the quantity 1.5 and the unit -1.
 * The unit must not be greater than the power of the quantity.
 */
function at({ unscaled, power }: Quantity, unit: number): bigint {
  return unscaled * 10n ** BigInt(power - unit);
}

function order(a: Quantity, b: Quantity, meter: Meter): bigint {
  chargeScaling(a, b, meter);
  const power = Math.min(a.power, b.power);
  const [left, right] = [at(a, power), at(b, power)];
  return left < right ? -1n : left > right ? 1n : 0n;
}

const TYPE = "kubernetes.Quantity";

/** The declarations of the quantity library. */
export const QUANTITIES: readonly FunctionDeclaration[] = [
  plain("quantity", "string", TYPE, quantity),
  plain("isQuantity", "string", "bool", (text: string) => parse(text) !== undefined),
  plain(
    "sign",
    TYPE,
    "int",
    (q: Quantity, meter: Meter) => order(q, new Quantity(0n, 0, true), meter),
  ),
  member("isInteger", TYPE, "bool", (q: Quantity) => q.integer !== undefined),
  member(
    "asInteger",
    TYPE,
    "int",
    (q: Quantity) => q.integer ?? fail("conversion", "asInteger(): the quantity is not an integer"),
  ),
  member("asApproximateFloat", TYPE, "double", (q: Quantity) => q.approximate),
  member(
    "add",
    [`${TYPE}, ${TYPE}`, `${TYPE}, int`],
    TYPE,
    (a: Quantity, b: Quantity | bigint, meter: Meter) => sum(a, b, 1n, meter),
  ),
  member(
    "sub",
    [`${TYPE}, ${TYPE}`, `${TYPE}, int`],
    TYPE,
    (a: Quantity, b: Quantity | bigint, meter: Meter) => sum(a, b, -1n, meter),
  ),
  member(
    "isLessThan",
    `${TYPE}, ${TYPE}`,
    "bool",
    (a: Quantity, b: Quantity, meter: Meter) => order(a, b, meter) < 0n,
  ),
  member(
    "isGreaterThan",
    `${TYPE}, ${TYPE}`,
    "bool",
    (a: Quantity, b: Quantity, meter: Meter) => order(a, b, meter) > 0n,
  ),
  member("compareTo", `${TYPE}, ${TYPE}`, "int", order),
];
