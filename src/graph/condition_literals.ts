/**
 * Finds literal condition types and statuses in a condition's expression, which is known to parse.
 * Computed values and literals with escapes are checked only when they are evaluated.
 */

/** A string literal and the UTF-16 offset where it starts. */
export interface Literal {
  /** The characters between the quotes. */
  readonly value: string;
  /** The offset of the opening quote. */
  readonly offset: number;
}

/** The literals of one expression. */
export interface ConditionLiterals {
  /** The arguments of each `runtime.newCondition({…})`. */
  readonly made: readonly { type?: Literal; status?: Literal }[];
  /** The types that `runtime.condition(schema, …)` looks up. */
  readonly lookedUp: readonly Literal[];
}

type Token = Literal;

const TOKEN =
  /\/\/[^\n]*|[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\w+|\S/g;

/** Finds the literals of an expression. */
export function conditionLiterals(source: string): ConditionLiterals {
  const tokens: Token[] = [...source.matchAll(TOKEN)]
    .map((match) => ({ value: match[0], offset: match.index }))
    .filter((token) => !token.value.startsWith("//"));
  const made: { type?: Literal; status?: Literal }[] = [];
  const lookedUp: Literal[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (follows(tokens, i, ["runtime", ".", "newCondition", "(", "{"])) {
      made.push(entries(tokens, i + 5));
    } else if (follows(tokens, i, ["runtime", ".", "condition", "(", "schema", ","])) {
      const type = stringAt(tokens, i + 6, [")"]);
      if (type) lookedUp.push(type);
    }
  }
  return { made, lookedUp };
}

/** The values of `type` and `status` in a map literal, if they are string literals. */
function entries(tokens: readonly Token[], from: number): { type?: Literal; status?: Literal } {
  const found: { type?: Literal; status?: Literal } = {};
  let depth = 0;
  for (let i = from; i < tokens.length && depth >= 0; i++) {
    const token = tokens[i]!.value;
    if ("([{".includes(token)) depth++;
    else if (")]}".includes(token)) depth--;
    else if (depth === 0 && (token === "type" || token === "status")) {
      const isKey = tokens[i + 1]?.value === ":" && [",", "{"].includes(tokens[i - 1]!.value);
      if (isKey) found[token] = stringAt(tokens, i + 2, [",", "}"]);
    }
  }
  return found;
}

/** The string literal at an index of the tokens, if one of `ends` follows it directly. */
function stringAt(tokens: readonly Token[], at: number, ends: string[]): Literal | undefined {
  const token = tokens[at];
  const quoted = /^(["'])([^\\]*)\1$/.exec(token?.value ?? "");
  if (!token || !quoted || !ends.includes(tokens[at + 1]?.value ?? "")) return undefined;
  return { value: quoted[2]!, offset: token.offset };
}

function follows(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  return words.every((word, i) => tokens[at + i]?.value === word);
}
