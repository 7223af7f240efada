/**
 * The type checker, which works like cel-go's checker: it infers the type of an expression and collects the
 * problems of the expression.
 */
import type { CelProblem, CelScope, CelType } from "../types.ts";
import type { Expr, Node } from "../syntax/ast.ts";
import { plainCallee, Uint } from "../syntax/ast.ts";
import { declarationsOf, functionNames, isPlainFunction } from "../library/registry.ts";
import type { Overload } from "../library/declare.ts";
import { checkCall } from "./calls.ts";
import { checkFormat } from "./format.ts";
import { checkPattern } from "./pattern.ts";
import { checkLoop, checkOptMap } from "./macros.ts";
import { fieldsOf, fieldType } from "./schema.ts";
import { didYouMean } from "../../api/mod.ts";
import {
  BOOL,
  BYTES,
  CONDITION,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isDyn,
  NULL,
  RUNTIME,
  shownName,
  STRING,
  type Term,
  typeText,
  UINT,
} from "./types.ts";
import { Bindings, mostGeneral } from "./unify.ts";

const CONDITION_FIELDS = ["type", "status", "reason", "message"];

/** The types of the variables that macros declare. The keys are the names of the variables. */
export type Names = ReadonlyMap<string, Term>;

/**
 * Type-checks one expression. The checker continues after a problem, so that all problems of an expression
 * are reported together.
 */
export class Checker {
  /** The problems found so far; empty when the expression has no type errors. */
  readonly problems: CelProblem[] = [];
  /** The types that are bound to type variables so far. */
  readonly bindings = new Bindings();
  /** The overloads that each call may select at run time, derived from the static types of the arguments. */
  readonly chosen: Map<Expr, Overload[]> = new Map();
  /**
   * Whether the checker has entered a macro. From the first macro to the end of the expression, cel-go also
   * accepts relations between numbers of different types, such as `1 < 2.0`. The value therefore stays true
   * after the end of the macro.
   */
  inMacro = false;
  readonly #types = new Map<Expr, Term>();
  /**
   * The uses of macro variables whose type was not known yet when the use was checked. The type is known
   * after the whole expression is checked. {@link check} then reports each variable that holds a CEL type
   * such as `int`.
   */
  readonly #open: { type: Term; name: string; offset: number }[] = [];

  /**
   * Creates a checker for one expression.
   *
   * @param scope The variables of the expression and their types, and whether the expression may call
   * `omit()`.
   */
  constructor(private readonly scope: CelScope) {}

