/**
 * The problems that static analysis finds in a ResourceGraphDefinition (RGD). Static analysis reports all
 * problems of an RGD together.
 */
import { joinLines } from "./join_lines.ts";

/**
 * The category of a problem. The categories are listed in the order in which static analysis runs its stages.
 */
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
  /** An error: the RGD would change the live CRD in a way that kro refuses. */
  | "CRD"
  /** A warning: the maximum cost of an expression exceeds the cost limit. */
  | "COST"
  /** A warning: an expression reads a field of the instance that may be absent. */
  | "OPTIONAL"
  /** A warning: the RGD has a field that does not exist. */
  | "UNKNOWN"
  /** A warning: YAML 1.1 and YAML 1.2 read a scalar differently, such as `yes`. */
  | "YAML"
  /**
   * A warning: the RGD would make a breaking change of the live CRD, which an annotation of the RGD allows.
   */
  | "BREAKING";

/** The categories that are warnings. An RGD with only warnings is valid. */
export const WARNINGS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "COST",
  "OPTIONAL",
  "UNKNOWN",
  "YAML",
  "BREAKING",
]);

/** One problem of a ResourceGraphDefinition (RGD). */
export interface Problem {
  /** The category of the problem. */
  code: ProblemCode;
  /**
   * The id of the node (an entry of `spec.resources`) with the problem; absent for problems of
   * `spec.schema`.
   */
  node?: string;
  /**
   * The path of the field with the problem, such as `template.spec.ports[0].port`. The path is relative to
   * the node, or to `spec` for a problem outside of the nodes.
   */
  path?: string;
  /** The expression with the problem, as its author wrote it. */
  expression?: string;
  /** The position of the problem in {@link expression}, as an offset in UTF-16 units. */
  offset?: number;
  /** The message of the problem in one line: what was expected and what was found. */
  message: string;
  /** A suggestion to correct the problem, such as the nearest known name. */
  hint?: string;
}

/**
 * Formats a problem in one line: `node "x": template.spec.replicas: ${…}: message (at offset 2); hint
 * [TYPE]`.
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

/**
 * The maximum number of characters that a message shows of an expression. The shown part is centered on the
 * problem.
 */
const SHOWN = 200;

/** Returns an excerpt of an expression in one line, centered on an offset. */
function excerpt(text: string, offset: number): string {
  const start = text.length <= SHOWN ? 0 : Math.max(0, Math.min(offset, text.length) - SHOWN / 2);
  const shown = joinLines(text.slice(start, start + SHOWN), " ").trim();
  return `${start > 0 ? "…" : ""}${shown}${start + SHOWN < text.length ? "…" : ""}`;
}
