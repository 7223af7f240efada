// Declares a scenario of the conformance tables: a test named after its reference, with a graph, a namespace and a
// controller of its own. The controller's timed requeue is off: what happens, happens because of a watch.
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { Controller, type ControllerOptions } from "../../../src/controller/mod.ts";
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import { eventually, sharedControlPlane } from "../controlplane/shared.ts";
import { type Live, type Place, ScenarioCluster } from "./cluster.ts";

/** What an RGD says, its group and name apart. */
export interface GraphSpec {
  /** The kind of its instances. */
  kind: string;
  /** SimpleSchema of the spec. */
  spec?: JsonObject;
  /** The status fields. */
  status?: JsonObject;
  /** Whatever else stands under `spec.schema`: types, scope, printer columns. */
  schema?: JsonObject;
  /** The nodes. */
  resources: unknown[];
}

/** A graph that is applied. */
export interface ScenarioGraph {
  /** Where the RGD is. */
  readonly rgd: Place;
  /** apiVersion of its instances. */
  readonly apiVersion: string;
  /** Where an instance is. */
  instance(name: string, namespace?: string): Place;
  /** Creates an instance. */
  create(name: string, spec?: JsonObject, metadata?: JsonObject): Promise<Live>;
  /** Waits until the instance's state is ACTIVE at its present generation. */
  active(name: string, holds?: (instance: Live) => unknown): Promise<Live>;
  /** Replaces the RGD's spec by this one (the kind stays). */
  put(spec: GraphSpec): Promise<Live>;
  /** The same, and waits until every condition speaks of that generation. */
  change(spec: GraphSpec): Promise<Live>;
}

/** What a scenario is given. */
export interface Scenario {
  /** The cluster, as the administrator sees it. */
  readonly cluster: ScenarioCluster;
  /** A namespace that is there and empty. */
  readonly namespace: string;
  /** The controller that runs meanwhile. */
  readonly controller: Controller;
  /** Applies an RGD in a group of the scenario's own, and waits until it is Active; fails when it is refused. */
  graph(spec: GraphSpec): Promise<ScenarioGraph>;
  /** The same without waiting; `named` is the RGD's name and the first part of its group. */
  apply(spec: GraphSpec, named?: string): Promise<ScenarioGraph>;
  /** Waits until the controller has passed over no instance of the scenario's for a while. */
  quiet(): Promise<void>;
  /** Stops the controller, does what is asked while none runs, and starts another. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** The same with other options, until the next restart. */
  restartWith(options: Partial<ControllerOptions>): Promise<void>;
}

/** How a scenario is run otherwise than the others. */
export interface ScenarioOptions {
  /** Options of the controller. */
  controller?: Partial<ControllerOptions>;
  /** Not on this machine; the title says why. */
  ignore?: boolean;
}

/**
 * Declares a test. `reference` is that of the conformance table, `file:line`, or several parted by
 * ` / ` as the table has them; `tests/unit/upstream_references_test.ts` holds that each has one.
 */
