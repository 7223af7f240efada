/**
 * Declares the functions of CEL: their names, types and implementations. The type checker and the evaluator
 * both use the declarations.
 */
import { DYN, parameters, type Term } from "../check/types.ts";
import { attempt, CelError } from "../value/error.ts";
import { Duration, Timestamp } from "../value/time.ts";
import type { Meter } from "../value/meter.ts";
import {
  isMap,
  ListValue,
  type MapValue,
  Opaque,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from "../value/values.ts";

/**
 * The implementation of a function. The implementation is called with the arguments and then the {@link
 * Meter} of the evaluation, which charges for work that depends on data. The arguments have the declared
 * types. Optional arguments that are missing in the call are undefined. The implementation throws a CelError
 * when the call fails.
 */
export type Implementation = (...args: never[]) => Value;

/** The types of one overload of a function: the types of the parameters and of the result. */
export interface Overload {
  /**
   * The types of the parameters. For a method, the first parameter is the value that the method is called
   * on.
   */
  readonly params: readonly Term[];
  /** The type of the result. Its type variables also occur in the types of the parameters. */
  readonly result: Term;
}

/**
 * The declaration of a function. If the overloads of a function have several implementations, the function
 * has one declaration for each implementation.
 */
export interface FunctionDeclaration {
  /**
   * The name that calls refer to: an operator such as `_+_`, or a function name such as `size` or
   * `json.marshal`.
   */
  readonly name: string;
  /** Whether the function is a method, which is called on a value: `x.f()`. */
  readonly member: boolean;
  /** The overloads of the function, in the order in which the type checker tries them. */
  readonly overloads: readonly Overload[];
  /** Computes the result of a call. The same function implements all overloads. */
  readonly run: Implementation;
  /** The number of parameters of the longest overload, which is at most four. */
  readonly arity: number;
  /**
   * Returns the additional cost of a call, when the call costs more than visiting its arguments and result
   * once. The parameters are the same as those of {@link run}.
   */
  readonly steps?: (...args: never[]) => number;
  /** Whether the function takes constant time. The size of its arguments is then not charged. */
  readonly constantTime: boolean;
  /**
   * Whether {@link run} checks the types of the arguments itself. Operators do so, because for operands of
   * type dyn they accept more types than the overloads declare.
   */
  readonly checksArguments: boolean;
  /**
   * The overloads for calls after the first macro of an expression. There, cel-go also accepts relations
   * between numbers of different types, such as `1 < 2.0`. Absent when these overloads do not differ from
   * {@link overloads}.
   */
  readonly inMacros?: readonly Overload[];
}

/**
 * Declares a function that is called by its name, such as `plain("size", "list(A)", "int", …)`.
 *
 * @param params The parameter types of each overload, such as `"string, int"`. An overload may also name its
 * result type: `"list(int) -> int"`.
 * @param result The result type of the overloads that do not name a result type.
 */
export function plain(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, false, params, result, run);
}

/** Declares a method, which is called on its first parameter. See {@link plain} for the parameters. */
export function member(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, true, params, result, run);
}

/** Returns a copy of a declaration that is marked as taking constant time. */
export function constantTime(declaration: FunctionDeclaration): FunctionDeclaration {
  return { ...declaration, constantTime: true };
}

/** Declares an operator. The operator's implementation fails for operands whose types it does not accept. */
export function operator(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return { ...declaration(name, false, params, result, run), checksArguments: true };
}

/** Returns a copy of a declaration with other overloads for calls after the first macro of an expression. */
export function withMacroOverloads(
  declaration: FunctionDeclaration,
  params: readonly string[],
  result: string,
): FunctionDeclaration {
  return { ...declaration, inMacros: signatures(params, result) };
}

function signatures(params: readonly string[], result: string): Overload[] {
  return params.map((text) => {
    const [parameterText = "", resultText = result] = text.split(" -> ");
    return { params: parseTypes(parameterText), result: parseTypes(resultText)[0] ?? DYN };
  });
}

