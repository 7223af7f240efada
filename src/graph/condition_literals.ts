/**
 * Literal condition types and statuses in an author's condition, read from its tokens. The text is
 * known to parse; what is computed, or written with escapes, is left to evaluation.
 */

/** A string literal and where it starts. */
export interface Literal {
  readonly value: string;
  readonly offset: number;
}

/** What an entry says in literals. */
export interface ConditionLiterals {
  /** Arguments of `runtime.newCondition({…})`. */
  readonly made: readonly { type?: Literal; status?: Literal }[];
  /** Types read by `runtime.condition(schema, …)`. */
  readonly lookedUp: readonly Literal[];
}

type Token = Literal;

const TOKEN =
  /\/\/[^\n]*|[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\w+|\S/g;

/** Reads the literals of one expression. */
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

/** `type` and `status` of a map literal, as far as their values are one string each. */
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

/** The string at a place when nothing but one of `ends` follows it. */
function stringAt(tokens: readonly Token[], at: number, ends: string[]): Literal | undefined {
  const token = tokens[at];
  const quoted = /^(["'])([^\\]*)\1$/.exec(token?.value ?? "");
  if (!token || !quoted || !ends.includes(tokens[at + 1]?.value ?? "")) return undefined;
  return { value: quoted[2]!, offset: token.offset };
}

function follows(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  return words.every((word, i) => tokens[at + i]?.value === word);
}
