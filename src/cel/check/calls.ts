/**
 * Type-checks the calls of functions and operators: finds the overloads that accept the arguments, and
 * infers the type of the result.
 */
import type { Expr } from "../syntax/ast.ts";
import { type Overload, typeParameters } from "../library/declare.ts";
import { declarationsOf } from "../library/registry.ts";
import type { Checker } from "./checker.ts";
import { BOOL, DYN, isDyn, parameters, sameType, type Term, termText } from "./types.ts";
import type { Bindings } from "./unify.ts";

/** The maximum number of overloads that an error message lists. */
const LISTED = 4;

/**
 * Returns the type of a call; dyn when the matching overloads have different result types. Stores the
 * matching overloads for the evaluator. Reports a problem when no overload accepts the arguments.
 *
 * @param inMacro Whether a macro precedes the call in the expression. If true, relations between numbers of
 * different types, such as `1 < 2.0`, are accepted too, as in cel-go.
 */
export function checkCall(
  checker: Checker,
  name: string,
  isMember: boolean,
  types: readonly Term[],
  args: readonly Expr[],
  expr: Expr,
  inMacro: boolean,
): Term {
  if (name === "_&&_" || name === "_||_") return checkLogical(checker, name, types, args);
  let result: Term | undefined;
  const chosen: Overload[] = [];
  for (const declaration of declarationsOf(name, isMember)) {
    const { overloads, inMacros = overloads } = declaration;
    for (const overload of inMacro ? inMacros : overloads) {
      const fresh = instantiate(overload, checker.bindings);
      if (!checker.bindings.assign(types, fresh.params)) continue;
      chosen.push(overload);
      if (result && isDyn(result)) continue;
      const yielded = checker.bindings.substitute(fresh.result);
      if (result === undefined) result = yielded;
      else if (!sameType(result, yielded)) result = DYN;
    }
  }
  checker.chosen.set(expr, chosen);
  return result ?? reportMismatch(checker, name, isMember, types, expr);
}

/** Type-checks `&&` and `||`, and reports each operand that is not a bool. */
function checkLogical(
  checker: Checker,
  name: string,
  types: readonly Term[],
  args: readonly Expr[],
): Term {
  types.forEach((type, index) => {
    if (checker.bindings.assign([type], [BOOL])) return;
    const offset = args[index]?.start ?? 0;
    checker.report(
      "type",
      offset,
      `expected bool for ${display(name)}, found ${checker.text(type)}`,
    );
  });
  return BOOL;
}

/** The names of the type parameters of each overload. Most overloads have none. */
const typeNames = new WeakMap<Overload, readonly string[]>();

/**
 * Returns a copy of an overload in which each type parameter, such as `A` in `list(A)`, is replaced by a new
 * type variable. Each call thus binds its own types.
 */
function instantiate(overload: Overload, bindings: Bindings): Overload {
  let names = typeNames.get(overload);
  if (!names) {
    names = [...typeParameters([...overload.params, overload.result])];
    typeNames.set(overload, names);
  }
  if (names.length === 0) return overload;
  const fresh = names.map(() => bindings.fresh());
  const replace = (type: Term): Term => {
    switch (type.kind) {
      case "variable":
        return fresh[names.indexOf(type.name)] ?? type;
      case "list":
        return { kind: "list", element: replace(type.element) };
      case "map":
        return { kind: "map", key: replace(type.key), value: replace(type.value) };
      case "optional":
        return { kind: "optional", value: replace(type.value) };
      case "type":
        return type.of === undefined ? type : { kind: "type", of: replace(type.of) };
      default:
        return type;
    }
  };
  return { params: overload.params.map(replace), result: replace(overload.result) };
}

/**
 * Reports that no overload accepts the arguments. The message lists the overloads that the author most
 * likely meant.
 */
function reportMismatch(
  checker: Checker,
  name: string,
  isMember: boolean,
  types: readonly Term[],
  expr: Expr,
): Term {
  // An argument that has a problem of its own has the error type. The message shows `?` for this type.
  const found = types.map((type) => type.kind === "error" ? "?" : checker.text(type));
  const all = declarationsOf(name, isMember).flatMap((declaration) => declaration.overloads);
  // Operators have many overloads, so the message lists only overloads that accept at least one of the
  // arguments. If no overload accepts any of them, the message lists the first overloads.
  const near = all.filter(({ params }) =>
    params.length === types.length && params.some((param, i) => param.kind === types[i]?.kind)
  );
  const known = near.length > 0 ? near : all;
  const takes = known.slice(0, LISTED).map(({ params }) =>
    signature(isMember, params.map(termText))
  );
  const more = known.length > LISTED ? ", …" : "";
  const wanted = ONE_TYPE.get(name) ?? `it takes ${takes.join(" or ")}${more}`;
  const message = `${display(name)} does not take ${signature(isMember, found)}; ${wanted}`;
  return checker.report("type", expr.at, message, hintFor(name, types));
}

/**
 * The operators whose operands may have any type, but must have the same type. The values are phrases for the
 * error message: for `1 == "a"`, the message contains the phrase instead of a list of overloads.
 */
const ONE_TYPE: ReadonlyMap<string, string> = new Map([
  ["_==_", "both sides must have one type"],
  ["_!=_", "both sides must have one type"],
  ["_?_:_", "both branches must have one type"],
]);

/** The types that the function `string()` converts to a string. */
const SCALARS: ReadonlySet<string> = new Set(["string", "bool", "int", "uint", "double"]);

function signature(isMember: boolean, types: readonly string[]): string {
  return isMember ? `${types[0]}.(${types.slice(1).join(", ")})` : `(${types.join(", ")})`;
}

function hintFor(name: string, types: readonly Term[]): string | undefined {
  const kinds = new Set(types.map((type) => type.kind));
  const isBare = !types.some((type) => parameters(type).length > 0);
  if (kinds.has("optional")) return "use .orValue(..) to give an absent value a default";
  if (name === "_?_:_") return "convert one, or wrap both in dyn(..)";
  if (isBare && kinds.has("int") && kinds.has("double")) {
    return "convert with double(..) or int(..)";
  }
  if (kinds.has("string") && types.every(({ kind }) => SCALARS.has(kind))) {
    return "convert with string(..)";
  }
  return undefined;
}

/** Returns the name of a function or operator for messages: `size()`, `"+"`, `[..]`. */
function display(name: string): string {
  if (name === "_[_]" || name === "_[?_]") return "[..]";
  return /^[A-Za-z]/.test(name)
    ? `${name}()`
    : `"${name.replaceAll(/[_@]/g, "").replace("?:", "? :")}"`;
}
