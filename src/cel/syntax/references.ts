/** Collects the variables and functions that an expression uses. */
import type { Expr } from "./ast.ts";
import { children, plainCallee } from "./ast.ts";

/** The names that an expression uses, each with the offset of its first use; see {@link Parsed}. */
export interface References {
  /** The variables of the expression. Variables that macros declare are left out. */
  readonly references: Map<string, number>;
  /** The called functions by qualified name, such as `json.marshal`. Methods and operators are left out. */
  readonly functions: Map<string, number>;
}

/**
 * Collects the names that an expression uses.
 *
 * @param isFunction See {@link plainCallee}.
 */
export function collect(root: Expr, isFunction: (name: string) => boolean): References {
  const found: References = { references: new Map(), functions: new Map() };
  visit(root, new Set(), found, isFunction);
  return found;
}

function visit(
  expr: Expr,
  hidden: ReadonlySet<string>,
  found: References,
  isFunction: (name: string) => boolean,
): void {
  const go = (child: Expr, names: ReadonlySet<string> = hidden) =>
    visit(child, names, found, isFunction);
  switch (expr.kind) {
    case "ident": {
      const isFree = !hidden.has(expr.name);
      if (isFree && !found.references.has(expr.name)) found.references.set(expr.name, expr.start);
      return;
    }
    case "call": {
      const name = plainCallee(expr, isFunction);
      if (name === undefined) return children(expr).forEach((child) => go(child));
      // Operators are calls too, but the names of their functions do not occur in the source, so operators
      // are skipped.
      if (/^[A-Za-z]/.test(name) && !found.functions.has(name)) {
        found.functions.set(name, expr.start);
      }
      return expr.args.forEach((child) => go(child));
    }
    case "loop": {
      go(expr.range);
      const inside = new Set([...hidden, ...expr.variables]);
      if (expr.condition) go(expr.condition, inside);
      if (expr.body) go(expr.body, inside);
      return;
    }
    case "bind":
      go(expr.init);
      return go(expr.body, new Set([...hidden, expr.variable]));
    case "optMap":
      go(expr.target);
      return go(expr.body, new Set([...hidden, expr.variable]));
    default:
      return children(expr).forEach((child) => go(child));
  }
}
