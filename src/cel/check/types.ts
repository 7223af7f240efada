/** Creates CEL types, compares them and writes them as text. */
import type { CelType } from "../types.ts";

/** A type variable: of a function's declaration or an empty literal. It exists only while checking. */
export interface TypeVariable {
  /** Sets variables apart from the kinds of {@link CelType}. */
  readonly kind: "variable";
  /** The declared name, such as `A`, or a name that is unique in the expression. */
  readonly name: string;
}

/** A type while checking: a {@link CelType} that may contain type variables at any depth. */
export type Term =
  | TypeVariable
  | Exclude<CelType, { kind: "list" | "map" | "optional" | "type" }>
  | { kind: "list"; element: Term }
  | { kind: "map"; key: Term; value: Term }
  | { kind: "optional"; value: Term }
  | { kind: "type"; of?: Term };

/** Any value; its type is checked when it is evaluated. */
export const DYN: CelType = { kind: "dyn" };
/** The type bool. */
export const BOOL: CelType = { kind: "bool" };
/** The type int, 64 bits. */
export const INT: CelType = { kind: "int" };
/** The type uint, 64 bits. */
export const UINT: CelType = { kind: "uint" };
/** The type double. */
export const DOUBLE: CelType = { kind: "double" };
/** The type string. */
export const STRING: CelType = { kind: "string" };
/** The type bytes. */
export const BYTES: CelType = { kind: "bytes" };
/** The type of `null`. */
export const NULL: CelType = { kind: "null" };
/** The type google.protobuf.Timestamp. */
export const TIMESTAMP: CelType = { kind: "timestamp" };
/** The type google.protobuf.Duration. */
export const DURATION: CelType = { kind: "duration" };
/** The type of a node whose problem was reported; it is assignable to every type. */
export const ERROR: CelType = { kind: "error" };
/** The type of a status condition, which `runtime.newCondition` returns. */
export const CONDITION: CelType = { kind: "opaque", name: "kro.run.Condition" };
/** The type of `runtime`. */
export const RUNTIME: CelType = { kind: "opaque", name: "kro.run.Runtime" };

/** The type of lists of an element type. */
export function listOf(element: CelType): CelType {
  return { kind: "list", element };
}

/** The type of maps. */
export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: "map", key, value };
}

/** The name of a struct in messages: without the prefix of upstream's type names. */
export function shownName(name: string): string {
  return name.replace(/^__type_/, "");
}

/** The text of a type in cel-go's notation, such as `map(string, int)`. */
export function typeText(type: CelType): string {
  return termText(type);
}

/** The text of a type that may contain type variables. */
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

/** The parameters of a type: elements, keys, values. */
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

/** Whether two types are identical, with their parameters. */
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

/** Whether a type is dyn or the error type, which are assignable to every type. */
export function isDyn(type: Term): boolean {
  return type.kind === "dyn" || type.kind === "error";
}
