/**
 * Represents random CEL expressions as trees. If upstream's and kro's results for an expression differ, the
 * tree is reduced to a smaller tree that still shows the difference.
 */

/**
 * A part of an expression tree: a string, a subtree, or the name of a macro variable and its type.
 */
export type Part =
  | string
  | { readonly child: Term; readonly inside: boolean }
  | { readonly name: string; readonly of: string };

/**
 * An expression tree. If `parts` is undefined, the tree stands for the variable of an enclosing macro that
 * has the tree's type. If no such variable is in scope, the tree stands for `simplest`.
 */
export interface Term {
  /** The CEL type of the expression. */
  readonly type: string;
  readonly parts: readonly Part[] | undefined;
  /** The simplest expression of the same type. */
  readonly simplest: string;
}

type Names = ReadonlyMap<string, string>;

/**
 * Returns the expression as a string. `names` contains the macro variables in scope, by type. If the
 * expression is a macro, only its subtrees with `inside` see the macro's own variables.
 */
export function textOf(term: Term, names: Names = new Map()): string {
  if (term.parts === undefined) return names.get(term.type) ?? term.simplest;
  const inner = new Map(names);
  for (const part of term.parts) {
    if (typeof part === "object" && "name" in part) inner.set(part.of, part.name);
  }
  return term.parts.map((part) => {
    if (typeof part === "string") return part;
    return "name" in part ? part.name : textOf(part.child, part.inside ? inner : names);
  }).join("");
}

/** Returns the number of nodes in an expression tree. */
export function sizeOf(term: Term): number {
  return childrenOf(term).reduce((size, child) => size + sizeOf(child), 1);
}

/**
 * Yields smaller variants of an expression tree: first all subtrees, the smallest first, and then copies of
 * the tree in which a smaller expression replaces a subtree.
 */
export function* smaller(term: Term): Generator<Term> {
  const below = [...descendants(term)].sort((a, b) => sizeOf(a) - sizeOf(b));
  yield* below;
  for (const tree of [...below].reverse()) {
    if (textOf(tree) !== tree.simplest) yield replaced(term, tree, leafOf(tree));
    for (const other of descendants(tree)) {
      if (other.type === tree.type) yield replaced(term, tree, other);
    }
  }
}

function leafOf({ type, simplest }: Term): Term {
  return { type, simplest, parts: [simplest] };
}

function childrenOf(term: Term): Term[] {
  return (term.parts ?? []).flatMap((part) =>
    typeof part === "object" && "child" in part ? [part.child] : []
  );
}

function* descendants(term: Term): Generator<Term> {
  for (const child of childrenOf(term)) {
    yield child;
    yield* descendants(child);
  }
}

function replaced(term: Term, old: Term, by: Term): Term {
  if (term === old) return by;
  if (term.parts === undefined) return term;
  const parts = term.parts.map((part) =>
    typeof part === "object" && "child" in part
      ? { ...part, child: replaced(part.child, old, by) }
      : part
  );
  return { ...term, parts };
}
