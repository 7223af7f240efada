/** Expressions as trees, so that a difference can be cut down to what it needs. */

/** What a tree is made of: text, trees, and names that macros bind. */
export type Part =
  | string
  | { readonly child: Term; readonly inside: boolean }
  | { readonly name: string; readonly of: string };

/** A tree; without parts it stands for a variable of its type, or for the text if none is bound. */
export interface Term {
  /** What it was made to yield. */
  readonly type: string;
  readonly parts: readonly Part[] | undefined;
  /** The simplest text of this type. */
  readonly simplest: string;
}

type Names = ReadonlyMap<string, string>;

/** The text; the names that a macro binds are known in those of its children that stand inside. */
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

/** How many trees a tree is made of. */
export function sizeOf(term: Term): number {
  return childrenOf(term).reduce((size, child) => size + sizeOf(child), 1);
}

/** Smaller trees, the smallest first: parts of it alone, and it with parts made smaller. */
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
