/** Plans the RGDs and instances of files against a cluster, and returns the report. */
import {
  ApiError,
  type GroupVersionKind,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  refKey,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../api/mod.ts";
import { PlanStore } from "../../clusters/mod.ts";
import { countText, hider, type PlanReport } from "../../explain/mod.ts";
import { kindsOfCrd } from "../../openapi/mod.ts";
import { ownCrds, ownCrdsPresent } from "../../publish/mod.ts";
import type { PlannedWrite } from "../../reconcile/mod.ts";
import { UsageError } from "../errors.ts";
import { definingRgd, type Manifest, undefinedKind } from "../manifests.ts";
import { isOfKind, refOf, rgdRef } from "../report.ts";
import type { Session } from "../session.ts";
import { askFile } from "./files.ts";
import { GraphPlanner, type PlannedGraph, type RgdPlan } from "./graphs.ts";
import { InstancePlanner, isIdle, type PlannedInstance } from "./instances.ts";
import { invalidInstances, listInstances } from "./invalid.ts";
import { checkQuotas } from "./quotas.ts";
import { changesOf, waitsOf } from "./report.ts";

/** The report of a plan, with the facts that a saved plan contains. */
export interface Plan {
  /** The report of the plan. */
  report: PlanReport;
  /**
   * The live states of the objects that the plan depends on. An object that does not exist has an entry
   * without `live`.
   */
  states: ReadState[];
  /** The instances over which the plan ran. */
  instances: PlannedInstance[];
}

/** An object as a plan has read it. */
export interface ReadState {
  /** The object. */
  ref: ObjectRef;
  /** The live object; absent when it does not exist. */
  live?: KubeObject;
}

/**
 * If the files contain an RGD, or more instances than this number, kro lists the objects of all instances of
 * a kind with one request. Otherwise it sends one list request for each instance.
 */
const MANY = 10;

/** Plans the objects of the manifests. Rejects with ApiError, and with UsageError for an unknown kind. */
export async function makePlan(session: Session, manifests: readonly Manifest[]): Promise<Plan> {
  return await new Planner(session, manifests).run();
}

/** Plans the RGDs first, then the instances of these RGDs, then the instances in the files. */
class Planner {
  readonly #session: Session;
  readonly #rgds: ResourceGraphDefinition[];
  readonly #files: Manifest[];
  readonly #now = new Date();
  readonly #hide = hider(crypto.getRandomValues(new Uint8Array(32)));
  readonly #store: PlanStore;
  readonly #graphs: GraphPlanner;
  readonly #instances: InstancePlanner;
  readonly #notes: string[] = [];
  /** The live instances over which the plan runs. */
  readonly #live: ReadState[] = [];
  #deleting = 0;

  constructor(session: Session, manifests: readonly Manifest[]) {
    this.#session = session;
    const isRgd = ({ object }: Manifest) => isOfKind(object, RGD_KIND);
    this.#rgds = manifests.filter(isRgd).map(({ object }) => object as ResourceGraphDefinition);
    this.#files = manifests.filter((manifest) => !isRgd(manifest));
    const { client, discovery, schemas, costs, output } = session;
    const isWhole = this.#rgds.length > 0 || this.#files.length > MANY;
    const now = () => this.#now;
    this.#store = new PlanStore({ client, discovery, schemas, now, isWhole });
    this.#graphs = new GraphPlanner(session, this.#store, now, this.#hide);
    this.#instances = new InstancePlanner({
      store: this.#store,
      graphFor: (kind) => this.#graphs.graphFor(kind),
      costs,
      now: this.#now,
      progress: progressTo((line) => output.err(line)),
    });
  }

  async run(): Promise<Plan> {
    await this.#ownKinds();
    const rgds = await this.#graphs.plan(this.#rgds);
    for (const rgd of rgds) await this.#addInstances(rgd);
    for (const manifest of this.#files) await this.#addFile(manifest);
    const instances = await this.#instances.run();
    const writes = this.#store.writes();
    const context = {
      instances,
      hide: this.#hide,
      store: this.#store,
      graphFor: (kind: GroupVersionKind) => this.#graphs.graphFor(kind),
    };
    const changes = await changesOf(writes, context);
    const suspended = instances.filter(isIdle).length;
    const nodes = instances.flatMap(({ outcome, later }) => [
      ...(later ?? outcome)!.nodes.flatMap(({ objects }) => objects),
      ...outcome!.removed,
    ]);
    const report: PlanReport = {
      graphs: rgds.map(({ change }) => change),
      instances: { planned: instances.length - suspended, deleting: this.#deleting, suspended },
      objects: nodes.filter(({ action }) => action !== "observed").length,
      changes,
      waits: waitsOf(instances, writes),
      notes: [
        ...this.#notes,
        ...this.#unasked(),
        ...await checkQuotas(this.#session.client, writes),
      ],
    };
    return { report, states: [...this.#statesOf(rgds, writes)], instances };
  }

  /**
   * If kro's own CRDs are missing, plans as if they were installed, because `kro apply` would first install
   * them.
   */
  async #ownKinds(): Promise<void> {
    if (this.#rgds.length === 0 || await ownCrdsPresent(this.#session.client)) return;
    this.#graphs.isUninstalled = true;
    this.#notes.push("kro's own CustomResourceDefinitions are missing and would be installed");
    for (const kind of ownCrds().flatMap(kindsOfCrd)) this.#store.kinds.add(kind);
  }

  /**
   * Adds all live instances of a changed RGD to the plan, and checks the instances against the changed
   * schema.
   */
  async #addInstances({ change, planned, graph }: RgdPlan): Promise<void> {
    const { crd } = change;
    if (!graph || (!planned && crd?.action !== "refused")) return;
    const { instance: kind } = graph;
    const { output } = this.#session;
    const instances = await listInstances(this.#session.client, kind);
    output.err(`${kind.kind}: ${countText(instances.length, "live instance")}`);
    const isSchema = crd?.changes.some(({ effect }) => effect !== "harmless");
    if (crd && isSchema) crd.invalid = invalidInstances(graph, instances);
    if (!planned) return;
    for (const object of instances) {
      const ref = { kind, namespace: object.metadata.namespace, name: object.metadata.name! };
      this.#live.push({ ref, live: object });
      this.#add(ref, object, planned);
    }
  }

  async #addFile({ object, file }: Manifest): Promise<void> {
    const gvk = parseGvk(object.apiVersion, object.kind);
    if (!gvk) {
      throw new UsageError(`${file}: apiVersion "${object.apiVersion}" is not group/version`);
    }
    const planned = await this.#graphs.graphFor(gvk);
    if (!planned) {
      if (definingRgd(gvk, this.#rgds)) return void this.#notes.push(unserved(object));
      throw undefinedKind({ object, file }, this.#rgds);
    }
    const kind: KindRef = planned.graph.instance;
    const ref = refOf(object, kind, this.#session.namespace);
    const desired = { ...object, metadata: { ...object.metadata, namespace: ref.namespace } };
    try {
      const { before, after, isSame, unasked } = await askFile(this.#store, ref, desired);
      const action = before ? "changed" : "created";
      if (!isSame) this.#store.record({ ref, action, before, after, unasked });
      this.#add(ref, isSame ? before! : after, planned);
      this.#live.push({ ref, live: before });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === undefined) throw error;
      this.#store.record({ ref, action: "refused", after: desired, error });
    }
  }

  #add(ref: ObjectRef, object: KubeObject, planned: PlannedGraph): void {
    if (object.metadata.deletionTimestamp !== undefined) this.#deleting += 1;
    else this.#instances.add(ref, object, planned);
  }

  /** Returns each object that the plan depends on once, with its live state. */
  #statesOf(rgds: readonly RgdPlan[], writes: readonly PlannedWrite[]): Iterable<ReadState> {
    const all: ReadState[] = [
      ...rgds.map(({ rgd, live }) => ({ ref: rgdRef(rgd), live })),
      ...rgds.flatMap(({ crd }) => crd ? [crd] : []),
      ...this.#live,
      ...writes.map(({ ref, before }) => ({ ref, live: before })),
    ];
    return new Map(all.toReversed().map((state) => [refKey(state.ref), state])).values();
  }

  #unasked(): string[] {
    return [...this.#store.unasked].map(([why, count]) =>
      `kro itself compared ${countText(count, "object")}: ${why}; ` +
      "admission, quotas and defaults of the API server were not checked"
    );
  }
}

function unserved({ kind, metadata: { name } }: KubeObject): string {
  return `${kind} ${name} is not planned: its ResourceGraphDefinition is rejected`;
}

/** The smallest number of instances for which kro reports progress. */
const SLOW = 200;

/** Returns a function that prints the progress in steps of ten percent. */
function progressTo(print: (line: string) => void): (done: number, all: number) => void {
  let next = 0.1;
  return (done, all) => {
    if (all < SLOW || done / all < next) return;
    next = done / all + 0.1;
    print(`planned ${done} of ${all} instances`);
  };
}
