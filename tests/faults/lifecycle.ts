/**
 * Takes the test graphs through all phases, from the creation of their RGDs to the deletion, and checks the
 * objects after each phase. Several runs can be concurrent, each on a copy of the graphs of its own. In the
 * code, such a copy is called a life.
 */
import { CRD_KIND, type KubeObject, RGD_KIND } from "../../src/api/mod.ts";
import { TestCluster } from "../support/cluster/cluster.ts";
import { late, orphans, stale, uncovered, unquiet, writes } from "./oracles.ts";
import type { Entry } from "./proxy/mod.ts";
import { differences, kinds, objectsOf, type State, stateOf } from "./state.ts";
import {
  instanceIn,
  kindIn,
  nameIn,
  type Phase,
  phases,
  rgdIn,
  type Subject,
  subjectOf,
} from "./subjects.ts";
import type { Environment } from "./environment.ts";
import { sleep } from "../support/wait.ts";

/** The result of a run without faults. Runs with faults are compared with this result. */
export interface Model {
  /** The state of all objects of the test graphs at the end of each phase. */
  states: Map<Phase, State>;
  /**
   * The number of requests that kro sent for each graph in each phase, without watches. The keys are of the
   * form `graph phase`, such as `diamond create`.
   */
  requests: Map<string, number>;
  /** The time from the start of each phase to kro's last write in this phase, in milliseconds. */
  took: Map<Phase, number>;
}

/** A plan of faults: functions that apply faults while the test graphs pass through their phases. */
export interface Plan {
  /** Called before the users take their actions of the phase. */
  before?(phase: Phase): Promise<void> | void;
  /**
   * Called after the users have taken their actions of the phase, while kro reconciles. Returns after the
   * last fault of the phase has ended. A function that does more work after the last fault returns the end of
   * the fault, as a value of `performance.now()`.
   */
  during?(phase: Phase): Promise<number | void>;
  /** Called after kro has reconciled all changes that the users made in the phase. */
  after?(phase: Phase): Promise<void> | void;
}

/** The options of {@link live}. */
export interface LifeOptions {
  /**
   * The names of the copies of the test graphs, such as `l12340001`. The names of all objects of a copy
   * contain the name of the copy. All copies pass through the phases concurrently.
   */
  lives: readonly string[];
  /** The test graphs that pass through the phases. */
  subjects: readonly Subject[];
  /** The plan of the faults to apply; no faults by default. */
  plan?: Plan;
  /**
   * The result of a run without faults, with which the result of this run is compared. Undefined if this run
   * itself has no faults.
   */
  model?: Model;
  /**
   * The time for which kro must send no write after it has reconciled all changes of a phase, in
   * milliseconds; 3 s by default.
   */
  quietMs?: number;
  /**
   * The time for which kro must send no write after the phase `change`, in milliseconds; `quietMs` by
   * default. A scenario may set a longer time for this phase, because the graphs then have the most objects.
   */
  restMs?: number;
  /** The phase after which the run ends; the last phase by default. */
  until?: Phase;
  /**
   * Whether the comparison with the run without faults ignores the generations and managed fields of objects.
   * A scenario sets this if it changes objects in addition to the users' actions.
   */
  loose?: boolean;
  /** Whether the proxy's record of requests keeps the requests from before this run. */
  keepRecord?: boolean;
  /** The time limit for kro to reconcile all changes of a phase, in milliseconds; 120 s by default. */
  patienceMs?: number;
  /**
   * A phase that takes longer than the limit of {@link late} is a violation only if it exceeds the limit by
   * more than this time, in milliseconds. The default is kro's longest backoff, 30 s.
   */
  graceMs?: number;
}

/** The result of {@link live}. */
export interface Lived {
  /** A line for each violation of a rule; empty if kro behaved correctly. */
  faults: string[];
  /** The measurements of this run. Later runs are compared with them if this run has no faults. */
  model: Model;
  /**
   * The longest time from the end of a phase's faults to kro's last write in the phase, in
   * milliseconds.
   */
  recoveryMs: number;
  /**
   * A line for each phase that took longer than {@link late} permits, even if it exceeded the limit by less
   * than `graceMs`.
   */
  late: string[];
}

/**
 * Takes the test graphs through all phases under the faults of the plan, and checks the objects after each
 * phase. Empties the proxy's record of requests if the run has no violations.
 */
