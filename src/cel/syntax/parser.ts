/**
 * Parses an expression to a syntax tree. The library cel-js parses the expression, and its tree is converted
 * to a tree in which every node has a position.
 */
import type { ASTNode } from "cel-js";
import { type Expr, type LiteralValue, Uint } from "./ast.ts";
import { MAX_CODE_POINTS, parseText } from "./engine.ts";
import { limitFault, syntaxFault } from "./error.ts";
import { expandCall } from "./macros.ts";
import { MAX_NESTING, node, tooDeep } from "./node.ts";
import { prepare, type Prepared } from "./prepare.ts";

export { node } from "./node.ts";

const MAX_INT = 2n ** 63n - 1n;

/** Parses an expression. Throws a SyntaxFault when the expression is invalid. */
export function parseExpression(source: string): Expr {
  // A string never has more code points than UTF-16 units, so the code points are counted only when the
  // string has more UTF-16 units than the limit.
  if (source.length > MAX_CODE_POINTS && [...source].length > MAX_CODE_POINTS) {
    limitFault(0, `expression is longer than ${MAX_CODE_POINTS} characters`);
  }
  const prepared = prepare(source);
  return new Converter(source, prepared).convert(parseText(prepared, source), 0);
}

type Operation<Op extends ASTNode["op"]> = Extract<ASTNode, { op: Op }>;

/**
 * Converts the tree of cel-js to the syntax tree of kro, in which each operator has a position. The tree of
 * cel-js lacks these positions. The converter therefore searches for each operator after its left operand.
 * The search uses the expression as {@link prepare} has rewritten it, without comments. There, only white
 * space and closing brackets can stand between the operand and the operator, so the first occurrence is the
 * right one.
 */
class Converter {
  readonly #text: string;

  constructor(private readonly source: string, private readonly prepared: Prepared) {
    this.#text = prepared.text;
  }

  convert(ast: ASTNode, depth: number): Expr {
    const { start, end } = ast;
    if (depth > MAX_NESTING) tooDeep(start);
    const next = (child: ASTNode) => this.convert(child, depth + 1);
    switch (ast.op) {
      case "value":
        return node({ kind: "literal", value: this.#literal(ast.args, start) }, start, end);
      case "id":
        return node({ kind: "ident", name: this.#name(ast.args, start) }, start, end);
      case ".":
      case ".?": {
        const operand = next(ast.args[0]);
        const quoted = this.prepared.names.get(ast.pos);
        const shape = { field: quoted ?? ast.args[1], optional: ast.op === ".?" };
        const at = this.#text.indexOf(".", operand.end);
        const closed = quoted === undefined ? end : end + 1;
        return node({ kind: "select", operand, ...shape }, operand.start, closed, at);
      }
      case "[]":
      case "[?]": {
        const [operand, index] = [next(ast.args[0]), next(ast.args[1])];
        const at = this.#text.indexOf("[", operand.end);
        const optional = ast.op === "[?]";
        return node({ kind: "index", operand, index, optional }, operand.start, end, at);
      }
      case "call": {
        const [name, args] = ast.args;
        const at = this.#text.indexOf("(", start);
        return expandCall(this.#name(name, start), undefined, args.map(next), start, end, at);
      }
      case "rcall": {
        const [name, receiver, args] = ast.args;
        const target = next(receiver);
        const at = this.#text.indexOf("(", this.#text.indexOf(".", target.end));
        return expandCall(name, target, args.map(next), target.start, end, at);
      }
      case "list": {
        const optional = this.prepared.optional.get(start);
        const elements = ast.args.map((value, index) => ({
          value: next(value),
          optional: optional?.has(index) ?? false,
        }));
        return node({ kind: "list", elements }, start, end);
      }
      case "map": {
        const optional = this.prepared.optional.get(start);
        const entries = ast.args.map(([key, value], index) => ({
          key: next(key),
          value: next(value),
          optional: optional?.has(index) ?? false,
        }));
        return node({ kind: "map", entries }, start, end);
      }
      case "?:": {
        const [condition, yes, no] = ast.args;
        const at = this.#text.indexOf("?", condition.end);
        return operation("_?_:_", [next(condition), next(yes), next(no)], at);
      }
      case "&&":
      case "||":
        return this.#logical(ast, next);
      case "!_":
      case "-_":
        return this.#unary(ast, next);
      default:
        return this.#binary(ast, next);
    }
  }

  #binary(ast: Extract<ASTNode, { args: [ASTNode, ASTNode] }>, next: Next): Expr {
    const { op, args: [left, right] } = ast;
    const at = this.#text.indexOf(op, left.end);
    // For cel-js, {@link prepare} has replaced `==` and `!=` by other relations. The operator is therefore
    // read from the original source.
    const operator = this.source.slice(at, at + op.length);
    const name = operator === "in" ? "@in" : `_${operator}_`;
    return operation(name, [next(left), next(right)], at);
  }

  /**
   * Converts `a && b && c` to a single call with three arguments, so that long chains are not nested deeply.
   */
  #logical(ast: Operation<"&&" | "||">, next: Next): Expr {
    const operands: ASTNode[] = [];
    let first: ASTNode = ast;
    while (first.op === ast.op) {
      operands.push(first.args[1]);
      first = first.args[0];
    }
    const at = this.#text.indexOf(ast.op, first.end);
    return operation(`_${ast.op}_`, [next(first), ...operands.reverse().map(next)], at);
  }

  /**
   * Converts `!` and `-`. As in cel-go, `!!a` is converted to `a` for every type of `a`, but `!(!a)` is two
   * calls.
   */
  #unary(ast: Operation<"!_" | "-_">, next: Next): Expr {
    let innermost = ast;
    let count = 1;
    for (; innermost.args.op === ast.op && this.#adjoins(innermost); count++) {
      innermost = innermost.args;
    }
    const operand = next(innermost.args);
    if (count % 2 === 0) return operand;
    return node({ kind: "call", name: ast.op, args: [operand] }, ast.start, operand.end);
  }

  #adjoins({ start, args }: Operation<"!_" | "-_">): boolean {
    return this.#text.slice(start + 1, args.start).trim() === "";
  }

  #literal(parsed: Operation<"value">["args"], start: number): LiteralValue {
    const value = this.prepared.literals.get(start) ?? parsed;
    if (typeof value === "bigint" && value > MAX_INT) {
      syntaxFault(start, "int literal is out of range");
    }
    if (typeof value !== "object" || value === null) return value;
    return value instanceof Uint8Array || value instanceof Uint ? value : new Uint(value.value);
  }

  #name(parsed: string, start: number): string {
    return this.prepared.names.get(start) ?? parsed;
  }
}

type Next = (child: ASTNode) => Expr;

/**
 * Creates the call node of an operator. The node covers the source from the first operand to the last,
 * without brackets around the operands.
 */
function operation(name: string, args: readonly [Expr, ...Expr[]], at: number): Expr {
  const end = args.at(-1)?.end ?? at;
  return node({ kind: "call", name, args }, args[0].start, end, at);
}
