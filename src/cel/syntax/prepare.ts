/**
 * What the engine's parser does not know of CEL, or reads otherwise, is rewritten length for length
 * before it parses, so that every offset stays the source's own:
 * - Literals that it reads wrong, raw strings, bytes and `.5` among them, become strings that stand
 *   for them. So does a number with its minus: only so is the least int a literal.
 * - Back-ticked fields, and names that only JavaScript reserves, become identifiers that stand for them.
 * - `==` and `!=` become `<=` and `>=`: the engine lets them bind looser, in CEL they stand on one level.
 * - Comments, the `?` of `[?a]` and `{?k: v}`, and the dot of `.a` (there is no container that it could
 *   lead out of) become blanks.
 * - What the engine takes although CEL does not becomes a character that no parser takes, so that the
 *   first fault of an expression is the one that is told.
 */
import type { LiteralValue } from "./ast.ts";
import { numberLiteral, prefixedLiteral } from "./literals.ts";
import { MAX_NESTING, tooDeep } from "./node.ts";
import { endsOperand, type Token, tokenize } from "./tokens.ts";

/** The text to parse, and what its stand-ins stand for, by offset. */
export interface Prepared {
  readonly text: string;
  readonly literals: ReadonlyMap<number, LiteralValue>;
  readonly names: ReadonlyMap<number, string>;
  /** Which elements are optional, by the offset of their list's or map's bracket. */
  readonly optional: ReadonlyMap<number, ReadonlySet<number>>;
  /** What is wrong where the text cannot be parsed on purpose. */
  readonly refused: ReadonlyMap<number, string>;
}

interface Bracket {
  readonly start: number;
  /** Of a list or map, not round a call's arguments or an index. */
  readonly literal: boolean;
  commas: number;
  /** A conditional's `?` is open: its `:` has not come yet. */
  conditional: boolean;
}

const EQUALITY: ReadonlyMap<string, string> = new Map([["==", "<="], ["!=", ">="]]);
const JAVASCRIPT_RESERVED = new Set(["__proto__", "prototype"]);
const REFUSED = "@";
const KEYWORDS = new Set(["true", "false", "null", "in"]);

/** Rewrites a source; throws a SyntaxFault. */
export function prepare(source: string): Prepared {
  return new Rewriter(source, tokenize(source)).rewrite();
}

class Rewriter {
  readonly #literals = new Map<number, LiteralValue>();
  readonly #names = new Map<number, string>();
  readonly #optional = new Map<number, Set<number>>();
  readonly #refused = new Map<number, string>();
  readonly #whole: Bracket = { start: -1, literal: false, commas: 0, conditional: false };
  readonly #brackets: Bracket[] = [];
  /** How many prefix operators stand directly before the token. */
  #prefixes = 0;

  constructor(private readonly source: string, private readonly tokens: readonly Token[]) {}

  rewrite(): Prepared {
    let text = "";
    this.tokens.forEach((token, index) => {
      text = text.padEnd(token.start) + this.#shown(token, index);
    });
    return {
      text: text.padEnd(this.source.length),
      literals: this.#literals,
      names: this.#names,
      optional: this.#optional,
      refused: this.#refused,
    };
  }

  #shown(token: Token, index: number): string {
    const prefixes = this.#prefixes;
    this.#prefixes = 0;
    if (token.kind === "word") return this.#word(token, index);
    if (token.kind === "quoted") return this.#quoted(token, index);
    if (token.kind !== "mark") return this.#literal(token, index);
    switch (token.text) {
      case "-":
      case "!":
        return this.#sign(token, index, prefixes);
      case ".":
        return this.#leads(index) ? " " : token.text;
      case "?":
        return this.#question(token, index);
      case ":":
        this.#innermost.conditional = false;
        return token.text;
      case ",":
        if (this.#isOnlyComma(index)) return " ";
        this.#innermost.commas++;
        return token.text;
      case "(":
      case "[":
      case "{":
        this.#open(token, index);
        return token.text;
      case ")":
      case "]":
      case "}":
        return this.#close(token, index);
      default:
        return EQUALITY.get(token.text) ?? token.text;
    }
  }

