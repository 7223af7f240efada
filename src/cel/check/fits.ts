/** Checks whether the result of an expression may be written into a field. */
import type { Schema } from "../../openapi/mod.ts";
import type { CelType } from "../types.ts";
import { declaredFields, declaredType, fieldsOf, keepsUnknown } from "./schema.ts";
import { DYN, typeText } from "./types.ts";
import { Bindings } from "./unify.ts";

/** The result of {@link fits}: on a mismatch, with both types as text. */
export type FitResult =
  | { ok: true }
  | {
    ok: false;
    /** The field's type. */
    expected: string;
    /** The result's type. */
    found: string;
    /** The part that does not fit, when it is not the whole value. */
    reason?: string;
  };

/**
 * Whether a value of this type may be written into a field of this schema. A field whose schema is unknown
 * or gives no type accepts every value.
 *
 * The rules are those of upstream's static analysis: a struct may lack fields of the target but have no
 * others, optionals count as their value, and dyn fits everywhere.
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

/** Whether a value of one type may be used where another is expected; see {@link fits}. */
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

/** The reason why a type does not fit; undefined when it does. */
function compare(result: CelType, target: CelType): string | undefined {
  if (result.kind === "dyn" || target.kind === "dyn") return undefined;
  if (result.kind === "optional") return compare(result.value, target);
  switch (target.kind) {
    case "struct":
      if (result.kind === "map") return mapToStruct(result, target);
      return result.kind === "struct" ? structToStruct(result, target) : undefined;
    case "map":
      if (result.kind === "struct") return structToMap(result, target);
      // As upstream, values of Kubernetes' libraries pass as maps; writing them fails at run time.
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

/** The result may lack fields of the target, but must have no others. */
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
