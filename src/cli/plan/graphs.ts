/** Plans RGDs: the graph that would serve each kind, and the changes of the generated CRDs. */
import {
  CRD_KIND,
  type GroupVersionKind,
  gvkKey,
  type Json,
  jsonText,
  type KubeObject,
  type ObjectRef,
  problemText,
  type ResourceGraphDefinition,
  servedKind,
  VERSION,
} from "../../api/mod.ts";
import type { PlanStore } from "../../clusters/mod.ts";
import { type GraphChange, rgdChanges, type SchemaChange } from "../../explain/mod.ts";
import type { CrdChange, Graph } from "../../graph/mod.ts";
import { kindsOfCrd } from "../../openapi/mod.ts";
import { type GraphPlan, pendingChanges, planGraph, tryBuild } from "../../publish/mod.ts";
import { isSuspended } from "../../reconcile/mod.ts";
import { rgdRef } from "../report.ts";
import { listRgds, rgdOfKind, type Session } from "../session.ts";
import { askFile } from "./files.ts";

/** A graph that serves a kind after the plan. */
export interface PlannedGraph {
  /** The compiled graph. */
  graph: Graph;
  /** The UID of the RGD; absent when the plan creates the RGD. */
  rgdUid?: string;
  /** The number of the revision that records the graph. */
  revision: number;
  /** Whether the RGD is suspended. */
  suspended: boolean;
  /**
   * Returns whether the live objects of a node may contain the value of a Secret, because the RGD in the
   * cluster copies such a value into them. Absent when the plan does not change the RGD.
   */
  wasConfidential?: (node: string) => boolean;
}

/** Returns whether the objects of a node may contain the value of a Secret, before or after the plan. */
export function isConfidentialNode(planned: PlannedGraph | undefined, node: string): boolean {
  return planned?.graph.nodes.get(node)?.confidential || planned?.wasConfidential?.(node) || false;
}

/** The plan of one RGD of the given files. */
export interface RgdPlan {
  /** The entry of the RGD in the report of the plan. */
  change: GraphChange;
  /** The RGD of the file. */
  rgd: ResourceGraphDefinition;
  /** The RGD as it is in the cluster; absent when the plan creates the RGD. */
  live?: KubeObject;
  /**
   * A reference to the generated CRD, and in `live` the CRD of the cluster, if it exists. Absent when the RGD
   * does not compile.
   */
  crd?: { ref: ObjectRef; live?: KubeObject };
  /** The graph of the RGD in the file; absent when the RGD does not compile. */
  graph?: Graph;
  /**
   * The graph with which the instances must be planned. Absent when the RGD is rejected, or when neither the
   * RGD nor its CRD changes.
   */
  planned?: PlannedGraph;
}

/** Plans the RGDs of one command, and finds the graphs of other kinds. */
export class GraphPlanner {
  readonly #session: Session;
  readonly #store: PlanStore;
  readonly #now: () => Date;
  readonly #hide: (value: Json) => string;
  readonly #graphs = new Map<string, PlannedGraph | undefined>();
  readonly #loaded = new Map<string, Promise<PlannedGraph | undefined>>();
  #known?: Promise<ResourceGraphDefinition[]>;
  /** Whether the cluster does not serve kro's own kinds yet. */
  isUninstalled = false;

  /**
   * Creates the planner, without sending a request.
   *
   * @param hide Returns the replacement of a secret value in the report.
   */
  constructor(
    session: Session,
    store: PlanStore,
    now: () => Date,
    hide: (value: Json) => string,
  ) {
    this.#session = session;
    this.#store = store;
    this.#now = now;
    this.#hide = hide;
  }

  /** Plans RGDs, so that each RGD is planned after the RGDs whose kinds it uses. */
  async plan(rgds: readonly ResourceGraphDefinition[]): Promise<RgdPlan[]> {
    const done = new Map<ResourceGraphDefinition, RgdPlan>();
    for (let left = [...rgds]; left.length > 0;) {
      const waiting: ResourceGraphDefinition[] = [];
      for (const rgd of left) {
        const { plan, missing } = await this.#planOne(rgd);
        done.set(rgd, plan);
        if (missing) waiting.push(rgd);
      }
      left = waiting.length < left.length ? waiting : [];
    }
    return rgds.map((rgd) => done.get(rgd)!);
  }

