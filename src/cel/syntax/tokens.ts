/**
 * Splits an expression into tokens. Tokens have only those kinds that `prepare.ts` must distinguish when it
 * rewrites the expression for the parser of the library cel-js.
 */
import { syntaxFault } from "./error.ts";

/**
 * A token of an expression. A `prefixed` literal has `r` or `b` before its quotes. A `negative` number
 * includes its minus. A `quoted` name is written in back-ticks. A `mark` is any other character or operator.
 */
export interface Token {
  /**
   * The kind of the token. A `text` is a string literal without prefix, and a `word` is a name or keyword.
   */
  readonly kind: "text" | "prefixed" | "quoted" | "number" | "negative" | "word" | "mark";
  /** The token as it is written in the source, including quotes and prefix. */
  readonly text: string;
  /** The offset of the token's first character in the source, in UTF-16 units. */
  readonly start: number;
}

const RAW = oneOf(
  /"""[^]*?"""/,
  /'''[^]*?'''/,
  /"(?!"")[^"\r\n]*"/,
  /'(?!'')[^'\r\n]*'/,
);
const ESCAPED = oneOf(
  /"""(?:\\[^]|[^\\])*?"""/,
  /'''(?:\\[^]|[^\\])*?'''/,
  /"(?!"")(?:\\[^\r\n]|[^"\\\r\n])*"/,
  /'(?!'')(?:\\[^\r\n]|[^'\\\r\n])*'/,
);
const NUMBER = oneOf(
  /0[xX][\da-fA-F]+[uU]?/,
  /(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?/,
  /\d+[eE][+-]?\d+/,
  /\d+[uU]?/,
);
const TOKEN = new RegExp(
  [
    /(?<blank>(?:[ \t\r\n\f]|\/\/[^\n]*)+)/.source,
    `(?<prefixed>[bB]?[rR](?:${RAW})|[bB](?:${ESCAPED}))`,
    `(?<text>${ESCAPED})`,
    /(?<quoted>`[\w.\-\/ ]+`)/.source,
    `(?<number>${NUMBER})`,
    /(?<word>[A-Za-z_]\w*)/.source,
    /(?<mark>&&|\|\||[=!<>]=|[^])/.source,
  ].join("|"),
  "y",
);

function oneOf(...patterns: readonly RegExp[]): string {
  return patterns.map((pattern) => pattern.source).join("|");
}

/**
 * Splits an expression into tokens, without white space and comments. Throws a SyntaxFault when a string
 * literal is not closed.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < source.length;) {
    const token = tokenAt(source, start);
    start = token.start + token.text.length;
    if (token.text === "") break;
    if (token.kind === "mark" && /["']/.test(token.text)) {
      syntaxFault(token.start, "string literal is not closed");
    }
    const minus = tokens.at(-1);
    const signed = token.kind === "number" && !/u$/i.test(token.text) && minus?.text === "-" &&
      !endsOperand(tokens.at(-2)) && !followsPrefixMinus(tokens);
    if (signed) {
      tokens[tokens.length - 1] = {
        kind: "negative",
        text: source.slice(minus.start, start),
        start: minus.start,
      };
    } else tokens.push(token);
  }
  return tokens;
}

/**
 * Reports whether the last token follows a prefix minus, which is a minus without a left operand. In `--1`,
 * the second minus follows a prefix minus, so it is an operator and not the sign of the number. In `2 - -1`,
 * the first minus has the left operand 2, so the second minus is the sign of the number.
 */
function followsPrefixMinus(tokens: readonly Token[]): boolean {
  return tokens.at(-2)?.text === "-" && !endsOperand(tokens.at(-3));
}

/**
 * Returns the token at an offset, after skipping white space. Returns an empty token at the end of the
 * source.
 */
export function tokenAt(source: string, offset: number): Token {
  TOKEN.lastIndex = offset;
  const match = TOKEN.exec(source);
  if (match === null) return { kind: "mark", text: "", start: source.length };
  const [text] = match;
  const groups = match.groups ?? {};
  if (groups.blank !== undefined) return tokenAt(source, offset + text.length);
  const kind = KINDS.find((one) => groups[one] !== undefined) ?? "mark";
  return { kind, text, start: offset };
}

/** The kinds of tokens, the most frequent first. Each kind is the name of a group in the pattern `TOKEN`. */
const KINDS = ["mark", "word", "number", "text", "prefixed", "quoted"] as const;

/**
 * Reports whether an operand may end with this token, as with a name or `)`. The word `in` is an operator, so
 * no operand ends with it. A `.`, `[`, `?` or `-` after the end of an operand is an operator that applies to
 * the operand.
 */
export function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === "mark" ? /^[)\]}]$/.test(token.text) : token.text !== "in";
}
