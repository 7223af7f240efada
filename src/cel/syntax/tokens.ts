/** Splits text into tokens, as far as the rewriting before the parser needs it. */
import { syntaxFault } from "./error.ts";

/**
 * A token. A `prefixed` literal has `r` or `b` before its quotes, a `negative` one includes its minus, a
 * `quoted` name stands in back-ticks, and a `mark` is any other character or operator.
 */
export interface Token {
  /** The class of the token. `text` is a string literal without prefix, `word` a name or keyword. */
  readonly kind: "text" | "prefixed" | "quoted" | "number" | "negative" | "word" | "mark";
  /** The token as it is written in the source, with quotes and prefix. */
  readonly text: string;
  /** The UTF-16 offset of its first character in the source. */
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

/** The tokens of an expression, without white space and comments. Throws a SyntaxFault. */
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
      !endsOperand(tokens.at(-2)) && !isMinusSign(tokens);
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

/** Whether the last minus follows another minus: the number then does not include it. */
function isMinusSign(tokens: readonly Token[]): boolean {
  return tokens.at(-2)?.text === "-" && !endsOperand(tokens.at(-3));
}

/** The token at an offset, after white space; an empty one at the end. */
export function tokenAt(source: string, offset: number): Token {
  TOKEN.lastIndex = offset;
  const match = TOKEN.exec(source);
  if (match === null) return { kind: "mark", text: "", start: source.length };
  const [text] = match;
  const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
  if (kind === "blank") return tokenAt(source, offset + text.length);
  return { kind: kind as Token["kind"], text, start: offset };
}

/** Whether a token may end an operand, so that `.`, `[`, `?` or `-` after it is an operator on it. */
export function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === "mark" ? /^[)\]}]$/.test(token.text) : token.text !== "in";
}