  /** Returns the graph that serves a kind after the plan; undefined when no RGD defines the kind. */
  async graphFor(kind: GroupVersionKind): Promise<PlannedGraph | undefined> {
    const key = gvkKey(kind);
    if (this.#graphs.has(key)) return this.#graphs.get(key);
    const loaded = this.#loaded.get(key) ?? this.#load(key);
    this.#loaded.set(key, loaded);
    return await loaded;
  }

  async #load(key: string): Promise<PlannedGraph | undefined> {
    this.#known ??= this.isUninstalled ? Promise.resolve([]) : listRgds(this.#session);
    const rgd = rgdOfKind(await this.#known, key);
    return rgd && servedBy(rgd, await this.#publication(rgd), rgd.metadata.uid);
  }

  async #publication(rgd: ResourceGraphDefinition): Promise<GraphPlan> {
    const { client, compile } = this.#session;
    return await planGraph(rgd, {
      client,
      schemas: this.#store.kinds,
      compile,
      version: VERSION,
      now: this.#now,
      isUninstalled: this.isUninstalled,
    });
  }

  async #planOne(rgd: ResourceGraphDefinition): Promise<{ plan: RgdPlan; missing: boolean }> {
    const ref: ObjectRef = rgdRef(rgd);
    const { before: live, after, isSame } = await askFile(this.#store, ref, rgd);
    const uid = live?.metadata.uid;
    // The generated CRD has a label with the RGD's UID. The UID of a new RGD is not known yet, so the label
    // is empty.
    const metadata = { ...after.metadata, uid: uid ?? "" };
    const wanted = { ...after, metadata } as ResourceGraphDefinition;
    const published = await this.#publication(wanted);
    const { known: { build }, publication } = published;
    const change: GraphChange = {
      name: ref.name,
      action: !live ? "created" : isSame ? "unchanged" : "changed",
      problems: [],
      fields: live && !isSame ? rgdChanges(live, after, this.#hide) : [],
    };
    const plan: RgdPlan = { change, rgd, live };
    const served = servedBy(wanted, published, uid);
    if (served && live && !isSame) served.wasConfidential = await this.#confidentialNodesOf(live);
    const defined = servedKind(wanted);
    if (defined) this.#graphs.set(gvkKey(defined), served);
    change.crd = crdChange(wanted, published);
    plan.graph = build.graph;
    if (build.graph) {
      const name = build.graph.crd.metadata.name!;
      plan.crd = { ref: { kind: CRD_KIND, name }, live: published.known.kind?.live };
    }
    const isAccepted = build.graph && publication.error === undefined;
    if (!isAccepted && !isSuspended(wanted)) {
      const problems = build.problems.map(problemText);
      change.action = "rejected";
      change.serving = publication.served?.revision;
      change.problems = problems.length > 0 ? problems : [publication.error ?? "it has no graph"];
      return { plan, missing: build.missing.length > 0 };
    }
    if (change.crd && build.graph) this.#addKinds(build.graph, change.crd);
    const isChanged = change.action !== "unchanged" || change.crd !== undefined;
    return { plan: isChanged ? { ...plan, planned: served } : plan, missing: false };
  }

  /**
   * Returns the function {@link PlannedGraph.wasConfidential} for an RGD of the cluster. If the RGD does not
   * compile and has a node of kind Secret, all of its nodes count as confidential.
   */
  async #confidentialNodesOf(live: KubeObject): Promise<(node: string) => boolean> {
    const { compile } = this.#session;
    const { graph } = await tryBuild(live as ResourceGraphDefinition, {
      schemas: this.#store.kinds,
      compile,
    });
    if (graph) return (node) => graph.nodes.get(node)?.confidential ?? false;
    const hasSecret = jsonText(live.spec).includes('"kind":"Secret"');
    return () => hasSecret;
  }

  /**
   * If the plan changes the schema of the CRD, marks the CRD's kinds as planned. The store sends no dry run
   * for a planned kind, because the API server still has the old schema.
   */
  #addKinds(graph: Graph, { action, changes }: NonNullable<GraphChange["crd"]>): void {
    const isSchema = action === "created" ||
      changes.some(({ effect }) => effect !== "harmless");
    if (!isSchema) return;
    for (const kind of kindsOfCrd(graph.crd)) this.#store.kinds.add(kind);
  }
}

function servedBy(
  rgd: ResourceGraphDefinition,
  { publication: { served } }: GraphPlan,
  rgdUid: string | undefined,
): PlannedGraph | undefined {
  return served && { ...served, rgdUid, suspended: isSuspended(rgd) };
}

function crdChange(rgd: ResourceGraphDefinition, plan: GraphPlan): GraphChange["crd"] {
  const { known, publication } = plan;
  const { build: { graph }, kind } = known;
  if (!graph || isSuspended(rgd)) return undefined;
  const name = graph.crd.metadata.name!;
  const live = kind?.live;
  const changes = live ? pendingChanges(rgd, graph, live).map(schemaChange) : [];
  if (publication.error !== undefined) {
    const isBreaking = changes.some(({ effect }) => effect === "breaking");
    return isBreaking ? { name, action: "refused", changes, invalid: [] } : undefined;
  }
  if (!live) return { name, action: "created", changes, invalid: [] };
  return changes.length > 0 ? { name, action: "changed", changes, invalid: [] } : undefined;
}

/**
 * Matches the paths of CRD fields that can change without an effect on instances or on requests for
 * instances: metadata, short names, categories and printer columns.
 */
const HARMLESS = /^(metadata|names\.(shortNames|categories)|version\.additionalPrinterColumns)/;

function schemaChange({ path, text, breaking }: CrdChange): SchemaChange {
  const effect = breaking ? "breaking" : HARMLESS.test(path) ? "harmless" : "compatible";
  return { path, text, effect };
}
