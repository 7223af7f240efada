/** Reads instances with their graphs and objects from a cluster, without writing. */
import { hostname } from "node:os";
import {
  Annotation,
  ApiError,
  apiVersionOf,
  errorText,
  groupKind,
  gvkKey,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  problemText,
  refText,
  type ResourceGraphDefinition,
  servedKind,
  VERSION,
} from "../../api/mod.ts";
import { ReadOnlyCluster } from "../../clusters/mod.ts";
import {
  type Explanation,
  noGraph,
  type ObjectName,
  type Observation,
  why,
  withoutGraph,
} from "../../explain/mod.ts";
import { type CostLimits, type Graph, MAX_COLLECTION_SIZE } from "../../graph/mod.ts";
import type { Discovery, KubeClient } from "../../kube/mod.ts";
import { buildGraph, planGraph } from "../../publish/mod.ts";
import { isSuspended, type Outcome, reconcile } from "../../reconcile/mod.ts";
import { listRgds, type Session } from "../session.ts";
import { eventsOf } from "./events.ts";
import { nameKey, nameOf } from "./names.ts";

/** The greatest depth of nested graphs that are observed. */
const MAX_DEPTH = 8;

/** The graph that serves a kind, or the reasons why the kind has no usable graph. */
export interface FoundGraph {
  /** The RGD that defines the kind; absent when no RGD defines the kind or RGDs cannot be read. */
  rgd?: ResourceGraphDefinition;
  /** The graph by which the controller reconciles instances. */
  graph?: Graph;
  /** The number of the revision of the graph; absent when revisions cannot be read. */
  revision?: number;
  /** The reasons why the kind has no usable graph, or why the graph cannot be read. */
  problems: string[];
  /** Whether the API server refuses to let the caller read the graph. */
  isUnreadable?: boolean;
}

/** An instance as it is in the cluster. */
export interface ObservedInstance extends FoundGraph {
  /** The reference to the instance. */
  ref: ObjectRef;
  /** The live instance. */
  instance: KubeObject;
  /** The state of the nodes and their objects; absent when the instance has no usable graph. */
  observation?: Observation;
  /** The objects that are instances of other graphs, by {@link nameKey}. */
  nested: ReadonlyMap<string, ObservedInstance>;
  /** The objects that a pass would delete, or that are being deleted. */
  removed: Outcome["removed"];
}

/** Finds the graphs of instances. */
export interface GraphSource {
  /** Reports whether a graph defines the kind. */
  isGraphKind(kind: KindRef): Promise<boolean>;
  /** Returns the graph that serves the kind, or the reasons why the kind has no usable graph. */
  graphOf(kind: KindRef): Promise<FoundGraph>;
}

/** Finds graphs in the cluster. Each RGD is compiled once. */
export class ClusterGraphs implements GraphSource {
  readonly #session: Session;
  readonly #graphs = new Map<string, Promise<FoundGraph>>();
  #rgds?: Promise<ResourceGraphDefinition[]>;

  /** Creates the source, without sending a request. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Lists the RGDs of the cluster once. Rejects with ApiError when the request fails. */
  rgds(): Promise<ResourceGraphDefinition[]> {
    this.#rgds ??= listRgds(this.#session);
    return this.#rgds;
  }

  /** Returns the RGD that defines a kind; undefined when no RGD defines the kind. */
  async rgdOf(kind: KindRef): Promise<ResourceGraphDefinition | undefined> {
    return (await this.rgds()).find((rgd) => {
      const served = servedKind(rgd);
      return served !== undefined && groupKind(served) === groupKind(kind);
    });
  }

  /** Reports whether an RGD of the cluster defines the kind. */
  async isGraphKind(kind: KindRef): Promise<boolean> {
    return await this.rgdOf(kind) !== undefined;
  }

  /** Returns the graph that serves the kind, or the reasons why the kind has no usable graph. */
  graphOf(kind: KindRef): Promise<FoundGraph> {
    const key = gvkKey(kind);
    const known = this.#graphs.get(key) ?? this.#load(kind);
    this.#graphs.set(key, known);
    return known;
  }

  async #load(kind: KindRef): Promise<FoundGraph> {
    let rgd: ResourceGraphDefinition | undefined;
    try {
      rgd = await this.rgdOf(kind);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "Forbidden") throw error;
      return { problems: [error.message], isUnreadable: true };
    }
    if (!rgd) return { problems: [] };
    const { client, schemas, compile } = this.#session;
    try {
      const deps = { client, schemas, compile, version: VERSION, now: () => new Date() };
      const { known, publication: { served, error } } = await planGraph(rgd, deps);
      const problems = known.build.problems.map(problemText);
      if (served) return { rgd, problems, ...served };
      return { rgd, problems: problems.length > 0 ? problems : error ? [error] : [] };
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "Forbidden") throw error;
      return await this.#build(rgd);
    }
  }

  /** Compiles the present spec of the RGD, without reading its revisions. */
  async #build(rgd: ResourceGraphDefinition): Promise<FoundGraph> {
    const { schemas, compile } = this.#session;
    try {
      const { graph, problems } = await buildGraph(rgd, { schemas, compile });
      return { rgd, graph, problems: problems.map(problemText) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const isUnreadable = error.reason === "Forbidden";
      return { rgd, problems: [errorText(error)], isUnreadable };
    }
  }
}

