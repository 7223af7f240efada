/** Asks upstream and kro random questions, which grammars of RGDs, schemas and expressions generate. */
import { jsonText } from "../../src/api/mod.ts";
import fc from "fast-check";
import { type Difference, differenceOf } from "./compare.ts";
import { type Answerer, type Area, canonical, type Request } from "./protocol.ts";
import { celQuestion, celRequest, smallerQuestions } from "./random_cel/mod.ts";
import { compareRequest } from "./random_compare.ts";
import { graphRequest } from "./random_graph.ts";
import { schemaRequest } from "./random_schema.ts";
import { verdictOf } from "./verdict.ts";

/** The number of random questions and their seed. */
export interface RandomRun {
  /** Number of questions. */
  count: number;
  /** Seed of the random numbers: the same seed generates the same questions. */
  seed: number;
}

/** An area with a grammar. */
export type RandomArea = Exclude<Area, "celspec">;

/** A question, and the smaller questions that it can be shrunk to. */
interface Question {
  readonly request: Request;
  smaller(): Iterable<Question>;
}

const whole = (request: Request): Question => ({ request, smaller: () => [] });
const GRAMMARS: Readonly<Record<RandomArea, fc.Arbitrary<Question>>> = {
  schema: schemaRequest.map(whole),
  compare: compareRequest.map(whole),
  graph: graphRequest.map(whole),
  cel: celQuestion.map(function question(cel): Question {
    return {
      request: celRequest(cel),
      smaller: () => Iterator.from(smallerQuestions(cel)).map(question),
    };
  }),
};

/** Number of differences after which a run ends. */
const SHOWN = 40;
/** Number of times that upstream must repeat an answer, because Go iterates maps in random order. */
const STEADY = 12;
/** Number of smaller questions that are tried to shrink one. */
const ATTEMPTS = 2000;

/** Returns the first differences, each with its shrunk question as a line for the oracle. */
export async function randomDifferences(
  area: RandomArea,
  { count, seed }: RandomRun,
  upstream: Answerer,
  ours: Answerer,
): Promise<string[]> {
  const theirs = async (request: Request) => verdictOf(area, await upstream.answer(request));
  const ask = async ({ request }: Question) => {
    const first = await theirs(request);
    const difference = differenceOf(first, verdictOf(area, await ours.answer(request)));
    for (let again = 0; difference !== undefined && again < STEADY; again++) {
      if (canonical(await theirs(request)) !== canonical(first)) return undefined;
    }
    return difference;
  };
  const found = new Set<string>();
  for (const question of fc.sample(GRAMMARS[area], { numRuns: count, seed })) {
    const difference = await ask(question);
    if (difference === undefined) continue;
    found.add(shown(...await smallest(question, difference, ask)));
    if (found.size === SHOWN) break;
  }
  return [...found];
}

/** Shrinks a question as long as the answers to it differ. */
async function smallest(
  question: Question,
  difference: Difference,
  ask: (question: Question) => Promise<Difference | undefined>,
): Promise<[Question, Difference]> {
  let best: [Question, Difference] = [question, difference];
  let left = ATTEMPTS;
  search: for (;;) {
    for (const smaller of best[0].smaller()) {
      if (left-- === 0) return best;
      const still = await ask(smaller);
      if (still === undefined) continue;
      best = [smaller, still];
      continue search;
    }
    return best;
  }
}

function shown({ request }: Question, { upstream, here }: Difference): string {
  return `upstream ${upstream}, here ${here}: ${jsonText(request)}`;
}
