/** The type checker, after cel-go's: infers the type of an expression and collects its problems. */
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

/** The types of the variables that macros bind. */
export type Names = ReadonlyMap<string, Term>;

/** Checks one expression. Problems are collected, so that all are reported at once. */
export class Checker {
  /** The problems found so far; empty when the expression type-checks. */
  readonly problems: CelProblem[] = [];
  /** The types bound to type variables so far. */
  readonly bindings = new Bindings();
  /** The overloads that the static types leave for each call. */
  readonly chosen: Map<Expr, Overload[]> = new Map();
  /**
   * Whether a macro was entered, the present one or an earlier one. From there to the end of the
   * expression, cel-go's checker considers more overloads.
   */
  inMacro = false;
  readonly #types = new Map<Expr, Term>();
  /** Uses of macro variables whose type becomes known only at the end; checked then. */
  readonly #open: { type: Term; name: string; offset: number }[] = [];

  /** A checker for one expression. `scope` declares its variables, and whether it may call `omit()`. */
  constructor(private readonly scope: CelScope) {}

  /** Checks the whole expression; the result is its type, or the error type after a problem. */
  check(root: Expr): CelType {
    const type = this.infer(root, new Map());
    for (const open of this.#open) this.notType(open.type, open.name, open.offset);
    return this.bindings.final(type);
  }

  /** Adds a problem. Returns the error type for its node, which is assignable to every type. */
  report(
    code: CelProblem["code"],
    offset: number,
    message: string,
    hint?: string,
  ): Term {
    this.problems.push({ code, message, offset, ...(hint === undefined ? {} : { hint }) });
    return ERROR;
  }

  /** The text of a type, with the bindings known so far. */
  text(type: Term): string {
    return typeText(this.bindings.final(type));
  }

  /** The type of a node that {@link infer} has visited; dyn for other nodes. */
  known(expr: Expr): Term {
    return this.bindings.substitute(this.#types.get(expr) ?? DYN);
  }

  /** Infers the type of a node, and reports its problems. */
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
      // As in cel-go, types of macros are substituted at once, those of literals are not.
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

  /** Reports a macro variable that holds a type: cel-go's planner would take it for the type's name. */
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
    // It may be a misspelt macro, whose arguments would only cause further problems.
    this.infer(target, names);
    const hint = didYouMean(expr.name, functionNames(true));
    return this.report("type", expr.at, `unknown method "${expr.name}"`, hint);
  }

  /** Checks a call of a declared function or, with the receiver as first argument, of a method. */
  call(
    name: string,
    isMember: boolean,
    args: readonly Expr[],
    expr: Expr,
    names: Names,
  ): Term {
    // As in cel-go, the receiver comes last: a macro in it affects only what follows.
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
   * The type of an element or an entry's value; after `?` it must be an optional. As in cel-go, type
   * variables are not substituted: joining the elements may still bind them to a more general type.
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

  /** The common type of two elements of a literal; dyn when they have none. */
  #join(previous: Term | undefined, current: Term): Term {
    if (previous === undefined) return current;
    return this.bindings.assign([previous], [current]) ? mostGeneral(previous, current) : DYN;
  }
}

/** Whether an expression may be an index: no null or bytes literal. Other types are checked by value. */
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
