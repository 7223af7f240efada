/** Kubernetes quantities: `100m`, `1.5Gi`, `1e3`. */
import { fail } from "../value/error.ts";
import { Opaque, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

const NANO = 10n ** 9n;
const MAX_INT = 2n ** 63n - 1n;
/** Digits of a number that Kubernetes keeps as an integer with a scale. */
const MAX_DIGITS = 18;

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

/** An amount in billionths, the finest that Kubernetes keeps. */
class Quantity extends Opaque {
  readonly typeName = "kubernetes.Quantity";

  constructor(
    readonly nanos: bigint,
    /** Written without a fraction, in whole units: only such amounts count as integers. */
    readonly whole: boolean,
    /** A sum or a difference. */
    readonly computed = false,
  ) {
    super();
  }

  /** Upstream compares with quantities that were read, not with computed ones. */
  override equals(other: Opaque): boolean | undefined {
    return other instanceof Quantity && !other.computed ? other.nanos === this.nanos : undefined;
  }

  /** The amount as an int; undefined when it is not one. */
  get integer(): bigint | undefined {
    const value = this.nanos / NANO;
    const fits = value <= MAX_INT && value >= -MAX_INT - 1n;
    return this.whole && fits ? value : undefined;
  }
}

function parse(text: string): Quantity | undefined {
  const match = text === "" ? null : QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, sign, integer = "", fraction = "", binary, exponent, suffix = ""] = match;
  const digits = BigInt(`${integer}${fraction}` || "0");
  const power = exponent === undefined ? DECIMAL.get(suffix) ?? 0 : Number(exponent);
  // Nothing that a quantity can hold needs a greater exponent.
  if (Math.abs(power) > 1000) return undefined;
  const factor = binary === undefined ? 1n : 1024n ** BigInt(BINARY.indexOf(binary) + 1);
  const nanos = scaled(digits * factor, power - fraction.length + 9);
  const isShort = integer.replace(/^0+/, "").length + fraction.length <= MAX_DIGITS;
  const whole = isShort && power >= fraction.length && (binary === undefined || fraction === "");
  return new Quantity(sign === "-" ? -nanos : nanos, whole);
}

/** Finer amounts are rounded away from zero. */
function scaled(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power);
  const unit = 10n ** BigInt(-power);
  return (value + unit - 1n) / unit;
}

function quantity(text: string): Value {
  return parse(text) ?? fail("conversion", "quantity(): the text is no quantity");
}

function sum(a: Quantity, b: Quantity | bigint, sign: bigint): Value {
  // Upstream negates an int within its 64 bits, where the least one stays what it is.
  const int = typeof b === "bigint" ? BigInt.asIntN(64, sign * b) * sign : 0n;
  const other = typeof b === "bigint" ? new Quantity(int * NANO, true) : b;
  return new Quantity(a.nanos + sign * other.nanos, a.whole && other.whole, true);
}

function order(a: Quantity, b: Quantity): bigint {
  return a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;
}

const TYPE = "kubernetes.Quantity";

/** The quantity library. */
export const QUANTITIES: readonly FunctionDeclaration[] = [
  plain("quantity", "string", TYPE, quantity),
  plain("isQuantity", "string", "bool", (text: string) => parse(text) !== undefined),
  plain("sign", TYPE, "int", (q: Quantity) => order(q, new Quantity(0n, true))),
  member("isInteger", TYPE, "bool", (q: Quantity) => q.integer !== undefined),
  member(
    "asInteger",
    TYPE,
    "int",
    (q: Quantity) => q.integer ?? fail("conversion", "asInteger(): the quantity is no integer"),
  ),
  member("asApproximateFloat", TYPE, "double", (q: Quantity) => Number(q.nanos) / 1e9),
  member(
    "add",
    [`${TYPE}, ${TYPE}`, `${TYPE}, int`],
    TYPE,
    (a: Quantity, b: Quantity | bigint) => sum(a, b, 1n),
  ),
  member(
    "sub",
    [`${TYPE}, ${TYPE}`, `${TYPE}, int`],
    TYPE,
    (a: Quantity, b: Quantity | bigint) => sum(a, b, -1n),
  ),
  member("isLessThan", `${TYPE}, ${TYPE}`, "bool", (a: Quantity, b: Quantity) => order(a, b) < 0n),
  member(
    "isGreaterThan",
    `${TYPE}, ${TYPE}`,
    "bool",
    (a: Quantity, b: Quantity) => order(a, b) > 0n,
  ),
  member("compareTo", `${TYPE}, ${TYPE}`, "int", order),
];
