/**
 * The grammar as text: `type: expression` a line. `$type` is an expression of that type, `@type` one that
 * sees the macro's variables, `#type` the name of a variable of that type. `T` and `U` stand for several types.
 */
import { LEAVES } from "./leaves.ts";
import { LIBRARIES } from "./libraries.ts";
import { OPERATORS } from "./operators.ts";

/** What `T` stands for. */
const ELEMENTS = [
  ...["int", "string", "dyn", "double", "bool", "uint", "bytes", "timestamp", "duration"],
  ...["list(int)", "map(string, int)"],
];
/** What `U` stands for, where a second type matters less. */
const OTHERS = ["int", "string", "dyn"];

/** One way to make an expression of a type. */
export interface Production {
  readonly type: string;
  readonly pieces: readonly Piece[];
}

/** A piece of a production: text, or a hole for something of a type. */
export type Piece = string | { readonly mark: "$" | "@" | "#"; readonly type: string };

const HOLE = /([$@#])((?:list|map|optional)\((?:[^()]|\([^()]*\))*\)|[A-Za-z]+)/g;

/** Productions of one type by line; those that need a type which nothing yields are left out. */
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
