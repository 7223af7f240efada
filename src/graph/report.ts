/** How every checker of this room reports: faults are collected, never thrown. */
import type { Problem } from "../api/mod.ts";

/** Takes one fault. */
export type Report = (problem: Problem) => void;

/** Fills in the node for all faults that go through it. */
export function forNode(report: Report, node: string): Report {
  return (problem) => report({ node, ...problem });
}

/** More faults than anybody reads, and more text of expressions than goes into an answer. */
const MAX_FAULTS = 1000;
const MAX_TEXT = 4_000_000;

/** Takes faults into a list; of an RGD that is nothing but faults only the first ones. */
export function collect(problems: Problem[]): Report {
  let text = 0;
  return (problem) => {
    text += problem.expression?.length ?? 0;
    const full = problems.length >= MAX_FAULTS || text > MAX_TEXT;
    if (problems.length === 0 || !full) problems.push(problem);
  };
}