export function scenario(
  reference: string,
  title: string,
  run: (s: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  apiTest(`${reference}: ${title}`, run, options);
}

/** Declares a test of the project's own on the same ground; its namespace begins like its title. */
export function apiTest(
  title: string,
  run: (s: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  const { ignore = false } = options;
  Deno.test({ name: title, ignore, fn: () => perform(title, run, options) });
}

async function perform(
  title: string,
  run: (s: Scenario) => Promise<void>,
  options: ScenarioOptions,
): Promise<void> {
  const prefix = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/-$/, "");
  const cluster = await ScenarioCluster.open(prefix);
  const session = new Session(cluster, options.controller ?? {});
  try {
    await session.start();
    await run(session);
    await session.end();
  } catch (error) {
    // What a failed scenario leaves behind must not hide why it failed.
    await session.end(5).catch(() => {});
    throw error;
  } finally {
    cluster.close();
  }
}

/** What upstream's suite runs with, the requeue and the delay of waiting RGDs apart. */
const SUITE: Partial<ControllerOptions> = {
  allowCrdDeletion: true,
  instanceRequeueMs: 0,
  graphProgressMs: 50,
  compile: { omit: true },
};

/** Longer than an event takes from the API server into a pass, as a rule. */
const QUIET_MS = 300;

class Session implements Scenario {
  readonly cluster: ScenarioCluster;
  readonly #options: Partial<ControllerOptions>;
  readonly #graphs: Graph[] = [];
  #running?: { controller: Controller; stop(): Promise<void> };

  constructor(cluster: ScenarioCluster, options: Partial<ControllerOptions>) {
    this.cluster = cluster;
    this.#options = { ...SUITE, ...options };
  }

  get namespace(): string {
    return this.cluster.namespace;
  }

  get controller(): Controller {
    return this.#running!.controller;
  }

  async graph(spec: GraphSpec): Promise<ScenarioGraph> {
    const graph = await this.apply(spec);
    await this.cluster.until(graph.rgd, ({ status }) => {
      const refused = status?.conditions?.find((c: Live) =>
        c.type === "GraphAccepted" && c.status === "False"
      );
      if (refused) throw new Error(refused.message);
      return status?.state === "Active";
    });
    return graph;
  }

  async apply(spec: GraphSpec, named?: string): Promise<ScenarioGraph> {
    const suffix = this.namespace.slice(-8);
    const name = named ?? `${spec.kind.toLowerCase()}-${suffix}`;
    const graph = new Graph(this.cluster, name, `${name}.example.com`);
    await this.cluster.create(graph.object(spec));
    this.#graphs.push(graph);
    return graph;
  }

  async quiet(): Promise<void> {
    let [before, since] = ["", Date.now()];
    await eventually(
      "the controller quiet",
      () => {
        const views = this.#graphs.flatMap(({ rgd }) => this.controller.instances(rgd.name) ?? []);
        const passes = views.map(({ uid, lastPass }) => `${uid} ${lastPass}`).join();
        if (passes !== before) [before, since] = [passes, Date.now()];
        return Promise.resolve(Date.now() - since >= QUIET_MS);
      },
      30,
      20,
    );
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

  async start(more: Partial<ControllerOptions> = {}): Promise<void> {
    const { kubeconfigFor } = await sharedControlPlane();
    const config = await loadConfig({ kubeconfig: kubeconfigFor("kro") });
    const client = connect(config, { userAgent: "kro/devel" });
    await installCrds(client);
    const options = { client, version: "devel", podId: "test", ...this.#options, ...more };
    const controller = new Controller(options);
    this.#running = {
      controller,
      stop: async () => {
        await controller.stop();
        client.close();
      },
    };
    controller.start();
    const ready = () => Promise.resolve(controller.readiness().ready);
    await eventually("controller ready", ready, 30, 10);
  }

  /** With its RGD go the instances, their objects and the CRD, last made first; then the controller stops. */
  async end(seconds = 30): Promise<void> {
    try {
      for (const { rgd } of this.#graphs.toReversed()) {
        if (!await this.cluster.find(rgd)) continue;
        await this.cluster.delete(rgd);
        await this.cluster.untilGone(rgd, seconds);
      }
    } finally {
      await this.#running?.stop();
      this.#running = undefined;
    }
  }
}

class Graph implements ScenarioGraph {
  readonly rgd: Place;
  readonly apiVersion: string;
  readonly #cluster: ScenarioCluster;
  readonly #group: string;
  #kind = "";

  constructor(cluster: ScenarioCluster, name: string, group: string) {
    this.rgd = { kind: "ResourceGraphDefinition.kro.run", name };
    this.apiVersion = `${group}/v1alpha1`;
    this.#cluster = cluster;
    this.#group = group;
  }

  object({ kind, resources, schema, ...rest }: GraphSpec): KubeObject {
    this.#kind = kind;
    const head = { apiVersion: "v1alpha1", group: this.#group, kind };
    return {
      apiVersion: "kro.run/v1alpha1",
      kind: "ResourceGraphDefinition",
      metadata: { name: this.rgd.name },
      spec: { schema: { ...head, ...rest, ...schema }, resources },
    };
  }

  instance(name: string, namespace?: string): Place {
    return { kind: `${this.#kind}.${this.#group}`, name, ...(namespace ? { namespace } : {}) };
  }

  create(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): Promise<Live> {
    const { apiVersion } = this;
    const object = { apiVersion, kind: this.#kind, metadata: { ...metadata, name }, spec };
    return this.#cluster.apply(object);
  }

  active(name: string, holds: (instance: Live) => unknown = () => true): Promise<Live> {
    return this.#cluster.until(this.instance(name), (o) => isActive(o) && holds(o));
  }

  async put(spec: GraphSpec): Promise<Live> {
    // A merge would keep fields that the new spec no longer has.
    return await eventually(`${this.rgd.name} written`, async () => {
      const live = await this.#cluster.get(this.rgd);
      const object = { ...live, spec: this.object(spec).spec };
      return await this.#cluster.replace(this.rgd, object).catch((error) => {
        // The controller wrote its status meanwhile.
        if (error.reason !== "Conflict") throw error;
      });
    });
  }

  async change(spec: GraphSpec): Promise<Live> {
    await this.put(spec);
    return await this.#cluster.until(
      this.rgd,
      (rgd) =>
        rgd.status?.conditions?.every((c: Live) =>
          c.observedGeneration === rgd.metadata.generation
        ),
    );
  }
}

/** True when the instance is ACTIVE, and its conditions, unless they are the author's, speak of this generation. */
function isActive({ status, metadata }: Live): boolean {
  return status?.state === "ACTIVE" &&
    (status.conditions ?? []).every((c: Live) => c.observedGeneration === metadata.generation);
}
