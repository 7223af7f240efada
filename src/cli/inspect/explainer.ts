/** Explains instances and their objects for the HTTP endpoint of a controller. */
import {
  ApiError,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import { type ClusterConfig, Discovery, type KubeClient, Semaphore } from "../../kube/mod.ts";
import { itemStates } from "../../reconcile/mod.ts";
import type { ServedGraph } from "../../publish/mod.ts";
import type { Explainer } from "../../server/mod.ts";
import { callersClient } from "../live_reader.ts";
import { compareRevisions, type GraphRevisions } from "./compare_revisions.ts";
import { explain, type FoundGraph, type GraphSource, Observer } from "./observer.ts";

/** The graphs that a controller serves. */
export interface ServedGraphs extends GraphRevisions {
  /** Returns the graph that serves the instances of an RGD; undefined when no graph serves the RGD. */
  served(graph: string): ServedGraph | undefined;
  /** Returns the RGD with this name; undefined when it does not exist. */
  rgd(graph: string): ResourceGraphDefinition | undefined;
  /** Returns the name of the RGD that defines a kind; undefined when no served graph defines the kind. */
  graphOfKind(kind: KindRef): string | undefined;
}

/** The connection of {@link createExplainer} to the API server. */
export interface ExplainerOptions {
  /** The address of the API server, and the certificate authority that kro trusts. */
  config: ClusterConfig;
  /** The User-Agent of the requests. */
  userAgent: string;
  /**
   * The client that reads objects with kro's own rights. If absent, objects are read with the token of each
   * HTTP request.
   */
  own?: KubeClient;
}

/**
 * Returns the explainer of the graphs that a controller serves. Objects and Events are read for each request. A
 * token of a request is used for the reads of this request only.
 */
export function createExplainer(
  graphs: ServedGraphs,
  { config, userAgent, own }: ExplainerOptions,
): Explainer {
  // A comparison compiles two revisions. Comparisons run one after another, so that at most two compiled graphs of
  // old revisions are in memory.
  const comparing = new Semaphore(1);
  /** Reads an instance, and calls `use` with it; returns undefined if the graph or the instance does not exist. */
  const reading = async <T>(
    graph: string,
    { namespace, name }: { namespace?: string; name: string },
    authorization: string | null,
    use: (observer: Observer, ref: ObjectRef, instance: KubeObject) => Promise<T>,
  ): Promise<T | undefined> => {
    const served = graphs.served(graph);
    if (!served) return undefined;
    const client = own ?? callersClient(config, userAgent, authorization);
    try {
      const kind = served.graph.instance;
      const ref = { kind, name, ...namespace !== undefined && { namespace } };
      const instance = await client.get(ref);
      if (!instance) return undefined;
      const options = { client, discovery: new Discovery(client) };
      return await use(new Observer(options, new ControllerGraphs(graphs)), ref, instance);
    } catch (error) {
      if (error instanceof ApiError && error.isKindMissing) return undefined;
      throw error;
    } finally {
      if (!own) client.close();
    }
  };
  return {
    compareRevisions: async (graph, at, revisions, authorization) => {
      const client = own ?? callersClient(config, userAgent, authorization);
      const release = await comparing.acquire();
      try {
        return await compareRevisions(graphs, client, { graph, ...at, ...revisions });
      } finally {
        release();
        if (!own) client.close();
      }
    },
    explain: (graph, at, subject, authorization) =>
      reading(graph, at, authorization, async (observer, ref, instance) => {
        const observed = await observer.observe(ref, instance);
        await observer.addEvents(observed);
        return explain(observed, subject);
      }),
    nodes: (graph, at, authorization) =>
      reading(graph, at, authorization, async (observer, ref, instance) => {
        const { observation } = await observer.observe(ref, instance, Infinity);
        return observation?.nodes.filter(({ id }) => !observation.unreadable?.has(id));
      }),
    collection: (graph, id) => {
      const node = graphs.served(graph)?.graph.nodes.get(id);
      if (node?.type !== "collection") return undefined;
      return { kind: node.kind, states: (objects) => itemStates(node, objects) };
    },
  };
}

/** Finds graphs in the memory of the controller. */
class ControllerGraphs implements GraphSource {
  readonly #graphs: ServedGraphs;

  constructor(graphs: ServedGraphs) {
    this.#graphs = graphs;
  }

  isGraphKind(kind: KindRef): Promise<boolean> {
    return Promise.resolve(this.#graphs.graphOfKind(kind) !== undefined);
  }

  graphOf(kind: KindRef): Promise<FoundGraph> {
    const name = this.#graphs.graphOfKind(kind);
    const served = name === undefined ? undefined : this.#graphs.served(name);
    if (!served) return Promise.resolve({ problems: [] });
    const { graph, revision } = served;
    return Promise.resolve({ rgd: this.#graphs.rgd(name!), graph, revision, problems: [] });
  }
}
