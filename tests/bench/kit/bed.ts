/** What every case works with: one side running on the control plane, and what it is asked and spends. */
import type { KubeObject } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { RunningControlPlane } from "../../support/controlplane/mod.ts";
import { cpuMs } from "../instances/controller.ts";
import { five, instance, instanceKind } from "../instances/five.ts";
import { publish } from "../instances/setup.ts";
import { Audit, type Counts, sum } from "./audit.ts";
import { Follower } from "./follower.ts";
import type { Column } from "./results.ts";
import { type Running, type Side, startSide } from "./sides.ts";

/** How much is done. */
export interface Sizes {
  /** Instances. */
  readonly n: number;
  /** Instances where there are to be many. */
  readonly many: number;
  /** Times that an object drifts. */
  readonly drifts: number;
  /** Seconds for which nothing is done. */
  readonly quiet: number;
  /** RGDs applied at once. */
  readonly graphs: number;
  /** Instances when memory is read. */
  readonly memory: readonly number[];
}

/** A figure: what was measured, in which unit. */
export interface Figure {
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** One case of the benchmark. */
export interface Case {
  readonly name: string;
  /** Runs on the first side alone, and its figures are of this column; by default on each, and of its own. */
  readonly column?: Column;
  /** Measures on one side; all that it made itself, apart from instances of `Five`, it takes away again. */
  run(bed: Bed): Promise<Figure[]>;
}

/** What an action took. */
export interface Spent {
  /** Requests until the action was done. */
  readonly done: Counts;
  /** Requests until nothing more was asked. */
  readonly all: Counts;
  /** Milliseconds of the controller's processor time, until quiet. */
  readonly cpuMs: number;
  /** Milliseconds of the API server's, until quiet. */
  readonly serverMs: number;
}

/** The kind of the graph with five objects. */
export const FIVE = instanceKind("Five");
/** Field manager of what the benchmark itself writes. */
export const BY = { fieldManager: "bench" };
/** At a time: a user with a script, not one after the other. */
const AT_A_TIME = 20;

/** Names of so many instances. */
export function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
}

/** The value below which so many of a hundred lie. */
export function percentile(values: Iterable<number>, of: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * of / 100) - 1)] ?? NaN;
}

/** Does something for each, so many at a time. */
export async function each<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>) {
  const left = items[Symbol.iterator]();
  const shared = { [Symbol.iterator]: () => ({ next: () => left.next() }) };
  await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
    for (const item of shared) await act(item);
  }));
}

/** True for an instance that is ACTIVE. */
export function isActive(object: KubeObject): boolean {
  return (object.status as { state?: string } | undefined)?.state === "ACTIVE";
}

/** One side at work. */
export class Bed implements AsyncDisposable {
  readonly audit: Audit;
  #published = false;

  private constructor(
    readonly side: Side,
    readonly controlPlane: RunningControlPlane,
    readonly client: KubeClient,
    readonly sizes: Sizes,
    /** The controller that is running now. */
    public controller: Running,
  ) {
    this.audit = new Audit(controlPlane);
  }

  /** Starts the side. */
  static async start(
    side: Side,
    controlPlane: RunningControlPlane,
    client: KubeClient,
    sizes: Sizes,
  ): Promise<Bed> {
    const bed = new Bed(
      side,
      controlPlane,
      client,
      sizes,
      await startSide(side, controlPlane),
    );
    await bed.audit.settle();
    return bed;
  }

  /** Starts the controller anew, the old one must have ended. */
  async restart(): Promise<Running> {
    return this.controller = await startSide(this.side, this.controlPlane);
  }

  /** Does something and says what it took until nothing more was asked. */
  async spent(act: () => Promise<unknown>): Promise<Spent> {
    await this.audit.take();
    const server = this.controlPlane.pids["kube-apiserver"]!;
    const { pid } = this.controller;
    const [before, serverBefore] = [await cpuMs(pid), await cpuMs(server)];
    await act();
    // An answer may be here a moment before its line in the log.
    const done = await this.audit.take();
    const all = sum(done, await this.audit.settle());
    const started = this.controller.pid === pid ? before : 0;
    return {
      done,
      all,
      cpuMs: await cpuMs(this.controller.pid) - started,
      serverMs: await cpuMs(server) - serverBefore,
    };
  }

  /** Sees to the graph of five objects. */
  async serveFive(): Promise<void> {
    if (this.#published) return;
    await publish(this.client, five("Five"));
    this.#published = true;
    await this.audit.settle();
  }

  /** Creates instances and waits for all; seconds until the last is ACTIVE, milliseconds for each. */
  async create(names: readonly string[], kind = FIVE): Promise<{ seconds: number; ms: number[] }> {
    using follower = await Follower.start(this.client, kind);
    const began = new Map<string, number>();
    const start = performance.now();
    const done = follower.all(names, isActive);
    await each(names, (name) => {
      began.set(name, performance.now());
      return this.client.create(kind, instance(kind.kind, name, { value: name }), BY);
    });
    const ends = await done;
    const seconds = (Math.max(...ends.values()) - start) / 1000;
    return { seconds, ms: names.map((name) => ends.get(name)! - began.get(name)!) };
  }

  /** Deletes instances and waits until they are gone; seconds. */
  async remove(names: readonly string[], kind = FIVE): Promise<number> {
    using follower = await Follower.start(this.client, kind);
    const start = performance.now();
    const done = follower.all(names, (_, type) => type === "DELETED");
    await each(names, (name) => this.client.delete({ kind, namespace: "bench", name }));
    return (Math.max(...(await done).values()) - start) / 1000;
  }

  /** So many instances, n without a number, made now as far as they are not there, all quiet. */
  async instances(count = this.sizes.n): Promise<string[]> {
    await this.serveFive();
    const names = namesOf("five", count);
    const there = new Set((await this.client.list(FIVE)).items.map((o) => o.metadata.name!));
    const missing = names.filter((name) => !there.has(name));
    if (missing.length > 0) await this.create(missing);
    await this.audit.settle();
    return names;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.controller[Symbol.asyncDispose]();
  }
}
