/** Steps that look into a value: fields, elements, and whether they are present. */
import { at, optionalAt } from "../library/operators.ts";
import { DataError, fail, noSuchKey } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, Opaque, Optional, type Value } from "../value/values.ts";
import { COST } from "./budget.ts";
import type { Step } from "./frame.ts";

/**
 * Stands for an optional that plain selection found inside a chain of selections. cel-go does not unwrap
 * such an optional for the next selection, so nothing is found in it.
 */
class Buried extends Opaque {
  readonly typeName = "optional_type";

  override equals(): undefined {
    return undefined;
  }
}
const BURIED = new Buried();

/**
 * `operand.field`. `isLink` is true when another selection follows, as in `a.b.c`.
 */
export function selection(operand: Step, field: string, offset: number, isLink: boolean): Step {
  return (frame) => {
    const target = operand(frame);
    frame.at = offset;
    if (target instanceof Optional) {
      return target.value === undefined
        ? target
        : Optional.of(select(target.value, field, frame.budget));
    }
    const value = select(target, field, frame.budget);
    if (value === undefined) return noSuchKey(field);
    return isLink && value instanceof Optional ? BURIED : value;
  };
}

/** `operand.?field` */
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
 * `has(operand.field)`. As an index (`isKey`), cel-go takes `has()` of an optional for an optional, which
 * cannot be an index.
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

/** Whether a container is an absent optional; its index is then not evaluated, even if it would fail. */
function isAbsent(container: Value): container is Optional {
  return container instanceof Optional && container.value === undefined;
}

/**
 * `operand[index]`. `shown` is true when the index is a literal: only then may a failure name it, for
 * other indexes may be data.
 */
export function element(
  operand: Step,
  index: Step,
  shown: boolean,
  offset: number,
  isLink: boolean,
): Step {
  return (frame) => {
    const container = operand(frame);
    if (isAbsent(container)) return container;
    const key = index(frame);
    frame.at = offset;
    frame.budget.charge(COST.call);
    const value = at(container, key, shown, frame.budget);
    const isBuried = isLink && value instanceof Optional && !(container instanceof Optional);
    return isBuried ? BURIED : value;
  };
}

/**
 * `operand[index]` as the index of another value. cel-go takes an element that contradicts its schema for
 * a value, so that indexing with it is an `argument` failure.
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

/** `operand[?index]` */
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

/** The value of a field; undefined when it is absent, as for scalars, which have no fields. */
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
 * `has()` as a branch of `? :`. For an optional, cel-go's result is then the optional that the selection
 * finds, not whether it finds one.
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
