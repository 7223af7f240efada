/** Collects problems. A check that reports a problem continues, so that all problems are found. */
import type { Problem } from "../api/mod.ts";

/** Receives one problem. */
export type Report = (problem: Problem) => void;

/** Returns a function that reports problems and adds the id of a node to problems without an id. */
export function forNode(report: Report, node: string): Report {
  return (problem) => report({ node, ...problem });
}

/**
 * The maximum number of problems that are reported for an RGD, and the maximum total length, in characters,
 * of the expressions that these problems quote.
 */
const MAX_FAULTS = 1000;
const MAX_TEXT = 4_000_000;

/** Returns a function that appends problems to a list until a limit is reached. */
export function collect(problems: Problem[]): Report {
  let text = 0;
  return (problem) => {
    text += problem.expression?.length ?? 0;
    const full = problems.length >= MAX_FAULTS || text > MAX_TEXT;
    if (problems.length === 0 || !full) problems.push(problem);
  };
}
