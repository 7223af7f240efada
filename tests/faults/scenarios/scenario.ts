/** Context and result of a scenario. */
import type { ControlPlane } from "../../support/controlplane/mod.ts";
import { type LifeOptions, live, type Lived, type Model } from "../lifecycle.ts";
import { doubled, leaked, swollen } from "../oracles.ts";
import { descriptors, memory, timers } from "../process_usage.ts";
import { subjects } from "../subjects.ts";
import { type Environment, KRO } from "../environment.ts";
import { sleep } from "../../support/wait.ts";

/** One row of the table. */
export interface Row {
  /** The scenario's name. */
  scenario: string;
  /** Number of runs. */
  runs: number;
  /** The swept requests or moments. */
  swept: string;
  /** Number of runs without findings. */
  survived: number;
  /** Number of surviving runs within three times the model's time plus the faults' duration. */
  inTime: number;
  /** Longest time from the fault's end to the last write, in milliseconds. */
  worstMs: number;
  /** The oracles' findings, each with its run. */
  faults: string[];
}

/** A scenario. */
export interface Scenario {
  /** Name for `--only` and the table. */
  name: string;
  /** Whether CI runs a part of it. */
  inSlice?: boolean;
  /** Runs the whole scenario, or with `slice` the fixed part for CI. */
  run(context: Context): Promise<Row>;
}

/** State that all scenarios of a run share. */
export class Context {
  /** Their environment. */
  readonly env: Environment;
  /** The control plane, if scenarios may restart it. */
  readonly controlPlane?: ControlPlane;
  /** Whether to run only the fixed part. */
  readonly slice: boolean;
  /** Seed of all random choices. */
  readonly seed: number;
  /** Duration of the soak, 60 s by default. */
  readonly soakMs: number;
  /** Receives a line about each run. */
  readonly say: (line: string) => void;
  #model?: Promise<Model>;
  #level?: Level;
  #mustRest = false;
  #lives = 0;
  // Runs on the same API server use different lives.
  readonly #first = Math.floor(Math.random() * 9000) + 1000;

  /** Creates the context without a request. */
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

  /** An unused token of a life. */
  nextLife(): string {
    return `l${this.#first}${String(++this.#lives).padStart(4, "0")}`;
  }

  /** Starts a scenario: its first life must be idle for a minute, except in the slice. */
  begin(): void {
    this.#mustRest = !this.slice;
  }

  /** The life without faults, run at the first call. */
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

  /** Starts kro unless one runs. */
  async ensureKro(): Promise<void> {
    const { env } = this;
    if (!env.hasKro) await env.startKro();
  }

  /** Runs a life under a plan, compares it with the model, and checks the process for leaks. */
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

  /** Resources of the process beyond those after the model, once idle connections have had time to close. */
  async #held(): Promise<string[]> {
    let found: string[] = [];
    const since = performance.now();
    while (performance.now() - since < CONNECTIONS_CLOSED_MS) {
      if (!this.env.hasKro) return ["no kro runs"];
      const level = await levelOf(this.env);
      // The kinds of failed lives are still watched, each on a connection.
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

/** The slice runs next to other work, where a phase is a fault only if it is minutes late. */
const SLICE_GRACE_MS = 240_000;

/** Longer than kro keeps an idle connection to the API server, which is 60 s. A busy machine opens more of them. */
const CONNECTIONS_CLOSED_MS = 75_000;

/** Time without writes, checked once per scenario, in milliseconds. */
const REST_MS = 60_000;

/** Resources of a process. */
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

/** Collects runs into a row. */
export class Tally {
  readonly #row: Row;
  readonly #say: (line: string) => void;

  /** A tally of the scenario with that name. */
  constructor(scenario: string, say: (line: string) => void) {
    this.#row = { scenario, runs: 0, swept: "", survived: 0, inTime: 0, worstMs: 0, faults: [] };
    this.#say = say;
  }

  /** Adds one run, named `what`. */
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

  /** The row; `swept` names the swept requests or moments. */
  row(swept: string): Row {
    return { ...this.#row, swept };
  }
}

/** The result of a run. */
export interface Ran {
  /** The oracles' findings. */
  faults: string[];
  /** See {@link Lived}. */
  recoveryMs: number;
  /** See {@link Lived}. */
  late?: string[];
}

/** Runs a life; an error that it throws becomes a finding. */
export async function attempt(run: () => Promise<Ran>): Promise<Ran> {
  try {
    return await run();
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)], recoveryMs: 0 };
  }
}
