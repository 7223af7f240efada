/** Random questions, made from grammars of what authors write, asked of both sides. */
import fc from "fast-check";
import { differenceOf } from "./compare.ts";
import type { Answerer, Request } from "./protocol.ts";
import { graphRequest } from "./random_graph.ts";
import { schemaRequest } from "./random_schema.ts";
import { verdictOf } from "./verdict.ts";

/** How much is asked; the same seed asks the same. */
export interface RandomRun {
  /** Questions. */
  count: number;
  /** Start of the random numbers. */
  seed: number;
}

/** How many differences are shown. */
const SHOWN = 20;

/** The first differences, each with the question as one line for the oracle. */
export async function randomDifferences(
  area: "schema" | "graph",
  { count, seed }: RandomRun,
  upstream: Answerer,
  ours: Answerer,
): Promise<string[]> {
  const questions: fc.Arbitrary<Request> = area === "schema" ? schemaRequest : graphRequest;
  const found: string[] = [];
  for (const request of fc.sample(questions, { numRuns: count, seed })) {
    const theirs = verdictOf(area, await upstream.answer(request));
    const here = verdictOf(area, await ours.answer(request));
    const difference = differenceOf(theirs, here);
    if (difference === undefined) continue;
    found.push(
      `upstream ${difference.upstream}, here ${difference.here}: ${JSON.stringify(request)}`,
    );
    if (found.length === SHOWN) break;
  }
  return found;
}
