/**
 * Decides whether one type is assignable to another type, and binds the type variables of the two types. The
 * rules are those of cel-go's `checker.isAssignable`.
 */
import type { CelType } from "../types.ts";
import { DYN, isDyn, parameters, sameType, type Term, type TypeVariable } from "./types.ts";

/** The types that are bound to type variables while one expression is checked. */
export class Bindings {
  readonly #types = new Map<string, Term>();
  /** The previous types of the variables that {@link assign} has bound, in the order of the changes. */
  readonly #changes: [variable: string, before: Term | undefined][] = [];
  #count = 0;

  /** Creates a new type variable that is not bound to a type. */
  fresh(): TypeVariable {
    return { kind: "variable", name: `_var${this.#count++}` };
  }

  /**
   * Checks whether every type in a list is assignable to the type at the same position in a second list.
   * Binds type variables only if all types are assignable.
   */
  assign(from: readonly Term[], to: readonly Term[]): boolean {
    this.#changes.length = 0;
    if (this.#allAssignable(from, to)) return true;
    for (const [variable, before] of this.#changes.reverse()) {
      if (before === undefined) this.#types.delete(variable);
      else this.#types.set(variable, before);
    }
    return false;
  }

  #set(variable: TypeVariable, type: Term): void {
    this.#changes.push([variable.name, this.#types.get(variable.name)]);
    this.#types.set(variable.name, type);
  }

  /**
   * Returns a type in which bound type variables are replaced by their types. Unbound type variables stay.
   */
  substitute(type: Term): Term {
    switch (type.kind) {
      case "variable": {
        const bound = this.#types.get(type.name);
        return bound === undefined ? type : this.substitute(bound);
      }
      case "list":
        return { kind: "list", element: this.substitute(type.element) };
      case "map":
        return { kind: "map", key: this.substitute(type.key), value: this.substitute(type.value) };
      case "optional":
        return { kind: "optional", value: this.substitute(type.value) };
      case "type":
        return type.of === undefined ? type : { kind: "type", of: this.substitute(type.of) };
      default:
        return type;
    }
  }

  /**
   * Returns a type in which bound type variables are replaced by their types, and unbound type variables by
   * dyn.
   */
  final(type: Term): CelType {
    const known = this.substitute(type);
    switch (known.kind) {
      case "variable":
        return DYN;
      case "list":
        return { kind: "list", element: this.final(known.element) };
      case "map":
        return { kind: "map", key: this.final(known.key), value: this.final(known.value) };
      case "optional":
        return { kind: "optional", value: this.final(known.value) };
      case "type":
        return known.of === undefined
          ? { kind: "type" }
          : { kind: "type", of: this.final(known.of) };
      default:
        return known;
    }
  }

  #allAssignable(from: readonly Term[], to: readonly Term[]): boolean {
    if (from.length !== to.length) return false;
    for (let index = 0; index < from.length; index++) {
      if (!this.#assignable(from[index]!, to[index]!)) return false;
    }
    return true;
  }

  #assignable(from: Term, to: Term): boolean {
    if (to.kind === "variable") {
      const wasBound = this.#types.has(to.name);
      if (this.#bind(to, from)) return true;
      if (wasBound) return false;
    }
    if (from.kind === "variable") return this.#bind(from, to);
    if (isDyn(from) || isDyn(to)) return true;
    if (from.kind === "null") return isNullable(to);
    if (to.kind === "null") return isNullable(from);
    if (from.kind !== to.kind) return false;
    if (from.kind === "type") return true;
    if ("name" in from && "name" in to && from.name !== to.name) return false;
    return this.#allAssignable(parameters(from), parameters(to));
  }

  /**
   * Binds a type variable to a type. If the variable is bound already, the more general of the two types
   * becomes the new binding.
   */
  #bind(variable: TypeVariable, type: Term): boolean {
    if (sameType(variable, type)) return true;
    const bound = this.#types.get(variable.name);
    if (bound === undefined) {
      if (this.#occurs(variable, type)) return false;
      this.#set(variable, type);
      return true;
    }
    if (sameType(bound, type)) return true;
    if (!this.#assignable(type, bound)) return false;
    const general = mostGeneral(type, bound);
    if (!this.#occurs(variable, general)) this.#set(variable, general);
    return true;
  }

  #occurs(variable: TypeVariable, within: Term): boolean {
    if (sameType(variable, within)) return true;
    if (within.kind === "variable") {
      const bound = this.#types.get(within.name);
      return bound !== undefined && this.#occurs(variable, bound);
    }
    return parameters(within).some((type) => this.#occurs(variable, type));
  }
}

/** Returns the more general of two types that are assignable to each other. */
export function mostGeneral(a: Term, b: Term): Term {
  return isEqualOrLessSpecific(a, b) ? a : b;
}

function isEqualOrLessSpecific(a: Term, b: Term): boolean {
  if (isDyn(a) || a.kind === "variable") return true;
  if (isDyn(b) || b.kind === "variable") return false;
  if (a.kind !== b.kind || ("name" in a && "name" in b && a.name !== b.name)) return false;
  if (a.kind === "type") return true;
  const other = parameters(b);
  return parameters(a).every((type, index) => {
    const counterpart = other[index];
    return counterpart !== undefined && isEqualOrLessSpecific(type, counterpart);
  });
}

/**
 * Reports whether null is assignable to a type. Null is assignable to structs, timestamps, durations,
 * optionals and opaque types.
 */
function isNullable(type: Term): boolean {
  return ["null", "opaque", "optional", "struct", "duration", "timestamp"].includes(type.kind);
}
