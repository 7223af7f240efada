/** Declarations of functions, shared by the checker and the evaluator: name, types, implementation. */
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
 * Computes a call. It takes the arguments, of the declared types and undefined for those that the chosen
 * overload lacks, and then the evaluation's {@link Meter}, to charge work that depends on data. It throws
 * a CelError.
 */
export type Implementation = (...args: never[]) => Value;

/** The types of one overload: parameters, the receiver first, and result. */
export interface Overload {
  /** The parameter types; the first is the receiver's in a method. */
  readonly params: readonly Term[];
  /** The result type. Type variables in it are bound by the parameters. */
  readonly result: Term;
}

/** A function, or the overloads of a function that share an implementation. */
export interface FunctionDeclaration {
  /** The name that calls resolve to: an operator, or a function's name, qualified as in `json.marshal`. */
  readonly name: string;
  /** Whether it is called on a value: `x.f()`. */
  readonly member: boolean;
  /** The overloads, in the order in which the checker tries them. */
  readonly overloads: readonly Overload[];
  /** Computes a call of any of the overloads. */
  readonly run: Implementation;
  /** The number of parameters of the longest overload, at most four. */
  readonly arity: number;
  /** The cost beyond one walk through arguments and result; takes the same parameters as {@link run}. */
  readonly steps?: (...args: never[]) => number;
  /** Whether it takes constant time: the size of its arguments is then not charged. */
  readonly constantTime: boolean;
  /** Whether {@link run} checks the argument types itself: operators on dyn accept more than declared. */
  readonly checksArguments: boolean;
  /** The overloads that cel-go's checker considers once a macro was entered, if those are more. */
  readonly inMacros?: readonly Overload[];
}

/**
 * Declares a function that is called by its name, such as `plain("size", "list(A)", "int", …)`.
 *
 * @param params The parameter types of each overload, such as `"string, int"`. An overload may give its
 * own result type: `"list(int) -> int"`.
 * @param result The result type of the overloads that give none.
 */
export function plain(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, false, params, result, run);
}

/** Declares a method, which is called on its first parameter. See {@link plain}. */
export function member(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, true, params, result, run);
}

/** Marks a function as taking constant time. */
export function constantTime(declaration: FunctionDeclaration): FunctionDeclaration {
  return { ...declaration, constantTime: true };
}

/** Declares an operator, whose implementation fails for operands that it does not accept. */
export function operator(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return { ...declaration(name, false, params, result, run), checksArguments: true };
}

/** Gives a function other overloads inside macros. */
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

/** Parses types such as `list(A), map(string, B)`. A single capital letter is a type parameter. */
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

/** Whether a value may be passed for a parameter. Of a list or map only the first element is checked. */
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

/** Whether the first element of a list is accepted. A null is accepted in a list of times, as in cel-go. */
function acceptsElement(param: Term, list: ListValue, meter: Meter): boolean {
  const element = attempt(() => list.at(0, meter), meter);
  if (element instanceof CelError) return false;
  const isTime = param.kind === "timestamp" || param.kind === "duration";
  return accepts(param, element, meter) || (isTime && element === null);
}

/** Whether a type accepts every value. */
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

/** The names of the type parameters in these types. */
export function typeParameters(types: readonly Term[]): Set<string> {
  const names = new Set<string>();
  const visit = (type: Term): void => {
    if (type.kind === "variable") names.add(type.name);
    parameters(type).forEach(visit);
  };
  types.forEach(visit);
  return names;
}
