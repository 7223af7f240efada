/**
 * Finds the fields that an expression reads from objects with a schema, and the fields whose existence it
 * tests.
 */
import { Checker } from "./check/checker.ts";
import { unescapeName } from "./check/names.ts";
import type { Schema } from "../openapi/mod.ts";
import { parseExpression } from "./syntax/parser.ts";
import { children, type Expr } from "./syntax/ast.ts";
import type { CelScope } from "./types.ts";

/** A field that is read without `?`, so that the evaluation fails when the field is absent. */
export interface FieldRead {
  /** The schema of the object that has the field. */
  readonly schema: Schema;
  /** The name of the field in JSON. */
  readonly field: string;
  /** The expression that returns the object, such as `schema.spec`. */
  readonly object: string;
  /** The UTF-16 offset of the read in the expression. */
  readonly offset: number;
}

/** The fields that an expression reads, and the fields whose existence it tests. */
export interface FieldReads {
  /** The fields that are read without `?`, in the order of the expression. */
  readonly reads: readonly FieldRead[];
  /**
   * The paths of the fields whose existence the expression tests with `has()` or `?`, such as
   * `schema.spec.size`.
   */
  readonly tested: ReadonlySet<string>;
}

/**
 * Returns the fields that a valid expression reads, and the fields whose existence it tests.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fieldReads, objectType } from "./mod.ts";
 *
 * const type = objectType("schema", { type: "object", properties: { size: { type: "integer" } } });
 * const { reads, tested } = fieldReads("schema.size + 1", { variables: { schema: type } });
 * assert.deepEqual(reads.map(({ object, field }) => [object, field]), [["schema", "size"]]);
 * assert.equal(tested.size, 0);
 * ```
 *
 * @throws {SyntaxFault} The expression does not parse.
 */
export function fieldReads(source: string, scope: CelScope): FieldReads {
  const tree = parseExpression(source);
  const checker = new Checker(scope);
  checker.check(tree);
  const reads: FieldRead[] = [];
  const tested = new Set<string>();
  const visit = (expr: Expr): void => {
    for (const child of children(expr)) visit(child);
    if (expr.kind !== "select" && expr.kind !== "has") return;
    if (expr.kind === "has" || expr.optional) {
      tested.add(nameOf(expr, source));
      return;
    }
    const type = checker.known(expr.operand);
    if (type.kind !== "struct") return;
    reads.push({
      schema: type.schema,
      field: jsonName(expr.field),
      object: nameOf(expr.operand, source),
      offset: expr.start,
    });
  };
  visit(tree);
  return { reads, tested };
}

/**
 * Returns a selection as a path of JSON names, such as `schema.spec.size`. An operand that is neither a name
 * nor a selection, such as `f(x)` in `f(x).a`, is copied from the source.
 */
function nameOf(expr: Expr, source: string): string {
  if (expr.kind === "ident") return expr.name;
  return expr.kind === "select" || expr.kind === "has"
    ? `${nameOf(expr.operand, source)}.${jsonName(expr.field)}`
    : source.slice(expr.start, expr.end);
}

function jsonName(field: string): string {
  return unescapeName(field) ?? field;
}
