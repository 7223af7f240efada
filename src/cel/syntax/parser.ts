/** Tokens to a syntax tree, by recursive descent over CEL's grammar. */
import type { Element, Entry, Expr, LiteralValue } from "./ast.ts";
import { children } from "./ast.ts";
import { limitFault, syntaxFault } from "./error.ts";
import { type Token, tokenize } from "./lexer.ts";
import { expandCall } from "./macros.ts";

/** How deep expressions may nest, in the text and in the tree. */
const MAX_NESTING = 250;
/** Longest expression. */
const MAX_CODE_POINTS = 100_000;

const RESERVED = new Set(
  "as break const continue else for function if import let loop package namespace return var void while"
    .split(" "),
);
const KEYWORDS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const RELATIONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);

type Shape<T> = T extends unknown ? Omit<T, "start" | "end" | "at" | "depth"> : never;

/** A node without its position. */
export type ExprShape = Shape<Expr>;

/** Makes a node and keeps the tree within its depth. */
export function node(shape: ExprShape, start: number, end: number, at = start): Expr {
  const draft = { ...shape, start, end, at, depth: 1 } as Expr;
  const depth = 1 + children(draft).reduce((most, child) => Math.max(most, child.depth), 0);
  if (depth > MAX_NESTING + 1) limitFault(at, `expression nests deeper than ${MAX_NESTING}`);
  return { ...draft, depth };
}

/** Parses an expression; throws a SyntaxFault. */
export function parseExpression(source: string): Expr {
  // A string is never longer in code points than in UTF-16 units, so most need no counting.
  if (source.length > MAX_CODE_POINTS && [...source].length > MAX_CODE_POINTS) {
    limitFault(0, `expression is longer than ${MAX_CODE_POINTS} characters`);
  }
  return new Parser(tokenize(source)).whole();
}

class Parser {
  #position = 0;
  #nesting = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expr {
    const result = this.#expression();
    if (this.#token.kind !== "end") this.#unexpected();
    return result;
  }

