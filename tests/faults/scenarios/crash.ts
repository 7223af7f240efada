/**
 * Scenarios that kill kro, or break a response to kro, at request number k that kro sends for a test graph in
 * a phase. Every value of k is tested. To save time, one crash tests all graphs, which kro processes
 * concurrently. The fault proxy holds request number k of each graph, and all later requests for the graph.
 * When kro has sent request number k for every graph, kro is killed. One run tests several values of k, each
 * on a copy of the graphs of its own.
 */
import type { Model, Plan } from "../lifecycle.ts";
import { type Fault, holdAnswer, holdRequest, lose, loseByReset, type Seen } from "../proxy/mod.ts";
import { nameIn, type Phase, phases, subjectOf, subjects } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

/**
 * The time to wait until kro has sent request number k for every graph, in milliseconds. After this time, the
 * scenario kills kro anyway.
 */
const PATIENCE_MS = 15_000;

/**
 * When kro has sent no request for this time, in milliseconds, the scenario kills kro, although request
 * number k is still missing for some graphs. The number of requests for a graph varies by one or two between
 * runs, so kro may send fewer than k requests in this run.
 */
const IDLE_MS = 3000;

/**
 * The number of copies of the test graphs that run concurrently. The number is small, because the
 * requests that the proxy holds count against kro's limit of 80 concurrent requests.
 */
const SIDE_BY_SIDE = 3;

/**
 * For each copy of the test graphs, the number k of the request that the fault proxy disturbs. The keys are
 * the names of the copies.
 */
type Ks = ReadonlyMap<string, number>;

/**
 * Counts kro's requests for each test graph in a phase, to find request number k. The scenario waits for this
 * request only if kro sent at least k requests for the graph in the run without faults.
 */
class Picker {
  readonly #ks: Ks;
  readonly #counts = new Map<string, number>();
  readonly #due: Set<string>;
  #latest = 0;

  constructor(ks: Ks, phase: Phase, model: Model) {
    this.#ks = ks;
    const all = [...ks].flatMap(([life, k]) =>
      subjects.filter((s) => (model.requests.get(`${s.name} ${phase}`) ?? 0) >= k)
        .map((subject) => nameIn(life, subject))
    );
    this.#due = new Set(all);
  }

  /** The number of test graphs for which kro has not yet sent request number k. */
  get size(): number {
    return this.#due.size;
  }

