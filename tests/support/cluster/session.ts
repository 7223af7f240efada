/**
 * The context that a cluster test receives. Starts the test's controller, and cleans up after the
 * test.
 */
import type { Controller, ControllerOptions } from "../../../src/controller/mod.ts";
import type { AuditEntry } from "../controlplane/audit.ts";
import { NAMESPACE } from "../kinds.ts";
import { steady } from "../wait.ts";
import type { TestCluster } from "./cluster.ts";
import { type RunningController, startController } from "./controller.ts";
import { type GraphSpec, TestGraph } from "./graph.ts";
import { KroRequests } from "./kro_requests.ts";

/** The context that a cluster test receives. */
export interface Scenario {
  /** The cluster, which the test accesses as the cluster's administrator. */
  readonly cluster: TestCluster;
  /** The name of the test's own namespace, which is empty at the start. */
  readonly namespace: string;
  /** The running controller. */
  readonly controller: Controller;
  /** Runs a step of the test, as `Deno.TestContext.step` does. */
  readonly step: (name: string, run: () => Promise<void>) => Promise<boolean>;
  /**
   * Applies an RGD in an API group that only this test uses, and waits until it is Active. Throws
   * an error if kro rejects the RGD.
   */
  graph(spec: GraphSpec): Promise<TestGraph>;
  /**
   * Applies an RGD and returns without waiting for kro. `name` is the RGD's name and the first part
   * of its API group.
   */
  apply(spec: GraphSpec, name?: string): Promise<TestGraph>;
  /**
   * Waits until the controller has neither reconciled nor sent a request for `ms` milliseconds, 300
   * by default.
   */
  idle(ms?: number): Promise<void>;
  /**
   * Returns kro's API requests since the last call of this function. The first call starts the recording; see
   * {@link KroRequests}.
   */
  requests(): Promise<AuditEntry[]>;
  /** Stops the controller, runs `meanwhile`, and then starts another controller. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Restarts the controller with these options, which apply until the next restart. */
  restartWith(options: Partial<ControllerOptions>): Promise<void>;
}

/** A running cluster test: its controller, and the RGDs to delete at its end. */
export class Session implements Scenario {
  readonly cluster: TestCluster;
  readonly step: Scenario["step"];
  readonly #options: Partial<ControllerOptions>;
  readonly #graphs: TestGraph[] = [];
  #running?: RunningController;
  #requests?: KroRequests;

  /** Creates the context without a controller; {@link start} starts one. */
  constructor(cluster: TestCluster, options: Partial<ControllerOptions>, t: Deno.TestContext) {
    this.cluster = cluster;
    this.#options = options;
    this.step = (name, run) => t.step(name, run);
  }

  get namespace(): string {
    return this.cluster.namespace;
  }

  get controller(): Controller {
    return this.#running!.controller;
  }

  async graph(spec: GraphSpec): Promise<TestGraph> {
    const graph = await this.apply(spec);
    await graph.served();
    return graph;
  }

  async apply(spec: GraphSpec, name?: string): Promise<TestGraph> {
    const graph = await TestGraph.create(this.cluster, spec, name);
    this.#graphs.push(graph);
    return graph;
  }

  async idle(ms?: number): Promise<void> {
    const own = { kind: NAMESPACE, name: this.namespace };
    await steady("the controller", async () => {
      await this.cluster.client.get(own);
      const { metrics, sent } = this.#running!;
      const queues = (await metrics.text()).split("\n").filter((line) => QUEUES.test(line));
      return `${sent()} requests, ${queues.join()}`;
    }, ms);
  }

  async requests(): Promise<AuditEntry[]> {
    this.#requests ??= await KroRequests.open();
    return await this.#requests.take();
  }

  async restart(meanwhile: () => Promise<unknown> = async () => {}): Promise<void> {
    await this.#running?.stop();
    try {
      await meanwhile();
    } finally {
      await this.start();
    }
  }

  async restartWith(options: Partial<ControllerOptions>): Promise<void> {
    await this.#running?.stop();
    await this.start(options);
  }

  /** Starts a controller, and waits until it is ready. */
  async start(more: Partial<ControllerOptions> = {}): Promise<void> {
    this.#running = await startController({ ...this.#options, ...more });
  }

  /**
   * Deletes the test's RGDs with all their objects, the newest RGD first. Then stops the
   * controller.
   */
  async end(seconds?: number): Promise<void> {
    try {
      for (const graph of this.#graphs.toReversed()) {
        if (this.#options.allowCrdDeletion) await graph.remove(seconds);
        else await graph.removeAll(seconds);
      }
    } finally {
      this.#requests?.[Symbol.dispose]();
      await this.#running?.stop();
      this.#running = undefined;
    }
  }
}

/**
 * The metrics that count queued keys and measure how long unfinished reconciliations have been
 * running.
 */
const QUEUES = /^workqueue_(depth|unfinished_work_seconds)\{/;