  /** Checks the whole expression. Returns the type of the expression, or the error type after a problem. */
  check(root: Expr): CelType {
    const type = this.infer(root, new Map());
    for (const open of this.#open) this.notType(open.type, open.name, open.offset);
    return this.bindings.final(type);
  }

  /**
   * Adds a problem. Returns the error type, which becomes the type of the node with the problem. The error
   * type is assignable to every type, so the problem causes no further problems.
   */
  report(
    code: CelProblem["code"],
    offset: number,
    message: string,
    hint?: string,
  ): Term {
    this.problems.push({ code, message, offset, ...(hint === undefined ? {} : { hint }) });
    return ERROR;
  }

  /** Formats a type for messages, with the bindings of type variables known so far. */
  text(type: Term): string {
    return typeText(this.bindings.final(type));
  }

  /** Returns the type of a node that {@link infer} has visited; dyn for other nodes. */
  known(expr: Expr): Term {
    return this.bindings.substitute(this.#types.get(expr) ?? DYN);
  }

  /** Infers the type of a syntax tree node, and reports the node's problems. */
  infer(expr: Expr, names: Names): Term {
    const type = this.#infer(expr, names);
    this.#types.set(expr, type);
    return type;
  }

  #infer(expr: Expr, names: Names): Term {
    switch (expr.kind) {
      case "literal":
        return literalType(expr.value);
      case "ident":
        return this.#ident(expr, names);
      case "select":
        return this.#select(expr, expr.field, names, expr.optional);
      case "has":
        this.#select(expr, expr.field, names, false);
        return BOOL;
      case "index": {
        const name = expr.optional ? "_[?_]" : "_[_]";
        const type = this.call(name, false, [expr.operand, expr.index], expr, names);
        return isIndex(expr.index) ? type : this.report(
          "type",
          expr.index.start,
          `cannot index with a ${this.text(this.known(expr.index))}`,
        );
      }
      case "call":
        return this.#callNode(expr, names);
      case "list":
        return this.#list(expr, names);
      case "map":
        return this.#map(expr, names);
      // As in cel-go, the result type of a macro is final as soon as the macro is checked, so its type
      // variables are replaced here. The type of a list or map literal may still become more general, because
      // later parts of the expression may bind its type variables again.
      case "loop":
        return this.bindings.substitute(checkLoop(this, expr, names));
      case "bind": {
        const init = this.notType(this.infer(expr.init, names), expr.variable, expr.init.start);
        this.inMacro = true;
        const body = this.infer(expr.body, new Map([...names, [expr.variable, init]]));
        return this.bindings.substitute(body);
      }
      case "optMap":
        return this.bindings.substitute(checkOptMap(this, expr, names));
    }
  }

  #ident(expr: Node<"ident">, names: Names): Term {
    const { name } = expr;
    const local = names.get(name);
    if (local) {
      const isOpen = this.bindings.substitute(local).kind === "variable";
      if (isOpen) this.#open.push({ type: local, name, offset: expr.start });
      return this.notType(local, name, expr.start);
    }
    if (Object.hasOwn(this.scope.variables, name)) return this.scope.variables[name] ?? DYN;
    if (this.#isFaulty(name)) return ERROR;
    if (name === "runtime") {
      return this.scope.runtime
        ? RUNTIME
        : this.report("reference", expr.start, '"runtime" is available only in status conditions');
    }
    const known = [...names.keys(), ...Object.keys(this.scope.variables)];
    return this.report(
      "reference",
      expr.start,
      `unknown identifier "${name}"`,
      didYouMean(name, known),
    );
  }

  #isFaulty(name: string): boolean {
    return this.scope.faulty?.includes(name) ?? false;
  }

  /**
   * Reports a problem when a macro variable holds a CEL type, as `t` holds the type `int` in
   * `[int].map(t, t)`. cel-go would confuse such a variable with the name of the type.
   */
  notType(type: Term, variable: string, offset: number): Term {
    if (this.bindings.substitute(type).kind !== "type") return type;
    const message = `the variable "${variable}" cannot hold a type`;
    return this.report("type", offset, message, "wrap the type in dyn(..)");
  }

