/** Defines a fault scenario, the context in which it runs, and its result. */
import type { ControlPlane } from "../../support/controlplane/mod.ts";
import { type LifeOptions, live, type Lived, type Model } from "../lifecycle.ts";
import { doubled, leaked, swollen } from "../oracles.ts";
import { descriptors, memory, timers } from "../process_usage.ts";
import { subjects } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { sleep } from "../../support/wait.ts";

/** The result of one fault scenario, which becomes a row of the results table. */
export interface Row {
  /** The scenario's name. */
  scenario: string;
  /** The number of runs of the scenario, each with another fault. */
  runs: number;
  /** A description of the requests or moments at which the scenario applied faults. */
  swept: string;
  /** The number of runs in which kro violated no rule. */
  survived: number;
  /**
   * The number of runs without violations in which no phase was late. A phase is late if it takes
   * longer than three times its duration without faults, plus the time for which the faults
   * themselves last.
   */
  inTime: number;
  /** The longest time from the end of a fault to kro's last write, in milliseconds. */
  worstMs: number;
  /** A line for each violation of a rule, with the run in which it occurred. */
  faults: string[];
}

/** A fault scenario, which applies faults to kro and checks how kro behaves. */
export interface Scenario {
  /**
   * The scenario's name in the results table, and the value of `--only` that selects the scenario.
   */
  name: string;
  /** Whether CI runs a fixed part of the scenario. */
  inSlice?: boolean;
  /**
   * Runs the scenario, and returns its result. If `context.slice` is true, runs only the fixed part for CI.
   */
  run(context: Context): Promise<Row>;
}

/**
 * The environment and options that all fault scenarios of one call of `deno task faults`, or of one test,
 * share.
 */
export class Context {
  /** The API server, proxy and kro processes that the scenarios use. */
  readonly env: Environment;
  /** The control plane; undefined if scenarios must not restart it. */
  readonly controlPlane?: ControlPlane;
  /** Whether each scenario runs only the fixed part that CI runs. */
  readonly slice: boolean;
  /** The seed of all random choices of the scenarios. */
  readonly seed: number;
  /** The duration of the scenario with random faults, in milliseconds; 60 s by default. */
  readonly soakMs: number;
  /** Prints a line of progress. Called after each run of a scenario. */
  readonly say: (line: string) => void;
  #model?: Promise<Model>;
  #level?: Level;
  #mustRest = false;
  #lives = 0;
  // The first four digits in the names of all copies of the test graphs. The digits are random, so that the
  // names differ from those of earlier runs on the same API server.
  readonly #first = Math.floor(Math.random() * 9000) + 1000;

  /** Creates the context without sending a request. */
  constructor(
    env: Environment,
    options: {
      controlPlane?: ControlPlane;
      slice?: boolean;
      seed?: number;
      soakMs?: number;
      say?: (line: string) => void;
    },
  ) {
    this.controlPlane = options.controlPlane;
    this.env = env;
    this.slice = options.slice ?? false;
    this.seed = options.seed ?? 1;
    this.soakMs = options.soakMs ?? 60_000;
    this.say = options.say ?? (() => {});
  }

  /** Returns an unused name for another copy of the test graphs. */
  nextLife(): string {
    return `l${this.#first}${String(++this.#lives).padStart(4, "0")}`;
  }

  /**
   * Called at the start of each scenario. In the first run of the scenario, kro must not write for a minute
   * after it has reconciled all changes. CI skips this minute.
   */
  begin(): void {
    this.#mustRest = !this.slice;
  }

