/** Creates, compares and formats CEL types. */
import type { CelType } from "../types.ts";

/**
 * A type variable, which stands for a type that is not known yet, such as the element type of an empty list.
 * Type variables exist only while an expression is checked.
 */
export interface TypeVariable {
  /** The tag that distinguishes a type variable from a {@link CelType}. */
  readonly kind: "variable";
  /**
   * The declared name of a type parameter, such as `A`, or a generated name that is unique in the
   * expression.
   */
  readonly name: string;
}

/** A type during type checking: a {@link CelType} that may contain type variables at any depth. */
export type Term =
  | TypeVariable
  | Exclude<CelType, { kind: "list" | "map" | "optional" | "type" }>
  | { kind: "list"; element: Term }
  | { kind: "map"; key: Term; value: Term }
  | { kind: "optional"; value: Term }
  | { kind: "type"; of?: Term };

/** The type dyn, which stands for any value. Values of this type are checked at run time. */
export const DYN: CelType = { kind: "dyn" };
/** The CEL type bool. */
export const BOOL: CelType = { kind: "bool" };
/** The CEL type int, a signed 64-bit integer. */
export const INT: CelType = { kind: "int" };
/** The CEL type uint, an unsigned 64-bit integer. */
export const UINT: CelType = { kind: "uint" };
/** The CEL type double. */
export const DOUBLE: CelType = { kind: "double" };
/** The CEL type string. */
export const STRING: CelType = { kind: "string" };
/** The CEL type bytes. */
export const BYTES: CelType = { kind: "bytes" };
/** The type of the CEL value `null`. */
export const NULL: CelType = { kind: "null" };
/** The CEL type google.protobuf.Timestamp. */
export const TIMESTAMP: CelType = { kind: "timestamp" };
/** The CEL type google.protobuf.Duration. */
export const DURATION: CelType = { kind: "duration" };
/**
 * The type of an expression with a reported problem. This type is assignable to every type, so the checker
 * reports no further problems because of it.
 */
export const ERROR: CelType = { kind: "error" };
/** The type of a status condition, which the function `runtime.newCondition` returns. */
export const CONDITION: CelType = { kind: "opaque", name: "kro.run.Condition" };
/** The type of the variable `runtime`. */
export const RUNTIME: CelType = { kind: "opaque", name: "kro.run.Runtime" };

/** Returns the type of lists with this element type. */
export function listOf(element: CelType): CelType {
  return { kind: "list", element };
}

/** Returns the type of maps with these types of keys and values. */
export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: "map", key, value };
}

/**
 * Returns the name of a struct for messages, without the prefix that upstream kro gives to names of types.
 */
export function shownName(name: string): string {
  return name.replace(/^__type_/, "");
}

/** Formats a type in cel-go's notation, such as `map(string, int)`. */
export function typeText(type: CelType): string {
  return termText(type);
}

/** Formats a type that may contain type variables, in cel-go's notation. */
export function termText(type: Term): string {
  switch (type.kind) {
    case "timestamp":
      return "google.protobuf.Timestamp";
    case "duration":
      return "google.protobuf.Duration";
    case "list":
      return `list(${termText(type.element)})`;
    case "map":
      return `map(${termText(type.key)}, ${termText(type.value)})`;
    case "optional":
      return `optional_type(${termText(type.value)})`;
    case "type":
      return type.of === undefined ? "type" : `type(${termText(type.of)})`;
    case "struct":
    case "opaque":
    case "variable":
      return type.name;
    case "null":
      return "null_type";
    case "error":
      return "*error*";
    default:
      return type.kind;
  }
}

/**
 * Returns the type parameters of a type, such as the element type of a list, or the key type and value type
 * of a map.
 */
export function parameters(type: Term): readonly Term[] {
  switch (type.kind) {
    case "list":
      return [type.element];
    case "map":
      return [type.key, type.value];
    case "optional":
      return [type.value];
    case "type":
      return type.of === undefined ? [] : [type.of];
    default:
      return [];
  }
}

/** Reports whether two types are identical, including their type parameters. */
export function sameType(a: Term, b: Term): boolean {
  if (a.kind !== b.kind) return false;
  if ("name" in a && "name" in b && a.name !== b.name) return false;
  const left = parameters(a);
  const right = parameters(b);
  return left.length === right.length &&
    left.every((type, index) => {
      const other = right[index];
      return other !== undefined && sameType(type, other);
    });
}

/** Reports whether a type is dyn or the error type. Both are assignable to every type. */
export function isDyn(type: Term): boolean {
  return type.kind === "dyn" || type.kind === "error";
}
