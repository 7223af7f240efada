/** Conversion of JSON to the evaluator's values and back. */
import type { Json } from "../api/mod.ts";
import { ConditionValue } from "./library/conditions.ts";
import { asValue } from "./evaluate/program.ts";
import type { CelFailure } from "./failure.ts";
import type { CelType } from "./types.ts";
import { failureOf } from "./value/error.ts";
import { Incoming, nativeValue } from "./value/incoming.ts";
import { UNMETERED } from "./value/meter.ts";
import { jsonOf } from "./value/outgoing.ts";
import { ListValue } from "./value/values.ts";

/** A result as JSON, or why it has no JSON form. */
export type Outgoing =
  | {
    ok: true;
    /** Undefined when the result is `omit()`. */
    value: Json | undefined;
  }
  | { ok: false; failure: CelFailure };

/**
 * A status condition that an expression returned. All fields are empty when `runtime.condition` found
 * no condition of the type.
 */
export interface ConditionFields {
  /** The condition's type, such as `Ready`. */
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  /** The reason; may be empty. */
  reason: string;
  /** The message; may be empty. */
  message: string;
}

/**
 * Wraps JSON as the value of a variable.
 *
 * Each part is converted by the type's schema when an expression reads it; a part that contradicts the
 * schema fails that evaluation with code `conversion`. Undefined stays undefined: it stands for an
 * object that does not exist yet, and reading it fails with code `pending`.
 *
 * @example
 * ```ts
 * import { objectType, toCel } from "./mod.ts";
 *
 * const type = objectType("vpc", { type: "object", properties: { ready: { type: "boolean" } } });
 * const variables = { vpc: toCel({ ready: true }, type) };
 * ```
 *
 * @param json Must not change while the value is in use.
 */
export function toCel(json: unknown, type: CelType): unknown {
  return json === undefined ? undefined : new Incoming(json as Json | undefined, type);
}

/**
 * Wraps JSON as a value without a schema, as `readyWhen` sees objects: whole numbers are ints, strings
 * stay strings whatever their format. Undefined stays undefined, as in {@link toCel}.
 */
export function rawToCel(json: unknown): unknown {
  return json === undefined ? undefined : nativeValue(json as Json);
}

/**
 * Converts a result to JSON. A list or map that the expression passed through unchanged is the input's
 * own JSON object: callers must not change it.
 *
 * Fails for values without a JSON form (bytes, types, quantities, NaN, infinity) with code `conversion`.
 */
export function fromCel(value: unknown): Outgoing {
  try {
    return {
      ok: true,
      value: jsonOf(typeof value === "number" ? value : asValue(value), UNMETERED),
    };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/**
 * The conditions in the result of an entry of `schema.status.conditions`: one, or those of a list.
 * Undefined when the result is anything else.
 */
export function conditionsOf(value: unknown): ConditionFields[] | undefined {
  const items = value instanceof ListValue ? [...value.values(UNMETERED)] : [value];
  const conditions: ConditionFields[] = [];
  for (const item of items) {
    if (!(item instanceof ConditionValue)) return undefined;
    const { type, status, reason, message } = item;
    conditions.push({ type, status, reason, message });
  }
  return conditions;
}