  #literal({ kind, text, start }: Token, index: number): string {
    // Otherwise two stand-ins side by side could read as one literal.
    if (endsOperand(this.tokens[index - 1])) {
      return this.#refuse(start, "expected an operator, found a literal");
    }
    if (kind === "text" || (kind === "number" && !text.startsWith("."))) return text;
    const value = kind === "prefixed" ? prefixedLiteral(text, start) : numberLiteral(text, start);
    this.#literals.set(start, value);
    return `"${"_".repeat(text.length - 2)}"`;
  }

  #word({ text, start }: Token, index: number): string {
    const isField = this.#followsDot(index) && !this.#leads(index - 1);
    if (isField || !JAVASCRIPT_RESERVED.has(text)) return text;
    this.#names.set(start, text);
    return "_".repeat(text.length);
  }

  #quoted({ text, start }: Token, index: number): string {
    if (!this.#followsDot(index) || this.tokens[index + 1]?.text === "(") {
      return this.#refuse(start, "only the name of a field takes back-ticks");
    }
    this.#names.set(start, text.slice(1, -1));
    // A blank for the closing back-tick, lest a word that follows at once becomes part of the name.
    return "_".repeat(text.length - 1);
  }

  #sign({ text, start }: Token, index: number, prefixes: number): string {
    const last = this.tokens[index - 1];
    if (endsOperand(last)) return text;
    if (prefixes > 0 && last?.text !== text) {
      return this.#refuse(start, "- and ! do not follow each other: use brackets");
    }
    this.#prefixes = prefixes + 1;
    // The engine recurses for each of them without a limit of its own.
    if (this.#prefixes > MAX_NESTING) tooDeep(start);
    return text;
  }

  #question({ text, start }: Token, index: number): string {
    const last = this.tokens[index - 1];
    const bracket = this.#innermost;
    if (bracket.literal && (last?.text === "," || last?.start === bracket.start)) {
      const elements = this.#optional.get(bracket.start) ?? new Set();
      this.#optional.set(bracket.start, elements.add(bracket.commas));
      return " ";
    }
    if (last?.text === "." || last?.start === bracket.start) return text;
    if (bracket.conditional) {
      return this.#refuse(start, "a conditional between ? and : needs brackets");
    }
    bracket.conditional = true;
    return text;
  }

  #open({ text, start }: Token, index: number): void {
    const literal = text === "{" || (text === "[" && !endsOperand(this.tokens[index - 1]));
    this.#brackets.push({ start, literal, commas: 0, conditional: false });
  }

  #close({ text, start }: Token, index: number): string {
    this.#brackets.pop();
    const last = this.tokens[index - 1]?.text;
    // The engine would see only the blank that a `?` became; lists and maps may end in a comma.
    return last === "?" || (last === "," && text === ")")
      ? this.#refuse(start, `expected an expression, found "${text}"`)
      : text;
  }

  /** `[,]` and `{,}` are empty: the comma that may end a list or map stands alone. */
  #isOnlyComma(index: number): boolean {
    const { literal, start } = this.#innermost;
    return literal && this.tokens[index - 1]?.start === start &&
      /^[\]}]$/.test(this.tokens[index + 1]?.text ?? "");
  }

  #refuse(start: number, message: string): string {
    this.#refused.set(start, message);
    return REFUSED;
  }

  get #innermost(): Bracket {
    return this.#brackets.at(-1) ?? this.#whole;
  }

  #followsDot(index: number): boolean {
    const [beforeLast, last] = [this.tokens[index - 2], this.tokens[index - 1]];
    return last?.text === "." || (last?.text === "?" && beforeLast?.text === ".");
  }

  /** Whether the token is a dot that leads a name instead of following a value. */
  #leads(index: number): boolean {
    const next = this.tokens[index + 1];
    return this.tokens[index]?.text === "." && next?.kind === "word" && !KEYWORDS.has(next.text) &&
      !this.#followsDot(index) &&
      !endsOperand(this.tokens[index - 1]);
  }
}
