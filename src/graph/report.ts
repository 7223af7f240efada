/** Collects problems: checkers report them and continue. */
import type { Problem } from "../api/mod.ts";

/** Takes one problem. */
export type Report = (problem: Problem) => void;

/** A report that adds the node's id to problems without one. */
export function forNode(report: Report, node: string): Report {
  return (problem) => report({ node, ...problem });
}

/** Limits for an RGD with very many problems: their number, and the characters of expressions in them. */
const MAX_FAULTS = 1000;
const MAX_TEXT = 4_000_000;

/** A report that appends to a list, until a limit is reached. */
export function collect(problems: Problem[]): Report {
  let text = 0;
  return (problem) => {
    text += problem.expression?.length ?? 0;
    const full = problems.length >= MAX_FAULTS || text > MAX_TEXT;
    if (problems.length === 0 || !full) problems.push(problem);
  };
}