/** The connection of an {@link Observer} to the cluster. */
export interface ObserverOptions {
  /** The client of the cluster. */
  client: KubeClient;
  /** The lookup of kinds by their name. */
  discovery: Discovery;
  /** The limits of the cost of CEL expressions; the controller's default limits when absent. */
  costs?: CostLimits;
}

/** Reads instances of the cluster with their graphs and objects, without writing. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #graphs: GraphSource;

  /** Creates the observer, without sending a request. */
  constructor(options: ObserverOptions, graphs: GraphSource) {
    this.#options = options;
    this.#graphs = graphs;
  }

  /**
   * Reads an instance with its graph and its objects. If an object is an instance of another graph, reads
   * this instance in the same way.
   *
   * @param depth The number of instances of other graphs that contain this instance. With `Infinity`, reads no
   * instances of other graphs.
   */
  async observe(ref: ObjectRef, instance: KubeObject, depth = 0): Promise<ObservedInstance> {
    const { client, discovery, costs } = this.#options;
    const found = await this.#graphs.graphOf(ref.kind);
    const cluster = new ReadOnlyCluster(client, discovery, ref.kind, instance);
    // The annotation is removed, because it may suspend the instance. A pass over a suspended instance would
    // not read the objects.
    const { [Annotation.reconcile]: _, ...annotations } = instance.metadata.annotations ?? {};
    const active = { ...instance, metadata: { ...instance.metadata, annotations } };
    const outcome = await reconcile(found.graph ?? { instance: ref.kind }, active, cluster, {
      now: () => new Date(),
      version: VERSION,
      podId: hostname(),
      maxCollectionSize: MAX_COLLECTION_SIZE,
      costs,
      rgdUid: found.rgd?.metadata.uid,
      instanceRevision: found.revision,
    });
    const nested = new Map<string, ObservedInstance>();
    const observed: ObservedInstance = {
      ...found,
      ref,
      instance,
      nested,
      removed: outcome.removed,
    };
    if (!found.graph) return observed;
    const objects = new Map<string, KubeObject[]>();
    for (const { id, objects: names } of outcome.nodes) {
      const { kind } = found.graph.nodes.get(id)!;
      const live = names.flatMap(({ namespace, name }) =>
        cluster.seen({ kind, namespace, name }) ?? []
      );
      objects.set(id, live);
    }
    if (instance.metadata.deletionTimestamp !== undefined) {
      // A pass over an instance that is being deleted returns no nodes.
      for (const object of cluster.members()) {
        const id = object.metadata.labels?.[Label.nodeId] ?? "";
        if (found.graph.nodes.has(id)) objects.set(id, [...objects.get(id) ?? [], object]);
      }
    }
    for (const [id, live] of objects) {
      const { kind } = found.graph.nodes.get(id)!;
      if (depth >= MAX_DEPTH || !await this.#graphs.isGraphKind(kind)) continue;
      for (const object of live) {
        const { namespace, name = "" } = object.metadata;
        const at = { kind, namespace, name };
        nested.set(nameKey(nameOf(object)), await this.observe(at, object, depth + 1));
      }
    }
    observed.observation = {
      graph: found.graph,
      instance,
      nodes: outcome.nodes,
      removed: outcome.removed,
      objects,
      missing: new Map([...cluster.missing].map(([id, refs]) => [id, refs.map(objectName)])),
      unreadable: unreadableNodes(found.graph, cluster),
      isGraphSuspended: found.rgd !== undefined && isSuspended(found.rgd),
      nested: (name) => nested.get(nameKey(name))?.observation,
    };
    return observed;
  }

  /**
   * Reads the Events of the instance and of its objects that are not ready, and adds them to the observation.
   * Events that cannot be read are left out.
   */
  async addEvents(observed: ObservedInstance): Promise<void> {
    const { observation, nested } = observed;
    if (observation) observation.events = await eventsOf(this.#options.client, observed);
    for (const each of nested.values()) await this.addEvents(each);
  }
}

/**
 * Explains an instance, or a node or field of it. Throws UnknownSubject when the graph has no such node or
 * field, or the instance has no usable graph.
 */
export function explain(observed: ObservedInstance, subject?: string): Explanation {
  const { observation, instance, ref, rgd } = observed;
  if (observation) return why(observation, subject);
  const found = withoutGraph(instance, ref.kind, rgd, observed);
  if (subject === undefined) return found;
  throw noGraph(refText(ref), subject, found);
}

function objectName({ kind, namespace, name }: ObjectRef): ObjectName {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...(namespace && { namespace }), name };
}

function unreadableNodes(graph: Graph, { unreadable }: ReadOnlyCluster): Map<string, string> {
  return new Map([...graph.nodes.values()].flatMap(({ id, kind }) => {
    const reason = unreadable.get(groupKind(kind));
    return reason === undefined ? [] : [[id, reason] as const];
  }));
}
