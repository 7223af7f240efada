/**
 * Converts calls of macros to nodes of their own. A macro declares a variable or depends on the syntax of
 * its arguments, so it is not an ordinary call.
 */
import type { Expr, LoopMacro } from "./ast.ts";
import { syntaxFault } from "./error.ts";
import { type ExprShape, node } from "./node.ts";

/** The macros with one variable, and the numbers of arguments that may follow the variable. */
const ONE_VARIABLE: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [1]],
  ["exists", [1]],
  ["exists_one", [1]],
  ["map", [1, 2]],
  ["filter", [1]],
  ["sortBy", [1]],
]);

/** The macros with two variables, and the numbers of arguments that may follow the variables. */
const TWO_VARIABLES: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [1]],
  ["exists", [1]],
  ["exists_one", [1]],
  ["existsOne", [1]],
  ["transformList", [1, 2]],
  ["transformMap", [1, 2]],
  ["transformMapEntry", [1, 2]],
]);

const CONDITION_ONLY = new Set(["all", "exists", "exists_one", "filter"]);
const CONDITION_KEYS = ["type", "status", "reason", "message"];

/**
 * Returns the node for a call: the node of a macro if the name and the arguments match a macro, otherwise a
 * call node.
 */
export function expandCall(
  name: string,
  target: Expr | undefined,
  args: readonly Expr[],
  start: number,
  end: number,
  at: number,
): Expr {
  const shape = (target === undefined ? plainMacro(name, args) : memberMacro(name, target, args)) ??
    { kind: "call", name, args, ...(target === undefined ? {} : { target }) };
  return node(shape, start, end, at);
}

function plainMacro(name: string, args: readonly Expr[]): ExprShape | undefined {
  const [arg] = args;
  if (name !== "has" || args.length !== 1 || arg === undefined) return undefined;
  if (arg.kind !== "select" || arg.optional) {
    return syntaxFault(arg.start, "has() takes a field selection such as has(a.b)");
  }
  return { kind: "has", operand: arg.operand, field: arg.field };
}

function memberMacro(name: string, target: Expr, args: readonly Expr[]): ExprShape | undefined {
  const isCalledOn = (identifier: string) => target.kind === "ident" && target.name === identifier;
  if (name === "bind" && isCalledOn("cel") && args.length === 3) return bind(args);
  if (name === "newCondition" && isCalledOn("runtime") && args.length === 1) {
    return newCondition(target, args);
  }
  if ((name === "optMap" || name === "optFlatMap") && args.length === 2) {
    const [variable, body] = args;
    if (variable === undefined || body === undefined) return undefined;
    const flat = name === "optFlatMap";
    return { kind: "optMap", target, variable: simpleName(name, variable), body, flat };
  }
  if (ONE_VARIABLE.get(name)?.includes(args.length - 1)) return loop(name, target, args, 1);
  if (TWO_VARIABLES.get(name)?.includes(args.length - 2)) return loop(name, target, args, 2);
  return undefined;
}

function loop(
  name: string,
  range: Expr,
  args: readonly Expr[],
  count: number,
): ExprShape {
  const variables = args.slice(0, count).map((arg) => simpleName(name, arg));
  // cel-go stores the result of a macro in the variable `__result__`, so a macro cannot declare a variable
  // with this name.
  const taken = variables.indexOf("__result__");
  if (taken >= 0) {
    syntaxFault(
      args[taken]?.start ?? range.start,
      `${name}() cannot use the reserved variable name __result__`,
    );
  }
  if (variables.length === 2 && variables[0] === variables[1]) {
    syntaxFault(args[1]?.start ?? range.start, `${name}() needs two different variable names`);
  }
  const rest = args.slice(count);
  const macro = (name === "existsOne" ? "exists_one" : name) as LoopMacro;
  const condition = CONDITION_ONLY.has(macro) || rest.length === 2 ? rest[0] : undefined;
  const body = CONDITION_ONLY.has(macro) ? undefined : rest.at(-1);
  return {
    kind: "loop",
    macro,
    range,
    variables,
    ...(condition === undefined ? {} : { condition }),
    ...(body === undefined ? {} : { body }),
  };
}

function bind(args: readonly Expr[]): ExprShape | undefined {
  const [variable, init, body] = args;
  if (variable === undefined || init === undefined || body === undefined) return undefined;
  return { kind: "bind", variable: simpleName("cel.bind", variable), init, body };
}

/**
 * Converts `runtime.newCondition({type: ...})`. The keys of the map are written as identifiers, which become
 * string literals. The mark `?` of an optional entry has no effect, as in upstream's macro: the value of
 * `{?type: x}` is the optional `x` itself, which is not a string.
 */
function newCondition(target: Expr, args: readonly Expr[]): ExprShape {
  const [map] = args;
  if (map?.kind !== "map") {
    return syntaxFault(target.start, "runtime.newCondition() takes a map literal");
  }
  const seen = new Set<string>();
  const entries = map.entries.map((entry) => {
    const { key } = entry;
    if (key.kind !== "ident") {
      return syntaxFault(
        key.start,
        "keys of runtime.newCondition() must be identifiers, not quoted or computed",
      );
    }
    if (!CONDITION_KEYS.includes(key.name)) {
      return syntaxFault(
        key.start,
        `runtime.newCondition() has no key "${key.name}", only ${CONDITION_KEYS.join(", ")}`,
      );
    }
    if (seen.has(key.name)) {
      return syntaxFault(key.start, `runtime.newCondition() has the key "${key.name}" twice`);
    }
    seen.add(key.name);
    const literal = node({ kind: "literal", value: key.name }, key.start, key.end);
    return { ...entry, key: literal, optional: false };
  });
  for (const key of ["type", "status"]) {
    if (!seen.has(key)) syntaxFault(map.start, `runtime.newCondition() needs the key "${key}"`);
  }
  const literal = node({ kind: "map", entries }, map.start, map.end);
  return { kind: "call", name: "newCondition", target, args: [literal] };
}

function simpleName(macro: string, arg: Expr): string {
  return arg.kind === "ident"
    ? arg.name
    : syntaxFault(arg.start, `${macro}() needs the name of a variable here`);
}
