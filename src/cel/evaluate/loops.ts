/** Macros that walk a list or map. */
import type { LoopMacro, Node } from "../syntax/ast.ts";
import { sortByKeys } from "../library/lists.ts";
import { CelError, fail, noOverload } from "../value/error.ts";
import { ComputedMap, isMap, ListValue, type Value } from "../value/values.ts";
import type { Compiler, Frame, Locals, Step } from "./compile.ts";

/** One round of a loop: puts an item into the variables, then tells or makes something. */
interface Round {
  /** Whether the item is taken; true when the macro has no condition. */
  accepts(): boolean;
  /** What is made of the item. */
  make(): Value;
  readonly key: Value;
  readonly item: Value;
}

/** A macro as a function. */
export function compileLoop(compiler: Compiler, expr: Node<"loop">, locals: Locals): Step {
  const range = compiler.compile(expr.range, locals);
  const slots = expr.variables.map(() => compiler.slot());
  const inside = new Map(locals);
  expr.variables.forEach((variable, index) => {
    const slot = slots[index] ?? 0;
    inside.set(variable, (frame) => frame.locals[slot] ?? null);
  });
  const condition = expr.condition && compiler.compile(expr.condition, inside);
  const body = expr.body && compiler.compile(expr.body, inside);
  const finish = FINISH[expr.macro];
  const isPair = slots.length === 2;
  return (frame) => finish(rounds(frame, range(frame), isPair, slots, condition, body));
}

function* rounds(
  frame: Frame,
  range: Value,
  isPair: boolean,
  slots: readonly number[],
  condition: Step | undefined,
  body: Step | undefined,
): Generator<Round> {
  const [first = 0, second = 0] = slots;
  for (const [key, item] of entries(range, isPair)) {
    frame.budget.charge(1);
    frame.locals[first] = isPair ? key : item;
    if (isPair) frame.locals[second] = item;
    yield {
      key,
      item,
      accepts: () => {
        const taken = condition?.(frame) ?? true;
        return typeof taken === "boolean" ? taken : noOverload();
      },
      make: () => body?.(frame) ?? null,
    };
  }
}

/** Pairs of key and value; with one variable, a map's items are its keys. */
function* entries(range: Value, isPair: boolean): Generator<readonly [Value, Value]> {
  if (range instanceof ListValue) {
    for (let index = 0; index < range.size; index++) yield [BigInt(index), range.at(index)];
  } else if (isMap(range)) {
    for (const key of range.keys()) yield [key, isPair ? range.find(key) ?? null : key];
  } else noOverload();
}

const FINISH: Readonly<Record<LoopMacro, (rounds: Iterable<Round>) => Value>> = {
  all: (rounds) => quantified(rounds, false),
  exists: (rounds) => quantified(rounds, true),
  exists_one: (rounds) => {
    let count = 0;
    for (const round of rounds) if (round.accepts()) count++;
    return count === 1;
  },
  filter: (rounds) => {
    const items: Value[] = [];
    for (const round of rounds) if (round.accepts()) items.push(round.item);
    return ListValue.of(items);
  },
  map: made,
  transformList: made,
  transformMap: (rounds) => {
    const result = new ComputedMap();
    for (const round of rounds) if (round.accepts()) result.set(round.key, round.make());
    return result;
  },
  transformMapEntry: (rounds) => {
    const result = new ComputedMap();
    for (const round of rounds) if (round.accepts()) insertAll(result, round.make());
    return result;
  },
  sortBy: (rounds) => {
    const keyed = Array.from(rounds, (round) => ({ item: round.item, key: round.make() }));
    return sortByKeys(keyed);
  },
};

/** An item that decides makes failures of others irrelevant. */
function quantified(rounds: Iterable<Round>, deciding: boolean): Value {
  let failure: unknown;
  for (const round of rounds) {
    try {
      if (round.accepts() === deciding) return deciding;
    } catch (error) {
      if (!(error instanceof CelError) || error.code === "cost") throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return !deciding;
}

function made(rounds: Iterable<Round>): Value {
  const items: Value[] = [];
  for (const round of rounds) if (round.accepts()) items.push(round.make());
  return ListValue.of(items);
}

function insertAll(result: ComputedMap, made: Value): void {
  if (!isMap(made)) return noOverload();
  for (const key of made.keys()) {
    if (result.has(key)) fail("argument", "transformMapEntry() makes a key twice");
    result.set(key, made.find(key) ?? null);
  }
}