function declaration(
  name: string,
  isMember: boolean,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  const overloads = signatures(typeof params === "string" ? [params] : params, result);
  return {
    name,
    member: isMember,
    overloads,
    run,
    arity: Math.max(...overloads.map(({ params }) => params.length)),
    constantTime: false,
    checksArguments: false,
  };
}

/** Parses a list of types such as `list(A), map(string, B)`. A single capital letter is a type parameter. */
function parseTypes(text: string): Term[] {
  const tokens = text.match(/[\w.]+|[(),]/g) ?? [];
  let position = 0;
  const list = (): Term[] => {
    const types: Term[] = [];
    while (position < tokens.length && tokens[position] !== ")") {
      types.push(one(tokens[position++] ?? ""));
      if (tokens[position] === ",") position++;
    }
    return types;
  };
  const one = (name: string): Term => {
    let inner: Term[] = [];
    if (tokens[position] === "(") {
      position++;
      inner = list();
      position++;
    }
    return build(name, inner);
  };
  return list();
}

function build(name: string, [first = DYN, second = DYN]: readonly Term[]): Term {
  switch (name) {
    case "list":
      return { kind: "list", element: first };
    case "map":
      return { kind: "map", key: first, value: second };
    case "optional":
      return { kind: "optional", value: first };
    case "type":
      return { kind: "type", of: first };
    case "dyn":
    case "bool":
    case "int":
    case "uint":
    case "double":
    case "string":
    case "bytes":
    case "null":
    case "timestamp":
    case "duration":
      return { kind: name };
    default:
      return /^[A-Z]$/.test(name) ? { kind: "variable", name } : { kind: "opaque", name };
  }
}

/**
 * Reports whether a value may be passed for a parameter. In a list or map only the first element is checked.
 */
export function accepts(param: Term, value: Value, meter: Meter): boolean {
  switch (param.kind) {
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "uint":
      return value instanceof Uint;
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "null":
      return value === null;
    case "timestamp":
      return value instanceof Timestamp;
    case "duration":
      return value instanceof Duration;
    case "list":
      return value instanceof ListValue &&
        (value.size === 0 || isOpen(param.element) || param.element.kind === "list" ||
          acceptsElement(param.element, value, meter));
    case "map":
      return isMap(value) && (isOpen(param.value) || acceptsEntry(param, value, meter));
    case "optional":
      return value instanceof Optional;
    case "type":
      return value instanceof TypeValue;
    case "opaque":
      return value instanceof Opaque && value.typeName === param.name;
    default:
      return true;
  }
}

/**
 * Reports whether the first element of a list may be passed for an element of this type. As in cel-go, null
 * is accepted in a list of timestamps or durations.
 */
function acceptsElement(param: Term, list: ListValue, meter: Meter): boolean {
  const element = attempt(() => list.at(0, meter), meter);
  if (element instanceof CelError) return false;
  const isTime = param.kind === "timestamp" || param.kind === "duration";
  return accepts(param, element, meter) || (isTime && element === null);
}

/** Reports whether a type accepts every value. */
function isOpen(type: Term): boolean {
  return type.kind === "dyn" || type.kind === "variable";
}

function acceptsEntry(
  param: Extract<Term, { kind: "map" }>,
  map: MapValue,
  meter: Meter,
): boolean {
  for (const [key, value] of map.entries(meter)) {
    return accepts(param.key, key, meter) && !(value instanceof CelError) &&
      accepts(param.value, value, meter);
  }
  return true;
}

/** Returns the names of the type parameters that occur in the given types. */
export function typeParameters(types: readonly Term[]): Set<string> {
  const names = new Set<string>();
  const visit = (type: Term): void => {
    if (type.kind === "variable") names.add(type.name);
    parameters(type).forEach(visit);
  };
  types.forEach(visit);
  return names;
}