export async function live(env: Environment, options: LifeOptions): Promise<Lived> {
  const { lives, subjects, plan = {}, patienceMs = 120_000, graceMs = 30_000 } = options;
  const all = lives.flatMap((life) => subjects.map((subject) => ({ life, subject })));
  const clusters = new Map<string, TestCluster>();
  const own: Model = { states: new Map(), requests: new Map(), took: new Map() };
  const lived: Lived = { faults: [], model: own, recoveryMs: 0, late: [] };
  if (!options.keepRecord) env.proxy.record = [];
  try {
    for (const { life, subject } of all) {
      const name = nameIn(life, subject);
      clusters.set(name, await TestCluster.at(env.adminFile, name));
    }
    for (const phase of phases) {
      const began = performance.now();
      const from = env.proxy.record.length;
      await plan.before?.(phase);
      await Promise.all(
        all.map(({ life, subject }) =>
          act(phase, subject, life, clusters.get(nameIn(life, subject))!)
        ),
      );
      const over = await plan.during?.(phase) ?? performance.now();
      const { quietMs = 3000, restMs = quietMs } = options;
      const convergence = { lives, subjects, phaseOf: () => phase, patienceMs };
      const since = performance.now();
      const quiet = phase === "change" ? restMs : quietMs;
      const rest = await restAsIn(env, { ...convergence, quietMs: quiet, since }, options);
      lived.recoveryMs = Math.max(lived.recoveryMs, rest.lastWrite - over);
      const took = rest.lastWrite - began;
      const faultFree = options.model?.took.get(phase) ?? took;
      const faulty = plan.before || plan.during ? since - began : 0;
      const overdue = (graceMs: number) =>
        late(took, { faultFree, own: faulty + graceMs }).map((line) => `${phase}: ${line}`);
      lived.late.push(...overdue(0));
      lived.faults.push(...overdue(graceMs));
      own.took.set(phase, took);
      own.states.set(phase, rest.state);
      lived.faults.push(...rest.faults.map((line) => `${phase}: ${line}`));
      countRequests(env.proxy.record.slice(from), env.doors, phase, own.requests);
      await plan.after?.(phase);
      if (phase === options.until) break;
    }
    const { record } = env.proxy;
    const judged = record.filter((e) => isOf(e, lives) && !`${e.path} ${e.body}`.includes(FOREIGN));
    lived.faults.push(...uncovered(judged), ...stale(record, env.doors));
    lived.faults.push(...env.uncleanLogs());
  } finally {
    for (const cluster of clusters.values()) cluster.close();
    if (lived.faults.length === 0) env.proxy.record = [];
  }
  return lived;
}

function countRequests(
  record: readonly Entry[],
  doors: readonly string[],
  phase: Phase,
  into: Map<string, number>,
): void {
  for (const entry of record) {
    if (!doors.includes(entry.client) || entry.verb === "watch") continue;
    const subject = subjectOf(`${entry.path} ${entry.body}`)?.subject;
    if (!subject) continue;
    const key = `${subject} ${phase}`;
    into.set(key, (into.get(key) ?? 0) + 1);
  }
}

/**
 * The time limit for the objects' state to become equal to the state in the run without faults, in
 * milliseconds. A watch may deliver an event only after its longest backoff, 30 s, and kro reviews a missing
 * permission again after 60 s.
 */
const EQUAL_MS = 75_000;

/**
 * Waits until kro is idle and the state of the objects equals the state at the same time of the run without
 * faults. Returns the state of the objects of the first copy of the test graphs.
 */
async function restAsIn(
  env: Environment,
  convergence: Convergence,
  { model, loose }: LifeOptions,
): Promise<{ lastWrite: number; faults: string[]; state: State }> {
  const { lives, subjects, phaseOf, since } = convergence;
  const expected = model?.states.get(phaseOf(subjects[0]!));
  for (;;) {
    const { lastWrite, faults } = await untilConverged(env, convergence);
    const all = (await everything(env, lives, subjects)).filter((o) => !isForeign(o));
    const states = lives.map((life, i) => {
      const objects = all.filter((o) => JSON.stringify(o).includes(`-${life}`));
      const state = stateOf(objects, life);
      const found = orphans(objects);
      if (expected) found.push(...differences(expected, state, loose));
      const which = lives.length > 1 ? `life ${i + 1} of ${lives.length}: ` : "";
      faults.push(...found.map((line) => which + line));
      return state;
    });
    if (faults.length === 0 || performance.now() - since > EQUAL_MS) {
      return { lastWrite, faults, state: states[0]! };
    }
    await sleep(1000);
  }
}

/**
 * The name of the objects that a scenario creates to check that kro leaves them unchanged. State
 * comparisons ignore these objects.
 */
export const FOREIGN = "somebody-elses";

function isOf({ path, body }: Entry, lives: readonly string[]): boolean {
  const text = `${path} ${body}`;
  return lives.some((life) => text.includes(`-${life}`));
}

function isForeign({ metadata }: KubeObject): boolean {
  return metadata.name === FOREIGN;
}

/**
 * Takes the actions of a user for one graph in a phase. `life` is the name of the copy of the test graphs.
 */
