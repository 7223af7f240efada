/** Combines all problems that static analysis finds into one section of `docs/messages.md`. */
import { CEL, GRAPH } from "./expression_problems.ts";
import { SIMPLE_SCHEMA, STRUCTURE } from "./spec_problems.ts";
import type { Section } from "./types.ts";

/** The section about problems of static analysis in `docs/messages.md`. */
export const PROBLEMS: Section = {
  title: "Problems of static analysis",
  intro:
    "kro reports all problems of an RGD in the condition `GraphAccepted` and in `kro validate`. A problem has the format " +
    '`node "ID": PATH: EXPRESSION: MESSAGE (at offset N); HINT [CODE]`. Problems of status fields always have the code STATUS, and problems of status conditions the code COND.',
  entries: [...STRUCTURE, ...SIMPLE_SCHEMA, ...GRAPH, ...CEL],
};
