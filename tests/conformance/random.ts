/**
 * Sends random requests to upstream's code and to kro, and compares the results. Grammars generate
 * the RGDs, schemas and expressions.
 */
import { jsonText } from "../../src/api/mod.ts";
import fc from "fast-check";
import { type Difference, differenceOf } from "./compare.ts";
import { type Answerer, type Area, canonical, type Request } from "./protocol.ts";
import { celQuestion, celRequest, smallerQuestions } from "./random_cel/mod.ts";
import { compareRequest } from "./random_compare.ts";
import { graphRequest } from "./random_graph.ts";
import { schemaRequest } from "./random_schema.ts";
import { verdictOf } from "./verdict.ts";

/** The number of random requests, and the seed that determines them. */
export interface RandomRun {
  /** The number of random requests. */
  count: number;
  /** The seed of the random numbers. The same seed generates the same requests. */
  seed: number;
}

/** An area of kro's language for which random requests can be generated. */
export type RandomArea = Exclude<Area, "celspec">;

/**
 * A random request. `smaller` yields smaller variants of the request. If upstream's and kro's results differ,
 * the smallest variant that still shows a difference is reported.
 */
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

/** The number of differences after which the comparison ends. */
const SHOWN = 40;
/**
 * How often upstream evaluates a request again if its result differs from kro's result. If upstream's own
 * results differ from each other, the difference is ignored: Go iterates maps in random order.
 */
const STEADY = 12;
/** The maximum number of smaller variants to try when a request is reduced. */
const ATTEMPTS = 2000;

/**
 * Evaluates random requests with both programs. Returns a line for each of the first {@link SHOWN}
 * differences: both results, and the reduced request as JSON.
 */
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

/**
 * Replaces the request by smaller variants as long as upstream's and kro's results differ. Returns the
 * smallest request found, and the difference.
 */
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
