/** Type-checks macros, such as `map` and `optMap`. */
import type { Expr, Node } from "../syntax/ast.ts";
import type { Checker, Names } from "./checker.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  ERROR,
  INT,
  isDyn,
  sameType,
  STRING,
  type Term,
  TIMESTAMP,
  UINT,
} from "./types.ts";

/** Type-checks a macro that iterates over a list or map. Returns the type of the macro's result. */
export function checkLoop(checker: Checker, expr: Node<"loop">, names: Names): Term {
  const range = checker.bindings.substitute(checker.infer(expr.range, names));
  const [key, item] = rangeTypes(checker, range, expr);
  checker.inMacro = true;
  const [first, second] = expr.variables;
  const inside = new Map(names);
  if (second === undefined) inside.set(first ?? "", range.kind === "list" ? item : key);
  else inside.set(first ?? "", key).set(second, item);
  if (expr.condition) {
    expectBool(checker, expr.condition, inside, `the condition of ${expr.macro}()`);
  }
  const body = expr.body && checker.bindings.substitute(checker.infer(expr.body, inside));
  switch (expr.macro) {
    case "filter":
      return { kind: "list", element: range.kind === "list" ? item : key };
    case "map":
    case "transformList":
      return { kind: "list", element: body ?? DYN };
    case "transformMap":
      return { kind: "map", key, value: body ?? DYN };
    case "transformMapEntry":
      return entryType(checker, body ?? DYN, expr);
    case "sortBy":
      return sortType(checker, range, body ?? DYN, expr);
    default:
      return BOOL;
  }
}

/**
 * Returns two types for the list or map that a macro iterates over: the type of the keys (or indexes), and
 * the type of the values.
 */
function rangeTypes(checker: Checker, range: Term, expr: Node<"loop">): readonly [Term, Term] {
  if (range.kind === "list") return [INT, range.element];
  if (range.kind === "map") return [range.key, range.value];
  if (range.kind === "variable") checker.bindings.assign([DYN], [range]);
  else if (!isDyn(range)) {
    const text = `${expr.macro}() iterates over a list, map or dyn, found ${checker.text(range)}`;
    checker.report("type", expr.range.start, text);
    return [ERROR, ERROR];
  }
  return [DYN, DYN];
}

function entryType(checker: Checker, body: Term, expr: Node<"loop">): Term {
  const map: Term = { kind: "map", key: checker.bindings.fresh(), value: checker.bindings.fresh() };
  if (checker.bindings.assign([body], [map])) return map;
  const offset = expr.body?.start ?? expr.at;
  return checker.report(
    "type",
    offset,
    `transformMapEntry() needs a map as last argument, found ${checker.text(body)}`,
  );
}

/**
 * Returns the type of the result of `sortBy`. The macro is checked as in cel-go, like a call with two
 * arguments: the list, and a list with the sort key of each element.
 */
function sortType(checker: Checker, range: Term, key: Term, expr: Node<"loop">): Term {
  const lists = [checker.bindings.substitute(range), { kind: "list", element: key } as const];
  let result: Term | undefined;
  for (const ordered of [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES]) {
    const taken: Term = { kind: "list", element: checker.bindings.fresh() };
    if (!checker.bindings.assign(lists, [taken, { kind: "list", element: ordered }])) continue;
    const yielded = checker.bindings.substitute(taken);
    result = result === undefined || sameType(result, yielded) ? yielded : DYN;
  }
  if (result) return result;
  const isList = range.kind === "list" || isDyn(range);
  const text = isList
    ? `sortBy() cannot order by ${checker.text(key)}`
    : `sortBy() sorts a list, found ${checker.text(range)}`;
  return checker.report("type", (isList ? expr.body?.start : expr.range.start) ?? expr.at, text);
}

/** Type-checks `optMap` or `optFlatMap`. Returns the type of the result. */
export function checkOptMap(checker: Checker, expr: Node<"optMap">, names: Names): Term {
  const target = checker.infer(expr.target, names);
  checker.inMacro = true;
  const value = checker.bindings.fresh();
  const name = expr.flat ? "optFlatMap" : "optMap";
  let inner: Term = value;
  if (!checker.bindings.assign([target], [{ kind: "optional", value }])) {
    const text = `${name}() must be called on an optional, found ${checker.text(target)}`;
    inner = checker.report("type", expr.target.start, text);
  }
  inner = checker.notType(checker.bindings.substitute(inner), expr.variable, expr.target.start);
  const body = checker.infer(expr.body, new Map([...names, [expr.variable, inner]]));
  if (!expr.flat) return { kind: "optional", value: body };
  const absent: Term = { kind: "optional", value: checker.bindings.fresh() };
  const result = checker.bindings.fresh();
  if (checker.bindings.assign([body, absent], [result, result])) {
    return checker.bindings.substitute(result);
  }
  return checker.report(
    "type",
    expr.body.start,
    `optFlatMap() needs an optional as last argument, found ${checker.text(body)}`,
  );
}

function expectBool(checker: Checker, expr: Expr, names: Names, what: string): void {
  const type = checker.infer(expr, names);
  if (!checker.bindings.assign([type], [BOOL])) {
    checker.report("type", expr.start, `expected bool for ${what}, found ${checker.text(type)}`);
  }
}
