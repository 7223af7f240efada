/** Checks whether the result of an expression fits the field that it is written to. */
import { type CelType, fits, typeOf, typeText } from "../cel/mod.ts";
import { type Schema, schemasWithin } from "../openapi/mod.ts";

/**
 * Returns the reason why a value of the type does not fit a field with this schema, with a hint on how to
 * convert the value. Returns undefined when the value fits.
 *
 * @param functions The functions that the expression calls, for the hint.
 */
export function misfit(
  type: CelType,
  target: Schema | undefined,
  functions: ReadonlyMap<string, number>,
): { message: string; hint?: string } | undefined {
  const fit = fits(type, target);
  if (fit.ok) {
    const part = unwritable(type);
    if (part) {
      const message = `yields ${typeText(part)}, which cannot be written to a field`;
      return { message, hint: part.kind === "opaque" ? PARTS.get(part.name) : undefined };
    }
    // A schema that accepts any value does not say whether bytes are written as base64, so bytes do not
    // fit.
    if (unwrapped(type).kind !== "bytes" || hasBytes(typeOf(target))) return undefined;
    return { message: "yields bytes, but the field has no format: byte", hint: FROM_BYTES };
  }
  const isWhole = !fit.reason || fit.reason === `expected ${fit.expected}, found ${fit.found}`;
  const reason = isWhole ? "" : `: ${fit.reason}`;
  return {
    message: `yields ${fit.found}, but the field takes ${fit.expected}${reason}`,
    hint: bytesHint(type, typeOf(target), functions) ?? conversion(fit.found, fit.expected),
  };
}

/**
 * Returns whether bytes in the result of an expression are written as base64. This is the case if the type of
 * the result contains bytes. It is also the case if the type may contain bytes, such as `dyn`, and the schema
 * of the field has the format `byte`. In all other cases, bytes in the result are an evaluation error.
 */
export function writesBytes(type: CelType, target: Schema | undefined): boolean {
  if (hasBytes(type)) return true;
  const isOpen = ["dyn", "list", "map", "optional", "struct"].includes(type.kind);
  return isOpen && target !== undefined &&
    schemasWithin(target).some(({ format }) => format === "byte");
}

/** Reports whether a value of the type may contain bytes. The fields of a struct are not searched. */
export function hasBytes(type: CelType): boolean {
  return innermost(type).kind === "bytes";
}

/**
 * Returns the type of the elements or values of a list, map or optional, through all levels of nesting. Any
 * other type is returned unchanged.
 */
function innermost(type: CelType): CelType {
  switch (type.kind) {
    case "list":
      return innermost(type.element);
    case "map":
    case "optional":
      return innermost(type.value);
    default:
      return type;
  }
}

function unwrapped(type: CelType): CelType {
  return type.kind === "optional" ? type.value : type;
}

/**
 * Hints on how to convert a value whose type comes from a CEL library of Kubernetes to a JSON value. The keys
 * are the names of the types.
 */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["net.IP", "convert with string(..)"],
  ["net.CIDR", "convert with string(..)"],
  [
    "kubernetes.Quantity",
    "write the string that it is made from, or a number such as .asInteger()",
  ],
  ["kubernetes.URL", "write the string that it is made from, or a part such as .getHost()"],
  ["kubernetes.Semver", "write the string that it is made from, or a part such as .major()"],
]);

/** Returns the part of a type that cannot be written as JSON; undefined when every part can be written. */
function unwritable(type: CelType): CelType | undefined {
  const part = innermost(type);
  return part.kind === "opaque" || part.kind === "type" ? part : undefined;
}

const FROM_BYTES = "convert with string(..), or encode with base64.encode(..)";

function bytesHint(
  type: CelType,
  target: CelType,
  functions: ReadonlyMap<string, number>,
): string | undefined {
  const from = unwrapped(type);
  if (from.kind === "map" && target.kind === "map") {
    const [given, wanted] = [from.value.kind, target.value.kind];
    const convert = given === "bytes" && wanted === "string" ? "string" : "bytes";
    const isConvertible = convert === "string" || (given === "string" && wanted === "bytes");
    return isConvertible
      ? `convert the values with .transformMap(key, value, ${convert}(value))`
      : undefined;
  }
  if (from.kind === "list" && target.kind === "list") {
    const isConvertible = from.element.kind === "bytes" && target.element.kind === "string";
    return isConvertible ? "convert the elements with .map(value, string(value))" : undefined;
  }
  if (from.kind === "bytes" && target.kind === "string") return FROM_BYTES;
  if (from.kind !== "string" || target.kind !== "bytes") return undefined;
  return functions.has("base64.encode")
    ? "bytes are written as base64: remove base64.encode(..)"
    : "convert with bytes(..); in a Secret, stringData takes strings";
}

const SCALARS = ["bool", "double", "int", "string", "uint"];

/**
 * Returns a hint that names the function which converts the scalar type `found` to `expected`, such as
 * `int(..)`. Returns undefined when kro does not have such a function.
 */
function conversion(found: string, expected: string): string | undefined {
  const converts = SCALARS.includes(found) && ["double", "int", "string"].includes(expected);
  return converts && found !== "bool" || expected === "string" && found === "bool"
    ? `convert with ${expected}(..)`
    : undefined;
}
