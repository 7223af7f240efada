/** Random questions, made from grammars of what authors write, asked of both sides. */
import { jsonText } from "../../src/api/mod.ts";
import fc from "fast-check";
import { type Difference, differenceOf } from "./compare.ts";
import { type Answerer, type Area, canonical, type Request } from "./protocol.ts";
import { celQuestion, celRequest, smallerQuestions } from "./random_cel/mod.ts";
import { compareRequest } from "./random_compare.ts";
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

/** What has a grammar. */
export type RandomArea = Exclude<Area, "celspec">;

/** A question, and smaller ones of the same kind. */
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

/** How many differences are shown. */
const SHOWN = 40;
/** How often upstream must answer the same: the order of its maps is random, and what comes of it. */
const STEADY = 12;
/** How many smaller questions are asked to cut one down. */
const ATTEMPTS = 2000;

/** The first differences, each cut down and with the question as one line for the oracle. */
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

/** The smallest question that still makes a difference. */
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
