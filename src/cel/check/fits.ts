/** Checks whether the result of an expression may be written into a field of a Kubernetes object. */
import type { Schema } from "../../openapi/mod.ts";
import type { CelType } from "../types.ts";
import { declaredFields, declaredType, fieldsOf, keepsUnknown } from "./schema.ts";
import { DYN, typeText } from "./types.ts";
import { Bindings } from "./unify.ts";

/**
 * The result of {@link fits}. If the type does not fit, the result names the type of the field and the type
 * of the expression.
 */
export type FitResult =
  | { ok: true }
  | {
    ok: false;
    /** The name of the field's type. */
    expected: string;
    /** The name of the type of the expression's result. */
    found: string;
    /** Which part of the value does not fit, and why; absent when the value as a whole has the wrong type. */
    reason?: string;
  };

/**
 * Checks whether a value of this CEL type may be written into a field with this schema. If the schema is
 * unknown or has no type, the field accepts every value. The rules are those of upstream kro's static
 * analysis:
 *
 * - A struct may lack fields that the schema declares, but must not have additional fields.
 * - An optional fits if its value fits.
 * - A value of type dyn always fits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fits, INT, STRING } from "../mod.ts";
 *
 * assert.deepEqual(fits(STRING, { type: "string" }), { ok: true });
 * const fit = fits(INT, { type: "string" });
 * assert.deepEqual(fit, { ok: false, expected: "string", found: "int" });
 * ```
 */
export function fits(result: CelType, target: Schema | undefined): FitResult {
  return fitsType(result, (target && declaredType(target, "object")) ?? DYN);
}

/**
 * Checks whether a value of one type may be used where a value of another type is expected. The rules are
 * those of {@link fits}.
 */
export function fitsType(result: CelType, target: CelType): FitResult {
  if (new Bindings().assign([result], [target])) return { ok: true };
  const reason = compare(result, target);
  if (reason === undefined) return { ok: true };
  return {
    ok: false,
    expected: typeText(target),
    found: typeText(result),
    ...(reason === mismatch(result, target) ? {} : { reason }),
  };
}

/** Returns the reason why the type `result` does not fit the type `target`; undefined when it fits. */
function compare(result: CelType, target: CelType): string | undefined {
  if (result.kind === "dyn" || target.kind === "dyn") return undefined;
  if (result.kind === "optional") return compare(result.value, target);
  switch (target.kind) {
    case "struct":
      if (result.kind === "map") return mapToStruct(result, target);
      return result.kind === "struct" ? structToStruct(result, target) : undefined;
    case "map":
      if (result.kind === "struct") return structToMap(result, target);
      // A value of a type such as `kubernetes.Quantity` is accepted for a field that expects a map, as in
      // upstream kro. Writing such a value fails at run time.
      if (result.kind === "opaque" && result.name.startsWith("kubernetes.")) return undefined;
      if (result.kind !== "map") return mismatch(result, target);
      return compare(result.key, target.key) ?? compare(result.value, target.value);
    case "list": {
      const first = firstParameter(result);
      if (first === undefined) return mismatch(result, target);
      return within("its elements", compare(first, target.element));
    }
    default:
      return result.kind === target.kind ? undefined : mismatch(result, target);
  }
}

type Of<K extends CelType["kind"]> = Extract<CelType, { kind: K }>;

function firstParameter(type: CelType): CelType | undefined {
  switch (type.kind) {
    case "list":
      return type.element;
    case "map":
      return type.key;
    case "type":
      return type.of;
    default:
      return undefined;
  }
}

function mapToStruct(result: Of<"map">, target: Of<"struct">): string | undefined {
  if (declaredCount(target.schema) === 0) return undefined;
  if (result.key.kind !== "string") return "the keys must be strings";
  for (const [name, type] of fieldsOf(target)) {
    const reason = compare(result.value, type);
    if (reason !== undefined) return within(`the field "${name}"`, reason);
  }
  return undefined;
}

function structToMap(result: Of<"struct">, target: Of<"map">): string | undefined {
  for (const [name, type] of fieldsOf(result)) {
    const reason = compare(type, target.value);
    if (reason !== undefined) return within(`the field "${name}"`, reason);
  }
  return undefined;
}

/**
 * Checks whether a struct fits into another struct: `result` may lack fields of `target`, but must not have
 * additional fields. Returns the reason if it does not fit.
 */
function structToStruct(result: Of<"struct">, target: Of<"struct">): string | undefined {
  if (result.schema === target.schema || keepsUnknown(target.schema)) return undefined;
  const known = new Map(fieldsOf(target));
  for (const [name, type] of fieldsOf(result)) {
    const counterpart = known.get(name);
    if (counterpart === undefined) return `the field "${name}" is not known there`;
    const reason = compare(type, counterpart);
    if (reason !== undefined) return within(`the field "${name}"`, reason);
  }
  return undefined;
}

function declaredCount(schema: Schema): number {
  return Object.keys(declaredFields(schema)).length;
}

function mismatch(result: CelType, target: CelType): string {
  return `expected ${typeText(target)}, found ${typeText(result)}`;
}

function within(part: string, reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `${part}: ${reason}`;
}
