/** Steps that look into a value: fields, elements, and whether they are present. */
import { at, optionalAt } from "../library/operators.ts";
import { DataError, fail, noSuchKey } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, Opaque, Optional, type Value } from "../value/values.ts";
import { COST } from "./budget.ts";
import type { Step } from "./frame.ts";

/** An optional that a plain look-up finds. The next one in the chain looks for nothing in it, not even inside. */
class Buried extends Opaque {
  readonly typeName = "optional_type";

  override equals(): undefined {
    return undefined;
  }
}
const BURIED = new Buried();

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

export function optionalSelection(operand: Step, field: string, offset: number): Step {
  return (frame) => {
    const target = operand(frame);
    frame.at = offset;
    return target instanceof Optional && target.value === undefined
      ? target
      : Optional.of(select(unwrap(target), field, frame.budget));
  };
}

/** As a key, a look into an optional is itself an optional to upstream, which nothing is indexed by. */
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

/** Nothing is looked up in what is absent: an index that fails is not even computed. */
function isAbsent(container: Value): container is Optional {
  return container instanceof Optional && container.value === undefined;
}

/** The index is named in a failure only when the expression itself holds it. */
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

/** An element that contradicts its schema is a value to upstream, which nothing is indexed by. */
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

/** The value of a field; undefined when it is absent. Scalars have no fields either. */
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
 * `has()` as a branch of `? :`, where upstream takes the look-up itself for the result: what is found
 * in an optional, instead of whether it is found.
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
