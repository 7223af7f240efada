/** The graphs and their instances as the JSON API shows them. */
import {
  groupKind,
  type GroupVersionKind,
  type KindRef,
  type ObjectRef,
  type ResourceGraphDefinition,
  type RgdSpec,
} from "../../api/mod.ts";
import type { Reads } from "../../cel/mod.ts";
import type { Attempt, ServedGraph } from "../../publish/mod.ts";
import { type Affected, causesOf, type CauseView } from "../causes.ts";
import { type DefinitionView, definitionView } from "../definition.ts";
import type { InstancePool } from "../instances/pool.ts";
import type { InstanceStates } from "../instances/states.ts";
import type { Observer } from "../observe/observer.ts";
import type {
  Facts,
  GraphRightsView,
  GraphView,
  InstanceView,
  NodeObject,
  ServedGraphs,
} from "../view.ts";
import type { GraphController } from "./graph_controller.ts";
import type { GraphEntry } from "./graph_store.ts";
import { graphProblem, graphView, rgdState, rightsView } from "./graph_view.ts";
import type { RightsReview } from "./rights_review.ts";
import { secretInputsOf } from "./secret_inputs.ts";

/** The parts of the operator that {@link GraphStates} reads. */
export interface GraphStatesDeps {
  /** The RGDs and the graphs that serve them. */
  readonly graphs: GraphController;
  /** The controllers of the instances. */
  readonly pool: Pick<InstancePool, "of">;
  /** The review of kro's permissions. */
  readonly rights: Pick<RightsReview, "of">;
  /** The store of the differences that kro would repair; present only with `--observe`. */
  readonly observer?: Observer;
  /** The limits of the passes over instances. */
  readonly limits: ServedGraphs["limits"];
  /** Compiles an RGD. */
  readonly build: (rgd: ResourceGraphDefinition) => Promise<Attempt>;
}

/** Reads the states of graphs and instances from the memory of the operator. */
export class GraphStates implements ServedGraphs {
  readonly #deps: GraphStatesDeps;

  /** Creates the object. Each method reads the present state of the operator. */
  constructor(deps: GraphStatesDeps) {
    this.#deps = deps;
  }

  /** The names of all graphs, sorted. */
  names(): string[] {
    return this.#deps.graphs.entries.map(({ rgd }) => rgd.metadata.name!);
  }

  /** Returns the graph of the RGD with this name; undefined when the RGD does not exist. */
  graph(name: string): GraphView | undefined {
    const entry = this.#entry(name);
    if (!entry) return undefined;
    const instances = this.#instancesOf(entry);
    const healths = instances?.healths() ?? [];
    const view = graphView(entry.rgd, entry.served, healths, this.#deps.limits.maxCollectionSize);
    const observed = this.#deps.observer?.graph(name, instances?.kind);
    return { ...view, ...observed && { observed } };
  }

  /** Returns the templates and the schema of a graph; undefined when no graph serves an RGD with this name. */
  definition(name: string): DefinitionView | undefined {
    const served = this.served(name);
    return served && definitionView(served.graph);
  }

  /** Returns the causes of the problems of all graphs and instances. The most frequent cause is the first. */
  causes(): CauseView[] {
    return causesOf(this.#problems());
  }

  *#problems(): Generator<Affected & { message: string }> {
    for (const entry of this.#deps.graphs.entries) {
      const graph = entry.rgd.metadata.name!;
      const message = graphProblem(entry.rgd);
      if (message !== undefined) yield { graph, message };
      for (const each of this.#instancesOf(entry)?.problems() ?? []) yield { graph, ...each };
    }
  }

  /** Returns the graph that serves the instances of an RGD; undefined when no graph serves the RGD. */
  served(name: string): ServedGraph | undefined {
    return this.#entry(name)?.served;
  }

  /** Returns the RGD with this name; undefined when it does not exist. */
  rgd(name: string): ResourceGraphDefinition | undefined {
    return this.#entry(name)?.rgd;
  }

  /** Returns the name of the RGD whose served graph defines the kind; undefined when no such RGD exists. */
  graphOfKind(kind: KindRef): string | undefined {
    const key = groupKind(kind);
    return this.#deps.graphs.entries.find(({ served }) =>
      served !== undefined && groupKind(served.graph.instance) === key
    )?.rgd.metadata.name;
  }

  /**
   * Compiles an RGD with the spec of one of its revisions. Returns undefined when the RGD does not exist. Rejects
   * with ApiError when a kind cannot be read.
   */
  async compile(name: string, spec: RgdSpec): Promise<Attempt | undefined> {
    const rgd = this.#entry(name)?.rgd;
    return rgd && await this.#deps.build({ ...rgd, spec });
  }

  /** Returns the fields of a kind's instances that its graph copies into Secrets. */
  secretInputs(kind: GroupVersionKind): Reads {
    return secretInputsOf(this.#deps.graphs.entries, kind);
  }

  /** The limits of the passes over instances. */
  get limits(): ServedGraphs["limits"] {
    return this.#deps.limits;
  }

  /**
   * Returns the permissions that kro needs for a graph, and those of them that kro lacks. Returns undefined
   * when the RGD does not exist.
   */
  graphRights(name: string): GraphRightsView | undefined {
    return this.#entry(name) && rightsView(name, this.#deps.rights.of(name));
  }

  /**
   * Returns the keys of the graph's instances, in the form `namespace/name`, sorted; undefined when the graph
   * does not exist.
   */
  instanceKeys(graph: string): readonly string[] | undefined {
    const entry = this.#entry(graph);
    return entry && (this.#instancesOf(entry)?.sortedKeys() ?? []);
  }

  /** Returns the instance with this key; undefined when the instance does not exist. */
  instance(graph: string, key: string): InstanceView | undefined {
    const entry = this.#entry(graph);
    return entry && this.#instancesOf(entry)?.view(key);
  }

  /** Returns the reference of an instance or of one of its objects; undefined when the object is unknown. */
  objectRef(graph: string, key: string, object?: NodeObject): ObjectRef | undefined {
    const entry = this.#entry(graph);
    return entry && this.#instancesOf(entry)?.objectRef(key, entry.served?.graph, object);
  }

  /** Returns the state and the labels of an RGD; undefined when the RGD does not exist. */
  graphFacts(name: string): Facts | undefined {
    const rgd = this.#entry(name)?.rgd;
    return rgd && { state: rgdState(rgd), labels: rgd.metadata.labels };
  }

  /** Returns the state and the labels of an instance; undefined when the instance does not exist. */
  instanceFacts(graph: string, key: string): Facts | undefined {
    const entry = this.#entry(graph);
    return entry && this.#instancesOf(entry)?.facts(key);
  }

  #entry(name: string): GraphEntry | undefined {
    return this.#deps.graphs.entry(name);
  }

  #instancesOf(entry: GraphEntry): InstanceStates | undefined {
    return this.#deps.pool.of(this.#deps.graphs.crdOf(entry))?.states;
  }
}