export async function act(
  phase: Phase,
  subject: Subject,
  life: string,
  cluster: TestCluster,
): Promise<void> {
  const rgd = { kind: "ResourceGraphDefinition.kro.run", name: nameIn(life, subject) };
  const { group, kind } = kindIn(life, subject);
  const instance = { kind: `${kind}.${group}`, name: nameIn(life, subject) };
  await subject.others?.(phase, cluster);
  switch (phase) {
    case "graph":
      await cluster.create(rgdIn(life, subject, false));
      return;
    case "create":
    case "update":
    case "shrink": {
      const spec = subject.specs(nameIn(life, subject))[phase];
      await cluster.apply(instanceIn(life, subject, spec));
      return;
    }
    case "change": {
      const live = await cluster.get(rgd);
      await cluster.replace(rgd, { ...live, spec: rgdIn(life, subject, true).spec });
      return;
    }
    case "delete":
      return await cluster.delete(instance);
    case "withdraw":
      return await cluster.delete(rgd);
  }
}

/** The parameters of {@link untilConverged}. */
export interface Convergence {
  /** The names of the copies of the test graphs. */
  lives: readonly string[];
  /** The test graphs to wait for. */
  subjects: readonly Subject[];
  /** Returns the phase that the test graph must complete before the wait ends. */
  phaseOf: (subject: Subject) => Phase;
  /** kro counts as idle after it has sent no write for this time, in milliseconds. */
  quietMs: number;
  /** The time limit of the wait, in milliseconds from `since`. */
  patienceMs: number;
  /**
   * The start of the wait, as a value of `performance.now()` in milliseconds. Writes before this time are
   * ignored.
   */
  since: number;
}

/**
 * Waits until every test graph has completed its phase and kro has sent no write for `quietMs` milliseconds.
 * Returns the time of kro's last write, and a line for each graph that has not completed its phase.
 */
export async function untilConverged(
  env: Environment,
  s: Convergence,
): Promise<{ lastWrite: number; faults: string[] }> {
  // Counts only writes to objects of these copies of the test graphs: kro may still write to objects that an
  // earlier failed run left behind.
  const own = (since: number) =>
    env.proxy.record.filter((e) => e.began >= since && isOf(e, s.lives));
  const lastWrite = () => writes(own(s.since), env.doors, 0).at(-1)?.began ?? s.since;
  let open: string[] = [];
  while (performance.now() - s.since < s.patienceMs) {
    const wait = lastWrite() + s.quietMs - performance.now();
    if (wait > 0) await sleep(wait);
    else {
      const before = lastWrite();
      open = await unconverged(env, s);
      if (open.length === 0 && lastWrite() === before) return { lastWrite: before, faults: [] };
      await sleep(200);
    }
  }
  const busy = open.length > 0 ? open : unquiet(own(performance.now() - 5000), env.doors, 0);
  return { lastWrite: lastWrite(), faults: busy.map((line) => `not in time: ${line}`) };
}

/** Returns a line for each RGD or instance that has not reached the state at the end of its phase. */
async function unconverged(
  env: Environment,
  { lives, subjects, phaseOf }: Convergence,
): Promise<string[]> {
  const all = lives.flatMap((life) => subjects.map((subject) => ({ life, subject })));
  const lines = await Promise.all(all.map(async ({ life, subject }) => {
    const phase = phaseOf(subject);
    const name = nameIn(life, subject);
    const rgd = await env.admin.get({ kind: RGD_KIND, name });
    if (phase === "withdraw") {
      const kind = kindIn(life, subject);
      const crd = { kind: CRD_KIND, name: `${kind.plural}.${kind.group}` };
      if (rgd) return `RGD ${name} is still there`;
      return await env.admin.get(crd) ? `CRD ${crd.name} is still there` : "";
    }
    if (!rgd || !isDone(rgd, "Active")) return `RGD ${name} is ${brief(rgd)}`;
    if (phase === "graph") return "";
    const kind = kindIn(life, subject);
    const namespace = kind.namespaced ? name : undefined;
    const instance = await env.admin.get({ kind, namespace, name });
    if (phase === "delete") return instance ? `instance ${name} is ${brief(instance)}` : "";
    return instance && isDone(instance, "ACTIVE") ? "" : `instance ${name} is ${brief(instance)}`;
  }));
  return lines.filter((line) => line !== "");
}

interface Judged {
  state?: string;
  conditions?: { type: string; status: string; observedGeneration?: number; message?: string }[];
}

function isDone(object: KubeObject, state: string): boolean {
  const { state: is, conditions = [] } = (object.status ?? {}) as Judged;
  const { generation } = object.metadata;
  return is === state && conditions.every((c) => c.observedGeneration === generation);
}

function brief(object: KubeObject | undefined): string {
  if (!object) return "not there";
  const { state, conditions = [] } = (object.status ?? {}) as Judged;
  const bad = conditions.filter((c) => c.status !== "True").map((c) => `${c.type}: ${c.message}`);
  return `${state ?? "without state"} (${bad.join("; ").slice(0, 400)})`;
}

/**
 * Returns all objects of the kinds that the test graphs use. `lives` contains the names of the copies of the
 * graphs.
 */
export async function everything(
  env: Environment,
  lives: readonly string[],
  subjects: readonly Subject[],
): Promise<KubeObject[]> {
  const own = lives.flatMap((life) => subjects.map((s) => kindIn(life, s)));
  return await objectsOf(env.admin, [...kinds, ...own]);
}
