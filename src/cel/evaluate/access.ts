/** Compiles the access to parts of a value: reading a field, reading an element, and testing for presence. */
import { at, optionalAt } from "../library/operators.ts";
import { DataError, fail, noSuchKey } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, Opaque, Optional, type Value } from "../value/values.ts";
import { COST } from "./budget.ts";
import type { Step } from "./frame.ts";

/**
 * A placeholder without fields, which replaces an optional in the middle of a chain of selections. As in
 * cel-go, such an optional is not unwrapped: if the value of `a.b` in `a.b.c` is an optional, the selection
 * `.c` finds no field.
 */
class Buried extends Opaque {
  readonly typeName = "optional_type";

  override equals(): undefined {
    return undefined;
  }
}
const BURIED = new Buried();

/**
 * Compiles `operand.field`.
 *
 * @param isLink Whether another selection or an index follows, as after `a.b` in `a.b.c` or `a.b[0]`.
 * @param path The selection as a string, if it consists of names and literal indexes only.
 */
export function selection(
  operand: Step,
  field: string,
  offset: number,
  isLink: boolean,
  path: string | undefined,
): Step {
  return (frame) => {
    const target = operand(frame);
    frame.at = offset;
    if (target instanceof Optional) {
      return target.value === undefined
        ? target
        : Optional.of(select(target.value, field, frame.budget));
    }
    const value = select(target, field, frame.budget);
    if (value === undefined) return noSuchKey(field, path);
    return isLink && value instanceof Optional ? BURIED : value;
  };
}

/** Compiles `operand.?field`. */
export function optionalSelection(operand: Step, field: string, offset: number): Step {
  return (frame) => {
    const target = operand(frame);
    frame.at = offset;
    return target instanceof Optional && target.value === undefined
      ? target
      : Optional.of(select(unwrap(target), field, frame.budget));
  };
}

/**
 * Compiles `has(operand.field)`.
 *
 * @param isKey Whether the expression is used as an index. In cel-go, `has()` of a field of an optional
 * returns an optional. An optional cannot be an index, so the evaluation fails.
 */
export function presence(operand: Step, field: string, offset: number, isKey = false): Step {
  return (frame) => {
    const value = operand(frame);
    frame.at = offset;
    if (isKey && value instanceof Optional) fail("argument", "unsupported index type");
    return isPresent(unwrap(value), field, frame.budget);
  };
}

function isPresent(target: Value | undefined, field: string, meter: Meter): boolean {
  return isMap(target) ? target.has(field, meter) : select(target, field, meter) !== undefined;
}

/**
 * Reports whether a value is an absent optional. If `a` in `a[b]` is an absent optional, `b` is not
 * evaluated, so a failure of `b` has no effect.
 */
function isAbsent(container: Value): container is Optional {
  return container instanceof Optional && container.value === undefined;
}

/**
 * Compiles `operand[index]`.
 *
 * @param shown Whether a failure message may contain the index. The value is true only for a literal index,
 * because other indexes may contain user data.
 * @param path The expression as a string, if it consists of names and literal indexes only.
 */
export function element(
  operand: Step,
  index: Step,
  shown: boolean,
  offset: number,
  isLink: boolean,
  path: string | undefined,
): Step {
  return (frame) => {
    const container = operand(frame);
    if (isAbsent(container)) return container;
    const key = index(frame);
    frame.at = offset;
    frame.budget.charge(COST.call);
    const value = at(container, key, shown, frame.budget, path);
    const isBuried = isLink && value instanceof Optional && !(container instanceof Optional);
    return isBuried ? BURIED : value;
  };
}

/**
 * Compiles an `operand[index]` that is used as an index, as `b[0]` in `a[b[0]]`. If the element `b[0]`
 * contradicts its schema, the evaluation fails with code `argument` instead of `conversion`, because cel-go
 * reports an invalid index in this case.
 */
export function elementAsKey(operand: Step, index: Step, offset: number): Step {
  return (frame) => {
    const container = operand(frame);
    if (isAbsent(container)) return container;
    const key = index(frame);
    frame.at = offset;
    try {
      return at(container, key, false, frame.budget);
    } catch (error) {
      const isElement = container instanceof ListValue && container.isTyped;
      if (isElement && error instanceof DataError) fail("argument", error.message);
      throw error;
    }
  };
}

/** Compiles `operand[?index]`. */
export function optionalElement(operand: Step, index: Step, offset: number): Step {
  return (frame) => {
    const container = operand(frame);
    if (isAbsent(container)) return container;
    const key = index(frame);
    frame.at = offset;
    frame.budget.charge(COST.call);
    return optionalAt(container, key, frame.budget);
  };
}

/**
 * Returns the value of a field; undefined when the field is absent, or when the value has no fields, as a
 * number. Throws a CelError for a list.
 */
function select(target: Value | undefined, field: string, meter: Meter): Value | undefined {
  if (isMap(target)) return target.find(field, meter);
  if (target instanceof ListValue) return fail("overload", "a list has no fields");
  if (target instanceof Opaque) return target.field(field);
  return undefined;
}

function unwrap(value: Value): Value | undefined {
  return value instanceof Optional ? value.value : value;
}

/**
 * Compiles a `has()` that is a branch of a conditional, as in `a ? has(b.c) : d`. As in cel-go, if the
 * operand `b` is an optional, the result is not a bool but an optional with the field `c`.
 */
export function presenceAsBranch(operand: Step, field: string, offset: number): Step {
  return (frame) => {
    const value = operand(frame);
    frame.at = offset;
    return value instanceof Optional
      ? Optional.of(select(value.value, field, frame.budget))
      : isPresent(value, field, frame.budget);
  };
}