  /**
   * Counts the request `seen`. Returns whether it comes before request number k of its graph, is request
   * number k, or comes after request number k. Returns undefined if the request is a watch, is not kro's, or
   * belongs to no test graph.
   */
  place(seen: Seen): "before" | "at" | "after" | undefined {
    if (seen.client !== KRO || seen.verb === "watch") return undefined;
    const of = subjectOf(`${seen.path} ${seen.body}`);
    const k = of && this.#ks.get(of.life);
    if (k === undefined) return undefined;
    const name = `${of!.subject}-${of!.life}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.#latest = performance.now();
    if (count === k) this.#due.delete(name);
    return count < k ? "before" : count === k ? "at" : "after";
  }

  /**
   * Waits until kro has sent request number k for each graph, until kro has been idle for {@link IDLE_MS}, or
   * for {@link PATIENCE_MS}.
   */
  async done(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    this.#latest = performance.now();
    while (this.size > 0 && performance.now() < Math.min(end, this.#latest + IDLE_MS)) {
      await sleep(20);
    }
  }
}

/** A plan of faults that counts the requests to which the fault proxy applied a fault. */
interface Striking extends Plan {
  /** The number of requests to which the proxy has applied a fault so far. */
  hits: number;
}

/**
 * Returns a plan that kills kro in every phase and starts another kro process. kro is killed before or after
 * (`when`) the API server executes request number k of each graph.
 */
function crashAt(
  env: Environment,
  ks: Ks,
  when: "before" | "after",
  model: Model,
): Striking {
  const { proxy } = env;
  let picker: Picker;
  let gate: PromiseWithResolvers<void>;
  let isIdle = false;
  const striking: Striking = {
    hits: 0,
    before(phase) {
      picker = new Picker(ks, phase, model);
      gate = Promise.withResolvers();
      isIdle = picker.size === 0;
      if (isIdle) return;
      proxy.script = (seen) => {
        const place = picker.place(seen);
        if (place === "after") return holdRequest(gate.promise);
        if (place !== "at") return undefined;
        striking.hits++;
        return when === "before" ? holdRequest(gate.promise) : holdAnswer(gate.promise);
      };
    },
    async during() {
      if (isIdle) return;
      await picker.done();
      // Waits until the API server has executed the requests whose responses the fault proxy holds back.
      while (proxy.record.some((e) => e.fault === "hold answer" && e.ended === undefined)) {
        await sleep(20);
      }
      await env.kro.crash();
      const over = performance.now();
      proxy.script = none;
      gate.resolve();
      await env.startKro();
      return over;
    },
  };
  return striking;
}

/**
 * Returns a plan that applies `fault` to request number k of each graph in each phase, without killing kro.
 */
function breakAt(env: Environment, ks: Ks, fault: Fault, model: Model): Striking {
  const { proxy } = env;
  let picker: Picker;
  const striking: Striking = {
    hits: 0,
    before(phase) {
      picker = new Picker(ks, phase, model);
      proxy.script = (seen) => {
        if (picker.place(seen) !== "at") return undefined;
        striking.hits++;
        return fault;
      };
    },
    during: () => picker.done(),
  };
  return striking;
}

const none = () => undefined;

/**
 * Returns a scenario that disturbs request number k, for every value of k. CI tests only the values of k in
 * `sliced`, and skips the scenario if `sliced` is empty.
 */
function sweep(
  name: string,
  sliced: readonly number[],
  planOf: (env: Environment, ks: Ks, model: Model) => Striking,
): Scenario {
  return {
    name,
    inSlice: sliced.length > 0,
    async run(context: Context) {
      const tally = new Tally(name, context.say);
      const model = await context.model();
      const most = Math.max(...model.requests.values());
      const all = Array.from({ length: most }, (_, i) => i + 1);
      const ks = context.slice ? sliced : all;
      let hits = 0;
      for (let i = 0; i < ks.length; i += SIDE_BY_SIDE) {
        context.env.proxy.script = none;
        const lives = new Map(
          ks.slice(i, i + SIDE_BY_SIDE).map((k) => [context.nextLife(), k]),
        );
        const plan = planOf(context.env, lives, model);
        tally.add(
          `k = ${[...lives.values()].join(", ")}`,
          await attempt(async () => {
            const lived = await context.live({ plan, lives: [...lives.keys()] });
            const nothing = plan.hits === 0 ? ["no request was hit"] : [];
            return { ...lived, faults: [...lived.faults, ...nothing] };
          }),
        );
        hits += plan.hits;
      }
      const swept = context.slice ? ks.join(", ") : `1-${most}`;
      return tally.row(`k ${swept}: ${hits} moments`);
    },
  };
}

/**
 * Kills kro when it has sent request number k since its start. At this time, users have changed every graph,
 * and kro has not processed the changes yet.
 */
const atStart: Scenario = {
  name: "crash at start",
  async run(context) {
    const { env, say } = context;
    const tally = new Tally("crash at start", say);
    await context.model();
    // A starting kro sends only a few dozen requests, so larger values of k would never be reached.
    const ks = [1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 35, 40, 50, 60];
    for (const k of ks) {
      const plan: Plan = {
        before: () => env.kro.crash(),
        async during() {
          let count = 0;
          const hit = Promise.withResolvers<void>();
          env.proxy.script = ({ client }) => {
            if (client !== KRO || ++count < k) return undefined;
            hit.resolve();
            return holdRequest(killed.promise);
          };
          const killed = Promise.withResolvers<void>();
          const kro = await env.startKro({ wait: false });
          await Promise.race([hit.promise, kro.ready()]);
          await kro.crash();
          const over = performance.now();
          env.proxy.script = none;
          killed.resolve();
          await env.startKro();
          return over;
        },
      };
      tally.add(`k = ${k}`, await attempt(() => context.live({ plan })));
    }
    return tally.row(`${ks.length} values of k, ${ks.length * phases.length} moments`);
  },
};

/** The fault scenarios in which kro crashes or loses responses. */
export const crashes: readonly Scenario[] = [
  sweep("crash before request k", [2, 4], (w, k, m) => crashAt(w, k, "before", m)),
  sweep("crash after request k", [1, 3], (w, k, m) => crashAt(w, k, "after", m)),
  sweep("lost answer k", [2, 5], (w, k, m) => breakAt(w, k, lose, m)),
  sweep("connection reset at answer k", [], (w, k, m) => breakAt(w, k, loseByReset, m)),
  atStart,
];
