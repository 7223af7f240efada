/** Problems of an RGD. Static analysis returns all of them at once. */

/** The category of a problem, in the order of the stages of static analysis. */
export type ProblemCode =
  | "NAMING"
  | "SCHEMA"
  | "COMBINATION"
  | "SHAPE"
  | "KIND"
  | "SCOPE"
  | "OWNED"
  | "LITERAL"
  | "EXPR-SYNTAX"
  | "REF"
  | "GATE"
  | "GRAPH"
  | "IDENTITY"
  | "TYPE"
  | "STATUS"
  | "COND"
  /** A warning: the greatest cost of an expression exceeds its limit. */
  | "COST";

/** One problem of an RGD. */
export interface Problem {
  /** The category. */
  code: ProblemCode;
  /** The id of the node; absent for problems of `spec.schema`. */
  node?: string;
  /** The path below the node or below `spec`, such as `template.spec.ports[0].port`. */
  path?: string;
  /** The expression as its author wrote it. */
  expression?: string;
  /** The UTF-16 offset of the problem in {@link expression}. */
  offset?: number;
  /** The expectation and the finding, in one line. */
  message: string;
  /** A possible correction, such as the nearest known name. */
  hint?: string;
}

/**
 * The problem in one line: `node "x": template.spec.replicas: ${…}: message (at offset 2); hint [TYPE]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { problemText } from "./mod.ts";
 *
 * const problem = { code: "KIND", node: "web", path: "template", message: "unknown" } as const;
 * assert.equal(problemText(problem), 'node "web": template: unknown [KIND]');
 * ```
 */
export function problemText(p: Problem): string {
  const expression = p.expression === undefined ? undefined : excerpt(p.expression, p.offset ?? 0);
  const where = [p.node && `node "${p.node}"`, p.path, expression].filter(Boolean).join(": ");
  const at = p.offset === undefined ? "" : ` (at offset ${p.offset})`;
  const hint = p.hint ? `; ${p.hint}` : "";
  return `${where}${where ? ": " : ""}${p.message}${at}${hint} [${p.code}]`;
}

/** The greatest number of characters of an expression that are shown, around the problem. */
const SHOWN = 200;

/** An excerpt of an expression in one line, around an offset. */
function excerpt(text: string, offset: number): string {
  const start = text.length <= SHOWN ? 0 : Math.max(0, Math.min(offset, text.length) - SHOWN / 2);
  const shown = text.slice(start, start + SHOWN).replaceAll(/\s*\n\s*/g, " ").trim();
  return `${start > 0 ? "…" : ""}${shown}${start + SHOWN < text.length ? "…" : ""}`;
}
