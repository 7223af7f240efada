/** Whether the result of an expression fits the field that it is written to, and what to do if not. */
import { type CelType, fits, typeOf, typeText } from "../cel/mod.ts";
import type { Schema } from "../openapi/mod.ts";

/**
 * Why a type does not fit the field with this schema, and how to convert it; undefined if it fits.
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
    // A field of any value, which does not say how bytes are to be written.
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
 * Whether bytes are written as base64: the result's type or the field's has bytes, so that both agree. A
 * result of type dyn that turns out to be bytes fails in every other field.
 */
export function writesBytes(type: CelType, target: Schema | undefined): boolean {
  if (hasBytes(type)) return true;
  const isOpen = ["dyn", "list", "map", "optional", "struct"].includes(type.kind);
  return isOpen && target !== undefined && declaresBytes(target);
}

/** Whether a schema or a part of it has `format: byte`. */
function declaresBytes(root: Schema): boolean {
  // A worklist instead of recursion: it grows while it is iterated. Schemas may contain themselves.
  const schemas = new Set([root]);
  for (const schema of schemas) {
    if (schema.format === "byte") return true;
    const { items, additionalProperties: values, properties = {} } = schema;
    if (items) schemas.add(items);
    if (typeof values === "object") schemas.add(values);
    for (const property of Object.values(properties)) schemas.add(property);
  }
  return false;
}

/** Whether bytes are part of a type, except within the fields of a struct. */
export function hasBytes(type: CelType): boolean {
  switch (type.kind) {
    case "bytes":
      return true;
    case "list":
      return hasBytes(type.element);
    case "map":
    case "optional":
      return hasBytes(type.value);
    default:
      return false;
  }
}

function unwrapped(type: CelType): CelType {
  return type.kind === "optional" ? type.value : type;
}

/** How values of the libraries of Kubernetes become values of JSON, by type. */
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

/** The part of a type that has no form in JSON; undefined when every part has one. */
function unwritable(type: CelType): CelType | undefined {
  switch (type.kind) {
    case "opaque":
    case "type":
      return type;
    case "list":
      return unwritable(type.element);
    case "map":
    case "optional":
      return unwritable(type.value);
    default:
      return undefined;
  }
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
  if (from.kind === "bytes" && target.kind === "string") return FROM_BYTES;
  if (from.kind !== "string" || target.kind !== "bytes") return undefined;
  return functions.has("base64.encode")
    ? "bytes are written as base64: remove base64.encode(..)"
    : "convert with bytes(..); in a Secret, stringData takes strings";
}

const SCALARS = ["bool", "double", "int", "string", "uint"];

/** A hint with the function that converts every value of one scalar type to another, if there is one. */
function conversion(found: string, expected: string): string | undefined {
  const converts = SCALARS.includes(found) && ["double", "int", "string"].includes(expected);
  return converts && found !== "bool" || expected === "string" && found === "bool"
    ? `convert with ${expected}(..)`
    : undefined;
}
