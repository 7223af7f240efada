/**
 * Rewrites those parts of a CEL expression that the parser of the library cel-js rejects or parses
 * differently from CEL. Every replacement has the same length as the original, so offsets stay valid:
 * - Literals that cel-js misreads (raw strings, bytes, `.5`) become placeholder strings. A negative number
 *   becomes a placeholder string too, because the minimum int is valid only together with its sign.
 * - Field names in back-ticks, and names that are reserved in JavaScript but not in CEL, become placeholder
 *   identifiers.
 * - `==` and `!=` become `<=` and `>=`. In CEL all relations have the same precedence, but in cel-js `==`
 *   and `!=` have a lower precedence than `<=` and `>=`.
 * - Comments, the `?` of `[?a]` and `{?k: v}`, and a leading dot as in `.a` become spaces. A leading dot
 *   selects a name outside of the CEL container. kro has no container, so the dot has no effect.
 * - Syntax that cel-js accepts but CEL does not is replaced by a character that cel-js rejects. cel-js then
 *   reports the first error of the expression.
 */
import type { LiteralValue } from "./ast.ts";
import { numberLiteral, prefixedLiteral } from "./literals.ts";
import { MAX_NESTING, tooDeep } from "./node.ts";
import { endsOperand, type Token, tokenize } from "./tokens.ts";

/** A rewritten expression for cel-js, and the original values of its placeholders. */
export interface Prepared {
  /** The rewritten expression, which has the same length as the original. */
  readonly text: string;
  /**
   * The values of the literals that were replaced by placeholder strings. The keys are the offsets of the
   * literals.
   */
  readonly literals: ReadonlyMap<number, LiteralValue>;
  /**
   * The names, without back-ticks, that were replaced by placeholder identifiers. The keys are the offsets of
   * the names.
   */
  readonly names: ReadonlyMap<number, string>;
  /**
   * The indexes of the optional elements of each list or map literal. The keys are the offsets of the
   * literals' opening brackets.
   */
  readonly optional: ReadonlyMap<number, ReadonlySet<number>>;
  /**
   * The error message for each character that was inserted to make cel-js fail. The keys are the offsets of
   * the characters.
   */
  readonly refused: ReadonlyMap<number, string>;
}

/** An open bracket in the expression. */
interface Bracket {
  readonly start: number;
  /** Whether the bracket opens a list or map literal, instead of arguments or an index. */
  readonly literal: boolean;
  commas: number;
  /** Whether a conditional inside the bracket still lacks its `:`, because only its `?` has been read. */
  conditional: boolean;
}

const EQUALITY: ReadonlyMap<string, string> = new Map([["==", "<="], ["!=", ">="]]);
const JAVASCRIPT_RESERVED = new Set(["__proto__", "prototype"]);
const REFUSED = "@";
const KEYWORDS = new Set(["true", "false", "null", "in"]);

/** Rewrites an expression for cel-js. Throws a SyntaxFault when the expression is invalid. */
export function prepare(source: string): Prepared {
  return new Rewriter(source, tokenize(source)).rewrite();
}

/** Rewrites the tokens of one expression, in order. */
class Rewriter {
  readonly #literals = new Map<number, LiteralValue>();
  readonly #names = new Map<number, string>();
  readonly #optional = new Map<number, Set<number>>();
  readonly #refused = new Map<number, string>();
  readonly #whole: Bracket = { start: -1, literal: false, commas: 0, conditional: false };
  readonly #brackets: Bracket[] = [];
  /** The number of prefix operators (`-` and `!`) directly before the current token. */
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
    // Two adjacent placeholder strings could be read as one literal, so adjacent literals are rejected here.
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
      return this.#refuse(start, "back-ticks can quote only the name of a selected field");
    }
    this.#names.set(start, text.slice(1, -1));
    // The closing back-tick becomes a space, so that a following word is not read as part of the
    // placeholder.
    return "_".repeat(text.length - 1);
  }

  #sign({ text, start }: Token, index: number, prefixes: number): string {
    const last = this.tokens[index - 1];
    if (endsOperand(last)) return text;
    if (prefixes > 0 && last?.text !== text) {
      return this.#refuse(start, "- and ! cannot be combined directly: use parentheses");
    }
    this.#prefixes = prefixes + 1;
    // cel-js recurses for each prefix operator without a limit, so the number of prefix operators is limited
    // here.
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
      return this.#refuse(start, "a conditional between ? and : needs parentheses");
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
    // CEL rejects a comma before `)`, and a `?` before a closing bracket. cel-js would accept both: it allows
    // the comma, and the `?` was replaced by a space. The closing bracket is therefore refused here.
    return last === "?" || (last === "," && text === ")")
      ? this.#refuse(start, `expected an expression, found "${text}"`)
      : text;
  }

  /** Reports whether a comma is the only content of a list or map literal. CEL allows `[,]` and `{,}`. */
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

  /** Reports whether a dot is a leading dot, as in `.a`, and not a selection. */
  #leads(index: number): boolean {
    const next = this.tokens[index + 1];
    return this.tokens[index]?.text === "." && next?.kind === "word" && !KEYWORDS.has(next.text) &&
      !this.#followsDot(index) &&
      !endsOperand(this.tokens[index - 1]);
  }
}
