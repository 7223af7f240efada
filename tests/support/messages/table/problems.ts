/** Combines all problems that static analysis finds into one section of `docs/messages.md`. */
import { CEL, GRAPH } from "./expression_problems.ts";
import { SIMPLE_SCHEMA, STRUCTURE } from "./spec_problems.ts";
import type { Section } from "./types.ts";

/** The section about problems of static analysis in `docs/messages.md`. */
export const PROBLEMS: Section = {
  title: "Problems of static analysis",
  intro:
    "kro reports every problem of an RGD at once, in the condition `GraphAccepted` and in `kro validate`: " +
    '`node "ID": PATH: EXPRESSION: MESSAGE (at offset N); HINT [CODE]`. In status fields and conditions the code is STATUS or COND whatever the problem is.',
  entries: [...STRUCTURE, ...SIMPLE_SCHEMA, ...GRAPH, ...CEL],
};
