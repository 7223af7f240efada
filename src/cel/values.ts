/** Converts JSON to the evaluator's values, and results of the evaluator to JSON. */
import type { Json } from "../api/mod.ts";
import { ConditionValue } from "./library/conditions.ts";
import { asValue } from "./evaluate/program.ts";
import type { CelFailure } from "./failure.ts";
import type { CelType } from "./types.ts";
import { failureOf } from "./value/error.ts";
import { Incoming, nativeValue } from "./value/incoming.ts";
import { UNMETERED } from "./value/meter.ts";
import { absentPaths, jsonOf, type JsonPath } from "./value/outgoing.ts";
import { ListValue } from "./value/values.ts";

/** A result as JSON, or the reason why the result cannot be written as JSON. */
export type Outgoing =
  | {
    ok: true;
    /** The result as JSON; undefined when the result is `omit()`. */
    value: Json | undefined;
    /**
     * The paths at which the value contains null in place of an absent optional; not set when no optional is
     * absent.
     */
    absent?: JsonPath[];
  }
  | { ok: false; failure: CelFailure };

/**
 * A status condition that an expression returned. All fields are empty when `runtime.condition` did not find
 * a condition of the requested type.
 */
export interface ConditionFields {
  /** The type of the condition, such as `Ready`. */
  type: string;
  /** The status of the condition: `True`, `False` or `Unknown`. */
  status: string;
  /** The reason of the condition; may be empty. */
  reason: string;
  /** The message of the condition; may be empty. */
  message: string;
}

/**
 * Wraps JSON as the value of a variable. Each part is converted with the type's schema when an expression
 * reads the part. If a part contradicts the schema, the evaluation fails with code `conversion`. If `json` is
 * undefined, the object does not exist yet: the function returns undefined, and reading the variable fails
 * with code `pending`.
 *
 * @example
 * ```ts
 * import { objectType, toCel } from "./mod.ts";
 *
 * const type = objectType("vpc", { type: "object", properties: { ready: { type: "boolean" } } });
 * const variables = { vpc: toCel({ ready: true }, type) };
 * ```
 *
 * @param json The JSON value, which must not change while the wrapped value is in use.
 */
export function toCel(json: unknown, type: CelType): unknown {
  return json === undefined ? undefined : new Incoming(json as Json | undefined, type);
}

/**
 * Wraps JSON as a value without a schema. Expressions in `readyWhen` see objects in this form: whole numbers
 * are ints, and a string with `format: date-time`, for example, stays a string. Returns undefined for
 * undefined, as {@link toCel} does.
 */
export function rawToCel(json: unknown): unknown {
  return json === undefined ? undefined : nativeValue(json as Json);
}

/**
 * Converts a result to JSON. If the expression returned a list or map of its input unchanged, the result is
 * the same JSON object as in the input, so callers must not change the result. Fails with code `conversion`
 * for values that cannot be written as JSON: types, quantities, NaN and infinity.
 *
 * @param bytes Whether bytes are written as base64, as in fields with `format: byte`. If false, the
 * conversion of bytes fails.
 */
export function fromCel(value: unknown, bytes = false): Outgoing {
  try {
    const known = typeof value === "number" ? value : asValue(value, UNMETERED);
    const count = { absent: 0 };
    const json = jsonOf(known, UNMETERED, bytes, count);
    if (count.absent === 0) return { ok: true, value: json };
    return { ok: true, value: json, absent: absentPaths(known, UNMETERED) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/**
 * Returns the conditions that an expression of `schema.status.conditions` returned, either as a single
 * condition or as a list of conditions. Returns undefined for any other result.
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