  #select(
    expr: Node<"select"> | Node<"has">,
    field: string,
    names: Names,
    optional: boolean,
  ): Term {
    const operand = this.bindings.substitute(this.infer(expr.operand, names));
    const wrapped = operand.kind === "optional";
    const result = this.#field(wrapped ? operand.value : operand, field, expr.at);
    return wrapped || optional ? { kind: "optional", value: result } : result;
  }

  #field(target: Term, field: string, offset: number): Term {
    if (target.kind === "map") return target.value;
    if (target.kind === "struct") {
      return fieldType(target, field) ?? this.report(
        "type",
        offset,
        `unknown field "${field}" of ${shownName(target.name)}`,
        didYouMean(field, [...fieldsOf(target)].map(([name]) => name)),
      );
    }
    if (target.kind === "opaque" && target.name === "kro.run.Condition") {
      return CONDITION_FIELDS.includes(field) ? STRING : this.report(
        "type",
        offset,
        `unknown field "${field}" of ${CONDITION.kind === "opaque" ? CONDITION.name : ""}`,
        didYouMean(field, CONDITION_FIELDS),
      );
    }
    if (target.kind === "variable") this.bindings.assign([DYN], [target]);
    else if (!isDyn(target)) {
      return this.report(
        "type",
        offset,
        `cannot select "${field}": ${this.text(target)} has no fields`,
      );
    }
    return target.kind === "error" ? ERROR : DYN;
  }

  #callNode(expr: Node<"call">, names: Names): Term {
    const name = plainCallee(expr, isPlainFunction);
    if (name === "omit" && !this.scope.omit && !this.#isFaulty(name) && expr.args.length === 0) {
      return this.report("reference", expr.start, "omit() is not allowed here");
    }
    if (name !== undefined && declarationsOf(name, false).length > 0) {
      return this.call(name, false, expr.args, expr, names);
    }
    if (expr.target !== undefined && declarationsOf(expr.name, true).length > 0) {
      const type = this.call(expr.name, true, [expr.target, ...expr.args], expr, names);
      if (expr.name === "format") checkFormat(this, expr);
      if (/^find(All)?$/.test(expr.name)) checkPattern(this, expr);
      return type;
    }
    return this.#unknownFunction(expr, names);
  }

  #unknownFunction(expr: Node<"call">, names: Names): Term {
    const { target } = expr;
    if (target === undefined) {
      const hint = didYouMean(expr.name, functionNames(false));
      this.report("reference", expr.start, `unknown function "${expr.name}"`, hint);
      for (const arg of expr.args) this.infer(arg, names);
      return ERROR;
    }
    const root = target.kind === "ident" ? target.name : undefined;
    const isNamespace = root !== undefined && !names.has(root) &&
      !Object.hasOwn(this.scope.variables, root) && root !== "runtime" && !this.#isFaulty(root);
    if (isNamespace) {
      const name = `${root}.${expr.name}`;
      const hint = didYouMean(name, functionNames(false));
      return this.report("reference", expr.start, `unknown function "${name}"`, hint);
    }
    // An unknown method may be a misspelled macro, whose arguments use variables that only the macro
    // declares. The arguments are therefore not checked.
    this.infer(target, names);
    const hint = didYouMean(expr.name, functionNames(true));
    return this.report("type", expr.at, `unknown method "${expr.name}"`, hint);
  }

  /**
   * Checks the call of a declared function or method. The first argument of a method is the object that the
   * method is called on.
   */
  call(
    name: string,
    isMember: boolean,
    args: readonly Expr[],
    expr: Expr,
    names: Names,
  ): Term {
    // As in cel-go, the object that a method is called on is checked last. A macro in this object therefore
    // has no effect on the other arguments (see `inMacro`).
    const rest = args.slice(isMember ? 1 : 0).map((arg) => this.infer(arg, names));
    const types = isMember ? args.slice(0, 1).map((arg) => this.infer(arg, names)) : [];
    return checkCall(this, name, isMember, [...types, ...rest], args, expr, this.inMacro);
  }

  #list(expr: Node<"list">, names: Names): Term {
    let joined: Term | undefined;
    for (const element of expr.elements) {
      joined = this.#join(joined, this.#item(element.value, element.optional, names));
    }
    return { kind: "list", element: joined ?? this.bindings.fresh() };
  }

  #map(expr: Node<"map">, names: Names): Term {
    let key: Term | undefined;
    let value: Term | undefined;
    for (const entry of expr.entries) {
      key = this.#join(key, this.infer(entry.key, names));
      value = this.#join(value, this.#item(entry.value, entry.optional, names));
    }
    return {
      kind: "map",
      key: key ?? this.bindings.fresh(),
      value: value ?? this.bindings.fresh(),
    };
  }

  /**
   * Returns the type of an element of a list literal, or of a value of a map literal. An element that is
   * written as `?value` must be an optional; the returned type is then the type of the optional's value. As
   * in cel-go, the returned type still contains type variables, because the next element may bind the
   * variables to a more general type.
   */
  #item(expr: Expr, optional: boolean, names: Names): Term {
    const type = this.infer(expr, names);
    if (!optional) return type;
    if (type.kind === "optional") return type.value;
    if (isDyn(type)) return type;
    return this.report(
      "type",
      expr.start,
      `expected optional_type(${this.text(type)}) after "?", found ${this.text(type)}`,
    );
  }

  /** Returns the common type of two elements of a literal; dyn when the elements have no common type. */
  #join(previous: Term | undefined, current: Term): Term {
    if (previous === undefined) return current;
    return this.bindings.assign([previous], [current]) ? mostGeneral(previous, current) : DYN;
  }
}

/**
 * Reports whether an expression may be an index. Only a null literal and a bytes literal are rejected here;
 * every other index is checked at run time.
 */
function isIndex(expr: Expr): boolean {
  return expr.kind !== "literal" || expr.value !== null && !(expr.value instanceof Uint8Array);
}

function literalType(value: Node<"literal">["value"]): CelType {
  if (value === null) return NULL;
  if (typeof value === "boolean") return BOOL;
  if (typeof value === "bigint") return INT;
  if (typeof value === "number") return DOUBLE;
  if (typeof value === "string") return STRING;
  return value instanceof Uint ? UINT : BYTES;
}
