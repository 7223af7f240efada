/** Compiles the macros that iterate over a list or map. */
import type { LoopMacro, Node } from "../syntax/ast.ts";
import { sortByKeys } from "../library/lists.ts";
import { attempt, type CelError, fail, noOverload, read } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, type Value } from "../value/values.ts";
import { COST, failureCost } from "./budget.ts";
import { type Compiler, local, type Locals } from "./compile.ts";
import type { Frame, Step } from "./frame.ts";

/** One run of a loop, with the operations from which the macros compute their results. */
interface Run {
  /** Whether the loop iterates over a list instead of a map. */
  readonly isList: boolean;
  /** Whether the macro has a condition that may skip elements. */
  readonly hasCondition: boolean;
  /**
   * For each element, sets the variables of the macro and then calls `visit`. Stops when `visit` returns
   * false.
   */
  each(visit: (key: Value, item: Value | CelError) => boolean): void;
  /** Evaluates the condition for the current element; returns true when the macro has no condition. */
  accepts(): boolean;
  /** Evaluates the body of the macro for the current element. */
  make(): Value;
  /** Charges for a failure after which the loop continues, and returns the failure. */
  failed(error: unknown): CelError;
  /** The meter that charges for the work of the macro itself. */
  readonly meter: Meter;
}

/** Compiles a macro that iterates over a list or map. */
export function compileLoop(compiler: Compiler, expr: Node<"loop">, locals: Locals): Step {
  const range = compiler.compile(expr.range, locals);
  const slots = expr.variables.map(() => compiler.slot());
  const inside = new Map(locals);
  expr.variables.forEach((variable, index) => inside.set(variable, local(slots[index] ?? 0)));
  return looped({
    range,
    slots,
    condition: expr.condition && compiler.compile(expr.condition, inside),
    body: expr.body && compiler.compile(expr.body, inside),
    finish: FINISH[expr.macro],
    step: COST.step + (expr.macro.startsWith("transformMap") ? COST.entry : 0),
    failure: failureCost(expr.depth),
    offset: expr.at,
  });
}

/** The compiled parts of a loop. */
interface Loop {
  readonly range: Step;
  readonly slots: readonly number[];
  readonly condition: Step | undefined;
  readonly body: Step | undefined;
  readonly finish: (run: Run) => Value;
  /** The cost of one step of the loop. */
  readonly step: number;
  /** The additional cost of a step that fails. */
  readonly failure: number;
  readonly offset: number;
}

function looped(loop: Loop): Step {
  const { range, condition, body, finish, failure, offset } = loop;
  return (frame) => {
    const values = range(frame);
    frame.at = offset;
    return finish({
      isList: values instanceof ListValue,
      hasCondition: condition !== undefined,
      each: (visit) => walk(frame, values, loop, visit),
      accepts: () => {
        const taken = condition === undefined || condition(frame);
        frame.at = offset;
        return typeof taken === "boolean" ? taken : noOverload();
      },
      make: () => {
        const made = body === undefined ? null : body(frame);
        frame.at = offset;
        return made;
      },
      failed: (error) => frame.caught(error, offset, failure),
      meter: frame.budget,
    });
  };
}

/**
 * For each element of a list or map, sets the variables of the macro and calls `visit`. If the macro has one
 * variable, it is set to the list element or the map key. If the macro has two variables, the first is set to
 * the index or key, and the second to the value.
 */
function walk(
  frame: Frame,
  range: Value,
  { slots, step }: Loop,
  visit: (key: Value, item: Value | CelError) => boolean,
): void {
  const [first = 0, second] = slots;
  const { locals, budget } = frame;
  const next = (key: Value, item: Value | CelError): boolean => {
    budget.charge(step);
    locals[first] = second === undefined ? item : key;
    if (second !== undefined) locals[second] = item;
    return visit(key, item);
  };
  if (range instanceof ListValue) {
    for (let index = 0; index < range.size; index++) {
      // Reading an element fails if the element contradicts its schema. The failure is stored in place of the
      // element and thrown only if the macro reads the variable.
      const item = attempt(() => range.at(index, budget), budget);
      if (!next(second === undefined ? index : BigInt(index), item)) return;
    }
  } else if (isMap(range)) {
    if (second === undefined) {
      for (const key of range.keys(budget)) if (!next(key, key)) return;
      return;
    }
    for (const [key, item] of range.entries(budget)) if (!next(key, item)) return;
  } else noOverload();
}

const FINISH: Readonly<Record<LoopMacro, (run: Run) => Value>> = {
  all: (run) => quantified(run, false),
  exists: (run) => quantified(run, true),
  exists_one: (run) => {
    let count = 0;
    gather(run, () => {
      count++;
    });
    return count === 1;
  },
  filter: (run) => {
    const items: Value[] = [];
    gather(run, (_, item) => {
      items.push(read(item));
    });
    return ListValue.of(items);
  },
  map: made,
  transformList: made,
  transformMap: (run) => {
    const result = new ComputedMap();
    gather(run, (key) => insert(result, key, run.make(), run.meter));
    return result;
  },
  transformMapEntry: (run) => {
    const result = new ComputedMap();
    gather(run, () => insertAll(result, run.make(), run.meter));
    return result;
  },
  sortBy: (run) => {
    const keyed: { item: Value; key: Value }[] = [];
    run.each((_, item) => {
      keyed.push({ key: run.make(), item: read(item) });
      return true;
    });
    return run.isList ? sortByKeys(keyed, run.meter) : noOverload("sortBy");
  },
};

/**
 * Runs `all` or `exists`. If the condition of one element equals `deciding` (false for `all`, true for
 * `exists`), this value is the result, even if the conditions of other elements fail.
 */
function quantified(run: Run, deciding: boolean): Value {
  let failure: CelError | undefined;
  let decided = false;
  run.each(() => {
    try {
      decided = run.accepts() === deciding;
    } catch (error) {
      const failed = run.failed(error);
      failure ??= failed;
    }
    return !decided;
  });
  if (decided) return deciding;
  if (failure !== undefined) throw failure;
  return !deciding;
}

/**
 * Calls `take` for each element that the condition accepts. As in cel-go, a failed condition does not end the
 * loop: the conditions of the remaining elements are evaluated too, and then the failure of the last failed
 * condition is thrown.
 */
function gather(run: Run, take: (key: Value, item: Value | CelError) => void): void {
  let failure: CelError | undefined;
  run.each((key, item) => {
    let deciding = run.hasCondition;
    try {
      if (!run.accepts()) return true;
      deciding = false;
      if (failure === undefined) take(key, item);
    } catch (error) {
      const failed = run.failed(error);
      if (deciding || failure === undefined) failure = failed;
    }
    return failure === undefined || run.hasCondition;
  });
  if (failure !== undefined) throw failure;
}

function made(run: Run): Value {
  const items: Value[] = [];
  gather(run, () => {
    items.push(run.make());
  });
  return ListValue.of(items);
}

function insertAll(result: ComputedMap, made: Value, meter: Meter): void {
  if (!isMap(made)) return noOverload();
  for (const [key, value] of made.entries(meter)) insert(result, key, value, meter);
}

function insert(
  result: ComputedMap,
  key: Value,
  value: Value | CelError,
  meter: Meter,
): void {
  if (result.has(key, meter)) fail("argument", "a macro inserts the same key twice");
  result.set(key, value, meter);
}
