/**
 * Crashes and lost answers at every request. All subjects are swept in one run, in some lives at once, each
 * with a k of its own: the k-th request of each subject is held, with all later ones of it, until each has
 * come to its own; then the process is killed. To each subject that is a crash at its k-th request.
 */
import type { Model, Plan } from "../lifecycle.ts";
import { type Fault, holdAnswer, holdRequest, lose, loseByReset, type Seen } from "../proxy/mod.ts";
import { nameIn, type Phase, phases, subjectOf, subjects } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

/** How long a subject may take to come to its k-th request before the others no longer wait for it. */
const PATIENCE_MS = 15_000;

/** After so long without a request it does not come to it: how many it takes may differ by one or two. */
const IDLE_MS = 3000;

/** How many lives are swept at once: what is held takes up kro's 80 requests at a time. */
const SIDE_BY_SIDE = 3;

/** The k of each life. */
type Ks = ReadonlyMap<string, number>;

/** Picks the k-th request of each subject that has so many in the phase. */
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

  /** How many subjects have yet to come to their k-th request. */
  get size(): number {
    return this.#due.size;
  }

  /** Where the request stands: before the k-th of its subject, at it or after it. */
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

  /** Resolves when each has come to it, or those that have not do nothing any more. */
  async done(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    this.#latest = performance.now();
    while (this.size > 0 && performance.now() < Math.min(end, this.#latest + IDLE_MS)) {
      await sleep(20);
    }
  }
}

/** A plan, and how often it struck. */
interface Striking extends Plan {
  /** How many requests were hit so far. */
  hits: number;
}

/** Kills kro before or after the k-th request of each subject in each phase, and starts another. */
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
      // The answers that are held are the server's by now.
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

/** Breaks the k-th answer to each subject in each phase; kro goes on. */
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

/** Over every k; `sliced` are those of the slice, none if it goes without. */
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

/** Kills kro at its k-th request after a start, whatever it is for, with work waiting in every phase. */
const atStart: Scenario = {
  name: "crash at start",
  async run(context) {
    const { env, say } = context;
    const tally = new Tally("crash at start", say);
    await context.model();
    // A start with work takes some dozens of requests; beyond them nothing is killed.
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

/** Scenarios of the first group. */
export const crashes: readonly Scenario[] = [
  sweep("crash before request k", [2, 4], (w, k, m) => crashAt(w, k, "before", m)),
  sweep("crash after request k", [1, 3], (w, k, m) => crashAt(w, k, "after", m)),
  sweep("lost answer k", [2, 5], (w, k, m) => breakAt(w, k, lose, m)),
  sweep("connection reset at answer k", [], (w, k, m) => breakAt(w, k, loseByReset, m)),
  atStart,
];
