/**
 * Finds the condition types and statuses that an expression contains as string literals, so that they can
 * be checked before the evaluation. The expression must be valid. Types and statuses that are computed or
 * contain escapes are checked only when the expression is evaluated.
 */

/** A string literal and its position in the expression. */
export interface Literal {
  /** The characters between the quotes. */
  readonly value: string;
  /** The position of the opening quote, as an offset in UTF-16 units. */
  readonly offset: number;
}

/** The string literals of one expression that name a condition type or a status. */
export interface ConditionLiterals {
  /** The type and the status in each call of `runtime.newCondition({…})`, if they are string literals. */
  readonly made: readonly { type?: Literal; status?: Literal }[];
  /**
   * The condition types that calls of `runtime.condition(schema, …)` look up, if they are string literals.
   */
  readonly lookedUp: readonly Literal[];
}

type Token = Literal;

const TOKEN =
  /\/\/[^\n]*|[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\w+|\S/g;

/** Finds the string literals in an expression that name a condition type or a status. */
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

/** Returns the values of `type` and `status` in a map literal, if these values are string literals. */
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

/**
 * Returns the string literal at an index of the tokens. Returns undefined when the token is not a string
 * literal, or when the next token is not one of `ends`.
 */
function stringAt(tokens: readonly Token[], at: number, ends: string[]): Literal | undefined {
  const token = tokens[at];
  const quoted = /^(["'])([^\\]*)\1$/.exec(token?.value ?? "");
  if (!token || !quoted || !ends.includes(tokens[at + 1]?.value ?? "")) return undefined;
  return { value: quoted[2]!, offset: token.offset };
}

function follows(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  return words.every((word, i) => tokens[at + i]?.value === word);
}
