/**
 * Fault scenarios of leader election: the leading kro process is killed or frozen, loses its Lease or cannot
 * renew it. Only the holder of the Lease may write.
 */
import type { Plan } from "../lifecycle.ts";
import { unled } from "../oracles.ts";
import type { KroProcess } from "../../support/cluster/kro_process.ts";
import { refuse } from "../proxy/mod.ts";
import { type Phase, phases } from "../subjects.ts";
import type { Environment } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";

const LEASE = {
  kind: {
    group: "coordination.k8s.io",
    version: "v1",
    kind: "Lease",
    plural: "leases",
    namespaced: true,
  },
  namespace: "kube-system",
  name: "controller.kro.run",
};

/**
 * Flags that shorten the durations of leader election to a third of the defaults, so that a Lease expires
 * after 5 s.
 */
const FLAGS = [
  "--leader-elect",
  "--leader-election-namespace=kube-system",
  "--leader-election-lease-duration=5s",
  "--leader-election-renew-deadline=3s",
  "--leader-election-retry-period=500ms",
];

/**
 * Two kro processes that elect a leader. Each process connects to a port of its own of the fault proxy. The
 * name of the port, `door`, identifies the process.
 */
class Pair {
  readonly #env: Environment;
  readonly #processes = new Map<string, KroProcess>();
  #turn = -1;
  #doors = 0;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Whether none of the two processes has been started yet. */
  get isEmpty(): boolean {
    return this.#processes.size === 0;
  }

  /** Starts another kro process, whose clock is `skewMs` milliseconds ahead of the machine's clock. */
  async add(skewMs = 0): Promise<void> {
    const door = `elected-${++this.#doors}`;
    this.#processes.set(door, await this.#env.startKro({ door, flags: FLAGS, skewMs }));
  }

  /**
   * Waits until one of the processes holds the Lease, and returns the name of the port to which this process
   * connects.
   */
  async leader(): Promise<string> {
    for (let i = 0; i < 300; i++) {
      const holder = this.#env.proxy.record.findLast((e) =>
        e.resource === "leases" && e.verb !== "get" && [200, 201].includes(e.status ?? 0) &&
        this.#processes.has(e.client)
      );
      if (holder) return holder.client;
      await sleep(100);
    }
    throw new Error("no leader");
  }

  /**
   * Returns 1 and -1 alternately: whether the clock of the next process is ahead of the machine's clock or
   * behind it.
   */
  flip(): number {
    return this.#turn *= -1;
  }

  process(door: string): KroProcess {
    return this.#processes.get(door)!;
  }

  /** Kills the process that connects to the proxy's port with the name `door`. */
  async kill(door: string): Promise<void> {
    await this.process(door).crash();
    this.#processes.delete(door);
  }

  /** Stops all processes gracefully. Returns a line for each process with an exit code other than 0. */
  async stop(): Promise<string[]> {
    const faults: string[] = [];
    for (const kro of this.#processes.values()) faults.push(...await this.#env.stopKro(kro));
    return faults;
  }
}

/**
 * The ways in which the scenario disturbs the leader. The keys are the names of the disturbances.
 * Each function disturbs the leader in one phase.
 */
const misfortunes: Record<string, (env: Environment, pair: Pair) => Promise<void>> = {
  "killed": async (_, pair) => {
    await pair.kill(await pair.leader());
    await pair.add();
  },
  // The clock of each new process is one hour ahead or one hour behind, alternately.
  "killed, clocks an hour apart": async (_, pair) => {
    await pair.kill(await pair.leader());
    await pair.add(pair.flip() * 3_600_000);
  },
  "frozen for 30 s": async (_, pair) => {
    const leader = pair.process(await pair.leader());
    leader.kill("SIGSTOP");
    await sleep(30_000);
    leader.kill("SIGCONT");
  },
  "stopped in order": async (_, pair) => {
    const door = await pair.leader();
    await pair.process(door).stop();
    await pair.kill(door);
    await pair.add();
  },
  "Lease deleted": async (env) => {
    await env.admin.delete(LEASE);
    await sleep(1000);
  },
  "Lease refused for 8 s": async (env, pair) => {
    const door = await pair.leader();
    env.proxy.script = ({ client, resource }) =>
      client === door && resource === "leases" ? refuse(500) : undefined;
    await sleep(8000);
    env.proxy.script = () => undefined;
  },
  "cut off for 8 s": async (env, pair) => {
    const door = await env.proxy.door(await pair.leader());
    for (const connection of door.connections) connection.silence();
    await sleep(8000);
    for (const connection of door.connections) connection.speak();
  },
};

const elected: Scenario = {
  name: "leaders",
  async run(context: Context) {
    const { env } = context;
    const tally = new Tally("leaders", context.say);
    await context.model();
    if (env.hasKro) await env.stopKro();
    const pair = new Pair(env);
    for (const [name, happens] of Object.entries(misfortunes)) {
      tally.add(
        name,
        await attempt(async () => {
          env.proxy.record = [];
          if (pair.isEmpty) { for (let i = 0; i < 2; i++) await pair.add(); }
          await pair.leader();
          const leads: string[] = [];
          const plan: Plan = {
            async during(phase: Phase) {
              if (phases.indexOf(phase) % 2 === 1) await happens(env, pair);
            },
            after() {
              leads.push(...unled(env.proxy.record, env.doors.filter((d) => d !== "kro")));
            },
          };
          const lived = await context.live({ plan, keepRecord: true });
          return { ...lived, faults: [...lived.faults, ...new Set(leads)] };
        }),
      );
    }
    const faults = await pair.stop();
    tally.add("all stopped in order", { faults, recoveryMs: 0 });
    return tally.row(`${Object.keys(misfortunes).join(", ")}; in three phases each`);
  },
};

/** The fault scenario of leader election. */
export const leader: readonly Scenario[] = [elected];
