/**
 * A soak test: users change the test graphs at random while random faults occur. From time to time, the test
 * stops all changes and faults. The objects must then reach the state that the last changes of the users
 * require. One seed determines all random choices.
 */
import { TestCluster } from "../../support/cluster/cluster.ts";
import { act, everything, live, type Model, untilConverged } from "../lifecycle.ts";
import { orphans, stale, uncovered } from "../oracles.ts";
import {
  delay,
  drop,
  type Fault,
  lose,
  loseByReset,
  refuse,
  reset,
  truncate,
} from "../proxy/mod.ts";
import { drawnSubject, randomOf } from "../random.ts";
import { differences, type State, stateOf } from "../state.ts";
import { nameIn, type Phase, type Subject, subjects as fixed } from "../subjects.ts";
import { KRO } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

const FAULTS: readonly Fault[] = [
  drop,
  lose,
  reset,
  loseByReset,
  truncate(10),
  delay(500),
  refuse(429, 1),
  refuse(500),
  refuse(503),
  { name: "504 after it was done", instead: { code: 504, reason: "Timeout" } },
];

/**
 * The phases whose changes users make at random. When the test stops the changes, each graph must reach the
 * state at the end of its last phase. After the phase `delete`, the graph has no instance.
 */
const STATES = ["create", "update", "shrink", "delete"] as const;
type Wanted = typeof STATES[number];

/** On average, one of this number of requests receives a fault. */
const RARITY = 12;

const soaking: Scenario = {
  name: "soak",
  inSlice: true,
  async run(context: Context) {
    const { env, seed, soakMs } = context;
    const tally = new Tally("soak", context.say);
    const random = randomOf(seed);
    const drawn = [..."abc"].map((letter) => drawnSubject(letter, random));
    const subjects = [...fixed, ...drawn];
    const models = [await context.model(), await modelOf(context, drawn)];
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
    const life = context.nextLife();
    const clusters = new Map<string, TestCluster>();
    const wanted = new Map<string, Wanted>();
    for (const subject of subjects) {
      const cluster = await TestCluster.at(env.adminFile, nameIn(life, subject));
      clusters.set(subject.name, cluster);
    }
    const phaseOf = (s: Subject): Phase => wanted.get(s.name) ?? "graph";
    // Returns the state that the graph must reach when the test stops all changes. The state comes from the
    // run without faults. Users never change the RGD, so the state after an instance's deletion equals the
    // state before its creation.
    const stateOfModel = (s: Subject) =>
      models[drawn.includes(s) ? 1 : 0]!.states.get(
        phaseOf(s) === "delete" ? "graph" : phaseOf(s),
      )!;
    const rest = async () => {
      const since = performance.now();
      const convergence = {
        lives: [life],
        subjects,
        phaseOf,
        quietMs: 3000,
        patienceMs: 180_000,
        since,
      };
      const { faults, lastWrite } = await untilConverged(env, convergence);
      const objects = await everything(env, [life], subjects);
      const expected: State = Object.assign(
        {},
        ...subjects.map((s) => partOf(stateOfModel(s), s)),
      );
      const own = objects.filter(({ metadata }) => metadata.name !== "theirs");
      faults.push(...differences(expected, stateOf(own, life), true));
      faults.push(...orphans(objects.filter((o) => JSON.stringify(o).includes(`-${life}`))));
      faults.push(...uncovered(env.proxy.record), ...stale(env.proxy.record, env.doors));
      faults.push(...env.uncleanLogs());
      return { faults, recoveryMs: lastWrite - since };
    };
    /**
     * Makes one random change as a user: a new spec of the instance, its deletion, or a new instance after a
     * deletion.
     */
    const deed = async (subject: Subject) => {
      const now = wanted.get(subject.name);
      const next = now === undefined || now === "delete" ? "create" : pick(STATES);
      // Waits until the deleted instance no longer exists, because an apply during the deletion would only
      // update that instance.
      if (now === "delete") await clusters.get(subject.name)!.untilGone(placeOf(subject), 120);
      await act(next, subject, life, clusters.get(subject.name)!);
      wanted.set(subject.name, next);
    };
    const placeOf = (subject: Subject) => ({
      kind: `${subject.kind}.${nameIn(life, subject)}.faults.dev`,
      name: nameIn(life, subject),
    });
    using _supervisor = env.supervise();
    try {
      await Promise.all(subjects.map((s) => act("graph", s, life, clusters.get(s.name)!)));
      tally.add("graphs", await attempt(rest));
      const end = performance.now() + soakMs;
      for (let stop = 1; performance.now() < end; stop++) {
        env.proxy.script = ({ client, verb }) => {
          if (client !== KRO || verb === "watch" || random() * RARITY >= 1) return undefined;
          return pick(FAULTS);
        };
        for (let i = 0; i < 12; i++) {
          await deed(pick(subjects));
          const chance = random();
          if (chance < 0.15) await env.kro.crash();
          else if (chance < 0.4) {
            for (const watch of env.proxy.watches) {
              if (watch.client === KRO && random() < 0.5) {
                chance < 0.3 ? watch.cut() : watch.expire();
              }
            }
          }
          await sleep(random() * 1000);
        }
        env.proxy.script = () => undefined;
        while (!env.hasKro) await sleep(100);
        await env.kro.ready();
        tally.add(`seed ${seed}, stop ${stop}`, await attempt(rest));
      }
    } finally {
      env.proxy.script = () => undefined;
      for (const cluster of clusters.values()) cluster.close();
    }
    return tally.row(`seed ${seed}, ${(soakMs / 1000).toFixed(0)} s, 12 deeds a stop`);
  },
};

/**
 * Takes the random graphs `drawn` through all phases without faults, and returns the result, with which the
 * soak test is compared.
 */
async function modelOf(context: Context, drawn: readonly Subject[]): Promise<Model> {
  const lived = await live(context.env, { lives: [context.nextLife()], subjects: drawn });
  if (lived.faults.length > 0) throw new Error(`without faults:\n${lived.faults.join("\n")}`);
  return lived.model;
}

/** Returns the part of a state that belongs to one graph, without the objects of other users. */
function partOf(state: State, { name }: Subject): State {
  const own = new RegExp(`\\b${name}\\b`);
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => own.test(key) && !key.endsWith("/theirs")),
  );
}

/** The fault scenario of random changes and random faults. */
export const soak: readonly Scenario[] = [soaking];
