/**
 * Runs one controller for the benchmark's cases, and measures the controller's API requests and CPU
 * time.
 */
import type { KubeClient } from "../../../src/kube/mod.ts";
import {
  addCounts,
  AuditLog,
  type CallCounts,
  controllerCalls,
  countCalls,
} from "../../support/controlplane/audit.ts";
import type { RunningControlPlane } from "../../support/controlplane/mod.ts";
import type { Sizes } from "./case.ts";
import { type Controller, type RunningController, start, type StartOptions } from "./controller.ts";
import { FIVE, five, instance, NAMESPACE } from "./graphs.ts";
import { type Holds, ObjectWatch } from "./object_watch.ts";
import { cpuMs } from "./process.ts";
import { BY, concurrently, isActive, namesOf, pause, publish } from "./user.ts";

/** The time without a request after which a controller counts as idle, in milliseconds. */
const QUIET_MS = 2000;
/** The time limit for a controller to become idle, in milliseconds. */
const LIMIT_MS = 60_000;

/** The result of a measured action, and the API requests and CPU time that it caused. */
export interface Measured<T> {
  readonly result: T;
  /** The requests that the controller sent from the start to the end of the action. */
  readonly done: CallCounts;
  /** The requests that the controller sent from the start of the action until it was idle again. */
  readonly all: CallCounts;
  /** The CPU time that the controller used until it was idle again, in milliseconds. */
  readonly cpuMs: number;
  /** The CPU time that the API server used until the controller was idle again, in milliseconds. */
  readonly serverMs: number;
}

/** The time that a change of several instances took. */
export interface Took {
  /**
   * The time from the request for the first instance to the watch event with the expected state of the last
   * instance, in seconds.
   */
  readonly seconds: number;
  /**
   * For each instance, the time from the request to the watch event with the expected state, in milliseconds.
   */
  readonly ms: number[];
}

/** One controller, and the control plane on which it runs. */
export class Harness implements AsyncDisposable {
  #published = false;

  private constructor(
    private readonly installed: Controller,
    private readonly audit: AuditLog,
    readonly controlPlane: RunningControlPlane,
    readonly client: KubeClient,
    readonly sizes: Sizes,
    /** The controller's process, which a restart replaces. */
    public controller: RunningController,
  ) {}

  /** Starts the controller, and waits until it is idle. */
  static async start(
    controller: Controller,
    controlPlane: RunningControlPlane,
    client: KubeClient,
    sizes: Sizes,
  ): Promise<Harness> {
    const audit = await AuditLog.fromNow(controlPlane.auditLog);
    const running = await start(controller, controlPlane);
    const harness = new Harness(controller, audit, controlPlane, client, sizes, running);
    await harness.untilQuiet();
    return harness;
  }

  /** Kills the controller, unless it has ended, and starts it again. */
  async restart(options?: StartOptions): Promise<void> {
    await this.controller.kill();
    this.controller = await this.another(options);
  }

  /** Starts another process of the same controller. */
  another(options?: StartOptions): Promise<RunningController> {
    return start(this.installed, this.controlPlane, options);
  }

  /**
   * Returns the controller's requests since the last call of this method, without watches and
   * requests for its Lease.
   */
  async calls(): Promise<CallCounts> {
    return countCalls(controllerCalls(await this.audit.read()));
  }

  /**
   * Waits until the controller has sent no request for two seconds, at most for a minute. Returns
   * the requests that the controller sent during the wait.
   */
  async untilQuiet(): Promise<CallCounts> {
    let all = await this.calls();
    const end = Date.now() + LIMIT_MS;
    for (let last = Date.now(); Date.now() - last < QUIET_MS && Date.now() < end;) {
      await pause(0.25);
      const more = await this.calls();
      if (more.calls > 0) last = Date.now();
      all = addCounts(all, more);
    }
    return all;
  }

  /**
   * Calls `act`, and waits until the controller is idle again. Returns the result of `act`, and the requests
   * and CPU time that it caused.
   */
  async measure<T>(act: () => Promise<T>): Promise<Measured<T>> {
    await this.calls();
    const server = this.controlPlane.pids["kube-apiserver"]!;
    const { pid } = this.controller;
    const [before, serverBefore] = [await cpuMs(pid), await cpuMs(server)];
    const result = await act();
    const done = await this.calls();
    // `all` also contains the requests that the API server logs only after the action has ended.
    const all = addCounts(done, await this.untilQuiet());
    const started = this.controller.pid === pid ? before : 0;
    return {
      result,
      done,
      all,
      cpuMs: await cpuMs(this.controller.pid) - started,
      serverMs: await cpuMs(server) - serverBefore,
    };
  }

  /** Creates the RGD that {@link five} returns, unless the RGD already exists. */
  async serveFive(): Promise<void> {
    if (this.#published) return;
    await publish(this.client, five());
    this.#published = true;
    await this.untilQuiet();
  }

  /**
   * Calls `act` for each of the named instances, and waits until watch events show that `holds` is true for
   * all of them.
   */
  async change(
    names: readonly string[],
    act: (name: string) => Promise<unknown>,
    holds: Holds,
    kind = FIVE,
  ): Promise<Took> {
    using watch = await ObjectWatch.start(this.client, kind);
    const began = new Map<string, number>();
    const start = performance.now();
    const done = watch.all(names, holds);
    await concurrently(names, (name) => {
      began.set(name, performance.now());
      return act(name);
    });
    const ends = await done;
    const seconds = (Math.max(...ends.values()) - start) / 1000;
    return { seconds, ms: names.map((name) => ends.get(name)! - began.get(name)!) };
  }

  /** Creates instances, and waits until all are ACTIVE. */
  create(names: readonly string[], kind = FIVE): Promise<Took> {
    const created = (name: string) =>
      this.client.create(kind, instance(kind.kind, name, { value: name }), BY);
    return this.change(names, created, isActive, kind);
  }

  /** Changes `spec.value` of each instance, and waits until all statuses contain the new value. */
  update(names: readonly string[], kind = FIVE): Promise<Took> {
    const value = `v${Date.now()}`;
    const updated = (name: string) =>
      this.client.mergePatch({ kind, namespace: NAMESPACE, name }, { spec: { value } }, BY);
    const holds: Holds = (object) =>
      isActive(object) && (object.status as { value?: string }).value === value;
    return this.change(names, updated, holds, kind);
  }

  /** Deletes instances, and waits until none of them exists. */
  remove(names: readonly string[], kind = FIVE): Promise<Took> {
    const deleted = (name: string) => this.client.delete({ kind, namespace: NAMESPACE, name });
    return this.change(names, deleted, (_, type) => type === "DELETED", kind);
  }

  /**
   * Returns the names of `count` ACTIVE instances of the RGD {@link five}; `count` is `sizes.n` by
   * default. Creates the instances that do not exist.
   */
  async instances(count = this.sizes.n): Promise<string[]> {
    await this.serveFive();
    const names = namesOf("five", count);
    const there = new Set((await this.client.list(FIVE)).items.map((o) => o.metadata.name!));
    const missing = names.filter((name) => !there.has(name));
    if (missing.length > 0) await this.create(missing);
    await this.untilQuiet();
    return names;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.controller[Symbol.asyncDispose]();
  }
}
