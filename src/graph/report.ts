/** How every checker of this room reports: faults are collected, never thrown. */
import type { Problem } from "../api/mod.ts";

/** Takes one fault. */
export type Report = (problem: Problem) => void;

/** Fills in the node for all faults that go through it. */
export function forNode(report: Report, node: string): Report {
  return (problem) => report({ node, ...problem });
}
