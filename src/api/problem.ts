/** What is wrong with an RGD, as data: every checker returns all of its problems at once. */

/** Which rule was broken; the categories of static analysis, in the order of its stages. */
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
  /** No fault: an expression may cost more than it is granted. */
  | "COST";

/** One fault of an RGD. */
export interface Problem {
  /** Category. */
  code: ProblemCode;
  /** Node id, or absent for faults of `spec.schema`. */
  node?: string;
  /** Path below the node or below `spec`, such as `template.spec.ports[0].port`. */
  path?: string;
  /** The expression as its author wrote it. */
  expression?: string;
  /** UTF-16 offset of the fault within `expression`. */
  offset?: number;
  /** What was expected and what was found. */
  message: string;
  /** What to do about it, such as the nearest known name. */
  hint?: string;
}

/** One line: `node "x": template.spec.replicas: ${…}: message (hint) [TYPE]`. */
export function problemText(p: Problem): string {
  const expression = p.expression === undefined ? undefined : excerpt(p.expression, p.offset ?? 0);
  const where = [p.node && `node "${p.node}"`, p.path, expression].filter(Boolean).join(": ");
  const at = p.offset === undefined ? "" : ` (at offset ${p.offset})`;
  const hint = p.hint ? `; ${p.hint}` : "";
  return `${where}${where ? ": " : ""}${p.message}${at}${hint} [${p.code}]`;
}

/** Longer expressions are shown round their fault. */
const SHOWN = 200;

/** The expression in one line: conditions and terminals have little room. */
function excerpt(text: string, offset: number): string {
  const start = text.length <= SHOWN ? 0 : Math.max(0, Math.min(offset, text.length) - SHOWN / 2);
  const shown = text.slice(start, start + SHOWN).replaceAll(/\s*\n\s*/g, " ").trim();
  return `${start > 0 ? "…" : ""}${shown}${start + SHOWN < text.length ? "…" : ""}`;
}
