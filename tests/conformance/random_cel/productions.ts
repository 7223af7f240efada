/**
 * Parses the grammar of random expressions. Each line contains a rule `type: expression` with placeholders:
 * - `$type`: an expression of this type;
 * - `@type`: an expression of this type that may use the macro's variables;
 * - `#type`: the name of a macro variable of this type;
 * - `T` and `U`: a type; the line stands for one rule for each type in {@link ELEMENTS} or {@link OTHERS}.
 */
import { LEAVES } from "./leaves.ts";
import { LIBRARIES } from "./libraries.ts";
import { OPERATORS } from "./operators.ts";

/** The types that replace the placeholder `T` of a grammar rule. */
const ELEMENTS = [
  ...["int", "string", "dyn", "double", "bool", "uint", "bytes", "timestamp", "duration"],
  ...["list(int)", "map(string, int)"],
];
/** The types that replace the placeholder `U` of a grammar rule. */
const OTHERS = ["int", "string", "dyn"];

/** A grammar rule: a way to build an expression of a type. */
export interface Production {
  readonly type: string;
  readonly pieces: readonly Piece[];
}

/** A part of a grammar rule: a string, or a placeholder for an expression or a name. */
export type Piece = string | { readonly mark: "$" | "@" | "#"; readonly type: string };

const HOLE = /([$@#])((?:list|map|optional)\((?:[^()]|\([^()]*\))*\)|[A-Za-z]+)/g;

/**
 * Returns the grammar rules for random expressions, grouped by their line in the grammar and by type. Leaves
 * out a rule with a placeholder for a type of which the grammar has no expressions.
 */
export function productions(): Production[][] {
  const lines = `${OPERATORS}\n${LIBRARIES}`.split("\n").filter((line) => line.trim() !== "");
  const groups = lines.flatMap((line) => [
    ...Map.groupBy(expanded(line).map(parse), ({ type }) => type).values(),
  ]);
  const types = new Set(groups.flat().map(({ type }) => type));
  for (const type of Object.keys(LEAVES)) types.add(type);
  return groups.map((group) => group.filter(({ pieces }) => isComplete(pieces, types)))
    .filter((group) => group.length > 0);
}

function isComplete(pieces: readonly Piece[], types: ReadonlySet<string>): boolean {
  return pieces.every((piece) =>
    typeof piece === "string" || piece.mark === "#" || types.has(piece.type)
  );
}

function expanded(line: string): string[] {
  const first = /\bT\b/.test(line)
    ? ELEMENTS.map((type) => line.replaceAll(/\bT\b/g, type))
    : [line];
  return first.flatMap((text) =>
    /\bU\b/.test(text) ? OTHERS.map((type) => text.replaceAll(/\bU\b/g, type)) : [text]
  );
}

function parse(line: string): Production {
  const end = line.indexOf(": ");
  const text = line.slice(end + 2);
  const pieces: Piece[] = [];
  let last = 0;
  for (const { index, 0: whole, 1: mark, 2: type = "" } of text.matchAll(HOLE)) {
    pieces.push(text.slice(last, index), { mark: mark as "$" | "@" | "#", type });
    last = index + whole.length;
  }
  pieces.push(text.slice(last));
  return { type: line.slice(0, end).trim(), pieces: pieces.filter((piece) => piece !== "") };
}
