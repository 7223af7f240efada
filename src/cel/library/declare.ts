/** One declaration for the checker and the evaluator: name, types and implementation of a function. */
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

/** Parameter types (the receiver first) and the result's type. */
export interface Overload {
  readonly params: readonly Term[];
  readonly result: Term;
}

/** A function, or those overloads of it that share an implementation. */
export interface FunctionDeclaration {
  readonly name: string;
  /** Called on a value: `x.f()`. */
  readonly member: boolean;
  readonly overloads: readonly Overload[];
  readonly run: Implementation;
  /** The number of parameters of the longest overload, at most four. */
  readonly arity: number;
  /** What it costs beyond walking its arguments and its result once. */
  readonly steps?: (...args: never[]) => number;
  /** Does not walk its arguments, so that their size costs nothing. */
  readonly constantTime: boolean;
  /** Looks at its arguments' types itself: operators on dyn take more than is declared. */
  readonly checksArguments: boolean;
  /** All overloads that upstream's checker knows once a macro has been entered, when that makes more. */
  readonly inMacros?: readonly Overload[];
}

/** A function called by its name: `plain("size", "list(A)", "int", …)`. */
export function plain(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, false, params, result, run);
}

/** A function called on its first parameter. */
export function member(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return declaration(name, true, params, result, run);
}

/** The same function, whose arguments' size costs nothing. */
export function constantTime(declaration: FunctionDeclaration): FunctionDeclaration {
  return { ...declaration, constantTime: true };
}

/** An operator: one implementation that refuses what it cannot take. */
export function operator(
  name: string,
  params: string | readonly string[],
  result: string,
  run: Implementation,
): FunctionDeclaration {
  return { ...declaration(name, false, params, result, run), checksArguments: true };
}

/** The same function with other overloads inside macros. */
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

/** Reads `list(A), map(string, B)`; one capital letter is a type parameter, a dotted name opaque. */
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

/** Whether a value may be passed for a parameter; of a container, the first element tells. */
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

/** Whether the first element passes; nulls do for times until somebody looks at them. */
function acceptsElement(param: Term, list: ListValue, meter: Meter): boolean {
  const element = attempt(() => list.at(0, meter), meter);
  if (element instanceof CelError) return false;
  const isTime = param.kind === "timestamp" || param.kind === "duration";
  return accepts(param, element, meter) || (isTime && element === null);
}

/** Every value is accepted, so that none needs to be looked at. */
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

/** Names of the type parameters in a signature. */
export function typeParameters(types: readonly Term[]): Set<string> {
  const names = new Set<string>();
  const visit = (type: Term): void => {
    if (type.kind === "variable") names.add(type.name);
    parameters(type).forEach(visit);
  };
  types.forEach(visit);
  return names;
}
