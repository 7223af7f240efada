/** Kubernetes' library of semantic versions (semver.org 2.0.0). */
import { compareText } from "../value/compare.ts";
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { Opaque, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const MAX_PART = 2n ** 64n - 1n;
const MAX_DIGITS = String(MAX_PART).length;
const TYPE = "kubernetes.Semver";

/** A semantic version. The build metadata of the version is dropped. */
class Semver extends Opaque {
  readonly typeName = TYPE;
  override readonly isHashable = false;

  constructor(
    readonly major: bigint,
    readonly minor: bigint,
    readonly patch: bigint,
    readonly prerelease: readonly string[],
    private readonly size: number,
  ) {
    super();
  }

  /** The number of characters of the prerelease. */
  override get characters(): number {
    return this.size;
  }

  /** Reports whether two versions have the same precedence. */
  override equals(other: Opaque, meter: Meter): boolean {
    return other instanceof Semver && order(this, other, meter) === 0n;
  }
}

function parse(text: string): Semver | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", suffix] = match;
  if (Math.max(major.length, minor.length, patch.length) > MAX_DIGITS) return undefined;
  const prerelease = suffix === undefined ? [] : suffix.split(".");
  if (prerelease.some((part) => /^0\d+$/.test(part))) return undefined;
  const parts = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  if (parts.some((part) => part > MAX_PART)) return undefined;
  return new Semver(...parts, prerelease, suffix?.length ?? 0);
}

function semver(text: string): Value {
  return parse(text) ?? fail("conversion", "semver(): the text is not a valid semantic version");
}

function order(a: Semver, b: Semver, meter: Meter): bigint {
  for (const part of ["major", "minor", "patch"] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1n : 1n;
  }
  return BigInt(Math.sign(orderPrereleases(a.prerelease, b.prerelease, meter)));
}

/** The cost of comparing two parts of prereleases, without their characters. */
const PART = 30;
/** The cost of comparing one character of two parts of prereleases. */
const PART_CHARACTER = 0.5;

/** Compares two prereleases. A version without a prerelease comes last: `1.0.0` comes after `1.0.0-rc.1`. */
function orderPrereleases(a: readonly string[], b: readonly string[], meter: Meter): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    meter.charge(PART + Math.max(part.length, other.length) * PART_CHARACTER);
    const difference = orderParts(part, other);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Compares two parts of prereleases. Numbers are compared by their values and come before words. */
function orderParts(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return a.length - b.length || compareText(a, b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return compareText(a, b);
}

/** The declarations of the library of semantic versions. */
export const SEMVER: readonly FunctionDeclaration[] = [
  plain("semver", "string", TYPE, semver),
  plain("isSemver", "string", "bool", (text: string) => parse(text) !== undefined),
  member("major", TYPE, "int", (version: Semver) => BigInt.asIntN(64, version.major)),
  member("minor", TYPE, "int", (version: Semver) => BigInt.asIntN(64, version.minor)),
  member("patch", TYPE, "int", (version: Semver) => BigInt.asIntN(64, version.patch)),
  member(
    "isLessThan",
    `${TYPE}, ${TYPE}`,
    "bool",
    (a: Semver, b: Semver, meter: Meter) => order(a, b, meter) < 0n,
  ),
  member(
    "isGreaterThan",
    `${TYPE}, ${TYPE}`,
    "bool",
    (a: Semver, b: Semver, meter: Meter) => order(a, b, meter) > 0n,
  ),
  member("compareTo", `${TYPE}, ${TYPE}`, "int", order),
];
