/** Values at the room's door: JSON in, JSON out. */
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

/** JSON of a result, or why it cannot be written. */
export type Outgoing =
  | {
    ok: true;
    /** Undefined when the expression says `omit()`. */
    value: Json | undefined;
  }
  | { ok: false; failure: CelFailure };

/** A status condition as an expression made it; all empty when it looked for one that is not there. */
export interface ConditionFields {
  /** Of the condition. */
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  /** Of the condition, or empty. */
  reason: string;
  /** Of the condition, or empty. */
  message: string;
}

/**
 * A value for a variable of this type. Parts of it are converted only when they are read. Undefined
 * stays undefined: an object that is not there yet, so that reading it is pending.
 */
export function toCel(json: unknown, type: CelType): unknown {
  return json === undefined ? undefined : new Incoming(json as Json | undefined, type);
}

/** A value without schema, as `readyWhen` sees objects: whole numbers are ints, text is text. */
export function rawToCel(json: unknown): unknown {
  return json === undefined ? undefined : nativeValue(json as Json);
}

/** JSON of a result. Objects that were not touched are the very JSON that came in: do not change it. */
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

/** The conditions in a result of an entry of `status.conditions`; undefined when it is none. */
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
