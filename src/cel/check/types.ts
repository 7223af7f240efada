/** Making, comparing and printing CEL types. */
import type { CelType } from "../types.ts";

/** A type variable of a function's declaration or of an empty literal, gone when checking is done. */
export interface TypeVariable {
  readonly kind: "variable";
  readonly name: string;
}

/** A type while checking: may hold type variables at any depth. Every {@link CelType} is one. */
export type Term =
  | TypeVariable
  | Exclude<CelType, { kind: "list" | "map" | "optional" | "type" }>
  | { kind: "list"; element: Term }
  | { kind: "map"; key: Term; value: Term }
  | { kind: "optional"; value: Term }
  | { kind: "type"; of?: Term };

/** Anything; checked when evaluated. */
export const DYN: CelType = { kind: "dyn" };
/** bool */
export const BOOL: CelType = { kind: "bool" };
/** int, 64 bits. */
export const INT: CelType = { kind: "int" };
/** uint, 64 bits. */
export const UINT: CelType = { kind: "uint" };
/** double */
export const DOUBLE: CelType = { kind: "double" };
/** string */
export const STRING: CelType = { kind: "string" };
/** bytes */
export const BYTES: CelType = { kind: "bytes" };
/** The type of `null`. */
export const NULL: CelType = { kind: "null" };
/** A point in time. */
export const TIMESTAMP: CelType = { kind: "timestamp" };
/** A span of time. */
export const DURATION: CelType = { kind: "duration" };
/** What has already been reported as faulty. */
export const ERROR: CelType = { kind: "error" };
/** A status condition, as made by `runtime.newCondition`. */
export const CONDITION: CelType = { kind: "opaque", name: "kro.run.Condition" };
/** The type of `runtime`. */
export const RUNTIME: CelType = { kind: "opaque", name: "kro.run.Runtime" };

/** list(element) */
export function listOf(element: CelType): CelType {
  return { kind: "list", element };
}

/** map(key, value) */
export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: "map", key, value };
}

/** How messages name a struct: as its author writes it, without the prefix that upstream's types have. */
export function shownName(name: string): string {
  return name.replace(/^__type_/, "");
}

/** A type in cel-go's notation, such as `map(string, int)`. */
export function typeText(type: CelType): string {
  return termText(type);
}

/** A type that may hold type variables, printed. */
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

/** The types that a type is made of. */
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

/** The same type through and through. */
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

/** dyn, or reported already: fits everywhere. */
export function isDyn(type: Term): boolean {
  return type.kind === "dyn" || type.kind === "error";
}