  /**
   * Returns the result of a run without faults, with which runs with faults are compared. The first call does
   * the run.
   */
  model(): Promise<Model> {
    this.#model ??= (async () => {
      await this.ensureKro();
      const { faults, model } = await live(this.env, { lives: [this.nextLife()], subjects });
      if (faults.length > 0) throw new Error(`without faults:\n${faults.join("\n")}`);
      this.#level = await levelOf(this.env);
      return model;
    })();
    return this.#model;
  }

  /** Starts kro, unless a kro process already runs. */
  async ensureKro(): Promise<void> {
    const { env } = this;
    if (!env.hasKro) await env.startKro();
  }

  /**
   * Takes the test graphs through all phases under a plan of faults, compares the result with that of a run
   * without faults, and checks kro's process for leaks.
   */
  async live(options: Partial<LifeOptions> & { holdsMore?: boolean }): Promise<Lived> {
    const { env } = this;
    const model = await this.model();
    await this.ensureKro();
    const restMs = this.#mustRest ? REST_MS : undefined;
    this.#mustRest = false;
    const all = { lives: [this.nextLife()], subjects, model, restMs, ...options };
    if (this.slice) all.graceMs = Math.max(SLICE_GRACE_MS, all.graceMs ?? 0);
    const lived = await live(env, all).finally(() => {
      env.proxy.script = () => undefined;
      env.proxy.watchMode = "pass";
    });
    const more = options.holdsMore ? [] : await this.#held();
    return { ...lived, faults: [...lived.faults, ...more] };
  }

  /**
   * Checks kro's process for leaks. Returns a line for each resource, such as timers, of which the process
   * uses more than after the run without faults. Waits until idle connections have closed.
   */
  async #held(): Promise<string[]> {
    let found: string[] = [];
    const since = performance.now();
    while (performance.now() - since < CONNECTIONS_CLOSED_MS) {
      if (!this.env.hasKro) return ["no kro runs"];
      const level = await levelOf(this.env);
      // Permits one connection and one timer for each watch that kro did not have after the run without
      // faults. kro has such watches if an earlier failed run has not deleted its CRDs.
      const watches = Math.max(level.watches.length - this.#level!.watches.length, 0);
      found = [
        ...leaked("file descriptors", this.#level!.descriptors + watches, level.descriptors),
        ...leaked("timers", this.#level!.timers + watches, level.timers),
        ...swollen(this.#level!.memory, level.memory),
        ...doubled(KRO, level.watches),
      ];
      if (found.length === 0) break;
      await sleep(1000);
    }
    return found;
  }
}

/**
 * The additional time that a phase may take in CI, in milliseconds. In CI, the tests run concurrently with
 * other work, so only a delay of minutes is a violation.
 */
const SLICE_GRACE_MS = 240_000;

/**
 * The time after which idle connections have closed, in milliseconds. kro's HTTP client closes connections
 * that have been idle for 60 s, but searches for idle connections only every 60 s, so a connection may stay
 * open for 120 s. A busy machine may open more connections than the run without faults, so the check for
 * leaks waits until these connections have closed.
 */
const CONNECTIONS_CLOSED_MS = 150_000;

/** The time for which kro must send no write in the first run of a scenario, in milliseconds. */
const REST_MS = 60_000;

/** The numbers of file descriptors and timers, the memory in bytes, and the open watches of a kro process. */
interface Level {
  descriptors: number;
  timers: number;
  memory: number;
  watches: string[];
}

async function levelOf({ kro, proxy }: Environment): Promise<Level> {
  const watches = [...proxy.watches].filter((w) => w.client === KRO).map((w) => w.what);
  return {
    descriptors: descriptors(kro),
    timers: await timers(kro),
    memory: memory(kro).now,
    watches,
  };
}

/** Collects the results of the runs of a fault scenario, and returns them as a row of the results table. */
export class Tally {
  readonly #row: Row;
  readonly #say: (line: string) => void;

  /** Creates the tally of the scenario with this name, without any runs. */
  constructor(scenario: string, say: (line: string) => void) {
    this.#row = { scenario, runs: 0, swept: "", survived: 0, inTime: 0, worstMs: 0, faults: [] };
    this.#say = say;
  }

  /** Adds the result of one run. `what` describes the fault of the run. */
  add(what: string, { faults, recoveryMs, late = [] }: Ran): void {
    const row = this.#row;
    row.runs++;
    if (faults.length === 0) row.survived++;
    if (faults.length + late.length === 0) row.inTime++;
    row.worstMs = Math.max(row.worstMs, recoveryMs);
    row.faults.push(...faults.map((line) => `${what}: ${line}`));
    const how = faults.length === 0 ? "survived" : `FAILED\n  ${faults.join("\n  ")}`;
    const slow = late.length === 0 ? "" : `; ${late.join("; ")}`;
    this.#say(`${row.scenario}, ${what}: ${how} (${(recoveryMs / 1000).toFixed(1)} s${slow})`);
  }

  /**
   * Returns the row of the results table. `swept` describes the requests or moments at which faults were
   * applied.
   */
  row(swept: string): Row {
    return { ...this.#row, swept };
  }
}

/** The result of one run of a fault scenario. */
export interface Ran {
  /** A line for each violation of a rule in this run. */
  faults: string[];
  /** The longest time from the end of a fault to kro's last write, in milliseconds. */
  recoveryMs: number;
  /** A line for each phase of the test graphs that took longer than expected. */
  late?: string[];
}

/** Calls `run`, and returns its result. An error that `run` throws becomes a violation. */
export async function attempt(run: () => Promise<Ran>): Promise<Ran> {
  try {
    return await run();
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)], recoveryMs: 0 };
  }
}
