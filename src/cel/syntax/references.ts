/** Who an expression refers to: free identifiers, plain functions, and paths below identifiers. */
import type { Expr } from "./ast.ts";
import { children, plainCallee } from "./ast.ts";

/** What is read, before any typing. */
export interface References {
  readonly references: Map<string, number>;
  readonly functions: Map<string, number>;
  readonly paths: Map<string, string[][]>;
}

/** Collects the references; `isFunction` tells namespaced functions from methods. */
export function collect(root: Expr, isFunction: (name: string) => boolean): References {
  const found: References = { references: new Map(), functions: new Map(), paths: new Map() };
  visit(root, new Set(), [], found, isFunction);
  for (const [name, paths] of found.paths) found.paths.set(name, withoutCovered(paths));
  return found;
}

function visit(
  expr: Expr,
  hidden: ReadonlySet<string>,
  path: readonly string[],
  found: References,
  isFunction: (name: string) => boolean,
): void {
  const go = (child: Expr, names: ReadonlySet<string> = hidden, below: readonly string[] = []) =>
    visit(child, names, below, found, isFunction);
  switch (expr.kind) {
    case "ident":
      return use(expr.name, expr.start, hidden, path, found);
    case "select":
    case "has":
      return go(expr.operand, hidden, [expr.field, ...path]);
    case "index": {
      const { index } = expr;
      const isKey = index.kind === "literal" && typeof index.value === "string";
      go(expr.operand, hidden, isKey ? [String(index.value), ...path] : []);
      return go(index);
    }
    case "call": {
      const name = plainCallee(expr, isFunction);
      if (name === undefined) return children(expr).forEach((child) => go(child));
      // Operators are calls too, but nobody wrote their names.
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

function use(
  name: string,
  offset: number,
  hidden: ReadonlySet<string>,
  path: readonly string[],
  found: References,
): void {
  if (hidden.has(name)) return;
  if (!found.references.has(name)) found.references.set(name, offset);
  const paths = found.paths.get(name) ?? [];
  paths.push([...path]);
  found.paths.set(name, paths);
}

/** Drops paths below another one: whoever keeps `spec` keeps `spec.name` as well. */
function withoutCovered(paths: readonly string[][]): string[][] {
  const unique = [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
  return unique.filter((path) =>
    !unique.some((other) =>
      other.length < path.length && other.every((part, index) => part === path[index])
    )
  );
}