  get #token(): Token {
    return this.#peek(0);
  }

  #peek(ahead: number): Token {
    const token = this.tokens[Math.min(this.#position + ahead, this.tokens.length - 1)];
    if (token === undefined) throw new RangeError("no tokens");
    return token;
  }

  #next(): Token {
    const token = this.#token;
    this.#position++;
    return token;
  }

  #is(text: string): boolean {
    return this.#token.text === text && this.#token.kind === "operator";
  }

  #take(text: string): Token | undefined {
    return this.#is(text) ? this.#next() : undefined;
  }

  #expect(text: string): Token {
    return this.#take(text) ?? this.#unexpected(`"${text}"`);
  }

  #unexpected(wanted = "an expression"): never {
    const { kind, start, text } = this.#token;
    const found = kind === "end" ? "the end" : kind === "literal" ? "a literal" : `"${text}"`;
    syntaxFault(start, `expected ${wanted}, found ${found}`);
  }

  #expression(): Expr {
    if (++this.#nesting > MAX_NESTING) {
      limitFault(this.#token.start, `expression nests deeper than ${MAX_NESTING}`);
    }
    const condition = this.#logical("||", () => this.#logical("&&", () => this.#relation()));
    let result = condition;
    const question = this.#take("?");
    if (question) {
      const yes = this.#logical("||", () => this.#logical("&&", () => this.#relation()));
      this.#expect(":");
      const no = this.#expression();
      const args = [condition, yes, no];
      result = node({ kind: "call", name: "_?_:_", args }, condition.start, no.end, question.start);
    }
    this.#nesting--;
    return result;
  }

  /** `a && b && c` is one call of many arguments, so that long chains stay flat. */
  #logical(operator: "&&" | "||", operand: () => Expr): Expr {
    const first = operand();
    if (!this.#is(operator)) return first;
    const at = this.#token.start;
    const args = [first];
    while (this.#take(operator)) args.push(operand());
    const end = args.at(-1)?.end ?? first.end;
    return node({ kind: "call", name: `_${operator}_`, args }, first.start, end, at);
  }

  #binary(operators: (token: Token) => boolean, operand: () => Expr): Expr {
    let left = operand();
    while (operators(this.#token)) {
      const operator = this.#next();
      const right = operand();
      const name = operator.text === "in" ? "@in" : `_${operator.text}_`;
      left = node(
        { kind: "call", name, args: [left, right] },
        left.start,
        right.end,
        operator.start,
      );
    }
    return left;
  }

  #relation(): Expr {
    return this.#binary(
      (token) => token.kind !== "literal" && token.kind !== "quoted" && RELATIONS.has(token.text),
      () => this.#sum(),
    );
  }

  #sum(): Expr {
    const isSum = (token: Token) => token.kind === "operator" && /^[+-]$/.test(token.text);
    const isProduct = (token: Token) => token.kind === "operator" && /^[*/%]$/.test(token.text);
    return this.#binary(isSum, () => this.#binary(isProduct, () => this.#unary()));
  }

  #unary(): Expr {
    const first = this.#token;
    if (!this.#is("-") && !this.#is("!")) return this.#member();
    let count = 0;
    while (this.#is(first.text)) {
      // The minus next to a number belongs to the number: only so is the least int a literal.
      if (first.text === "-" && this.#peek(1).kind === "literal" && this.#isNumber(this.#peek(1))) {
        break;
      }
      this.#next();
      count++;
    }
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    const name = first.text === "-" ? "-_" : "!_";
    return node({ kind: "call", name, args: [operand] }, first.start, operand.end);
  }

  #isNumber(token: Token): boolean {
    return typeof token.value === "bigint" || typeof token.value === "number";
  }

  #member(): Expr {
    let operand = this.#primary();
    for (;;) {
      const bracket = this.#take("[");
      if (bracket) {
        const optional = this.#take("?") !== undefined;
        const index = this.#expression();
        const end = this.#expect("]").end;
        operand = node(
          { kind: "index", operand, index, optional },
          operand.start,
          end,
          bracket.start,
        );
        continue;
      }
      const dot = this.#take(".");
      if (!dot) return operand;
      const optional = this.#take("?") !== undefined;
      const name = this.#fieldName();
      if (!optional && name.kind === "name" && this.#is("(")) {
        operand = this.#call(name, operand);
      } else {
        const shape = { kind: "select", operand, field: name.text, optional } as const;
        operand = node(shape, operand.start, name.end, dot.start);
      }
    }
  }

  #fieldName(): Token {
    const { kind, text } = this.#token;
    const usable = kind === "quoted" || (kind === "name" && text !== "in" && !KEYWORDS.has(text));
    return usable ? this.#next() : this.#unexpected("a field name");
  }

  #call(name: Token, target?: Expr): Expr {
    const open = this.#expect("(");
    const args: Expr[] = [];
    if (!this.#is(")")) {
      do args.push(this.#expression()); while (this.#take(","));
    }
    const end = this.#expect(")").end;
    return expandCall(name.text, target, args, target?.start ?? name.start, end, open.start);
  }

  #primary(): Expr {
    const token = this.#token;
    if (token.kind === "literal") return this.#literal();
    if (this.#is("-") && this.#isNumber(this.#peek(1))) return this.#literal();
    if (token.kind === "name") return this.#name();
    if (this.#take("(")) {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    if (this.#is("[")) return this.#list();
    if (this.#is("{")) return this.#map();
    if (this.#is(".") && this.#peek(1).kind === "name") {
      this.#next();
      return this.#name();
    }
    return this.#unexpected();
  }

  #literal(): Expr {
    const minus = this.#take("-");
    const token = this.#next();
    let value = token.value ?? null;
    if (minus && (typeof value === "bigint" || typeof value === "number")) value = -value;
    if (typeof value === "bigint" && value > 2n ** 63n - 1n) {
      syntaxFault(token.start, "int literal is out of range");
    }
    return node({ kind: "literal", value }, minus?.start ?? token.start, token.end);
  }

  #name(): Expr {
    const token = this.#next();
    const constant = KEYWORDS.get(token.text);
    if (constant !== undefined) {
      return node({ kind: "literal", value: constant }, token.start, token.end);
    }
    if (RESERVED.has(token.text) || token.text === "in") {
      syntaxFault(token.start, `"${token.text}" is a reserved word`);
    }
    if (this.#is("(")) return this.#call(token);
    return node({ kind: "ident", name: token.text }, token.start, token.end);
  }

  #list(): Expr {
    const start = this.#expect("[").start;
    const elements: Element[] = [];
    while (!this.#is("]")) {
      const optional = this.#take("?") !== undefined;
      elements.push({ value: this.#expression(), optional });
      if (!this.#take(",")) break;
    }
    return node({ kind: "list", elements }, start, this.#expect("]").end);
  }

  #map(): Expr {
    const start = this.#expect("{").start;
    const entries: Entry[] = [];
    while (!this.#is("}")) {
      const optional = this.#take("?") !== undefined;
      const key = this.#expression();
      this.#expect(":");
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#take(",")) break;
    }
    return node({ kind: "map", entries }, start, this.#expect("}").end);
  }
}
