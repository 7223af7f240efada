/**
 * Publishes RGDs (ResourceGraphDefinitions) and reconciles instances in the process of a command, without a
 * running operator.
 */
import { hostname } from "node:os";
import {
  FINALIZER,
  findCondition,
  gvkKey,
  isNotFound,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  refKey,
  type ResourceGraphDefinition,
  RGD_KIND,
  VERSION,
} from "../api/mod.ts";
import { MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { type PublishResult, type ServedGraph, withdrawGraph } from "../publish/mod.ts";
import { type Outcome, type PassContext, reconcile } from "../reconcile/mod.ts";
import { publishLatest } from "./publish_latest.ts";
import { type Report, rgdRef } from "./report.ts";
import { listRgds, rgdOfKind, type Session } from "./session.ts";
import { type Result, untilSettled } from "./until_settled.ts";

/**
 * The suffix of keys in `#passes` that belong to deletions. An object may have two entries there: a reconcile
 * under its {@link refKey}, and a deletion under the same key with this suffix.
 */
const DELETION = "#deletion";

/** A graph of a published RGD, with the UID of the RGD. */
interface Published extends ServedGraph {
  rgdUid?: string;
}

/**
 * Publishes RGDs and reconciles instances in the process of a command. Each instance is reconciled until it
 * is ready, has failed or has timed out.
 */
export class LocalReconciler {
  readonly #session: Session;
  readonly #report: Report;
  readonly #deadline: number;
  readonly #graphs = new Map<string, Published>();
  /**
   * The graphs of RGDs in the cluster. The keys are the kinds of the graphs' instances. A graph is published
   * once, even if many instances need it.
   */
  readonly #loaded = new Map<string, Promise<Published | undefined>>();
  /**
   * The reconciles and deletions that this command has started. The key is the {@link refKey} of the object;
   * the key of a deletion also ends with {@link DELETION}. An entry may stay after its reconcile or deletion
   * has ended.
   */
  readonly #passes = new Map<string, Promise<void>>();
  #known?: Promise<ResourceGraphDefinition[]>;

  /**
   * Creates the reconciler, without sending a request.
   *
   * @param report The report to which progress and results are written.
   * @param timeoutMs The time limit for the instances, in milliseconds from now.
   */
  constructor(session: Session, report: Report, timeoutMs: number) {
    this.#session = session;
    this.#report = report;
    this.#deadline = performance.now() + timeoutMs;
  }

  /**
   * Publishes several RGDs, so that each RGD is published after the RGDs whose kinds it uses. Problems are
   * written to the report.
   */
  async publish(rgds: readonly ResourceGraphDefinition[]): Promise<void> {
    let left = [...rgds];
    while (left.length > 0) {
      const results = [];
      for (const rgd of left) results.push(await this.#publishOne(rgd));
      const waiting = results.filter((result) => result.missing.length > 0);
      const progress = waiting.length < left.length && waiting.length > 0;
      for (const result of results) {
        if (!progress || !waiting.includes(result)) this.#reportGraph(result);
      }
      left = progress ? waiting.map((result) => result.rgd) : [];
    }
  }

  /**
   * Reconciles instances until they are ready. Also reconciles the instances of other graphs that these
   * instances create or change. If a pass prunes an instance of another graph, also deletes the objects of
   * the pruned instance.
   */
  async converge(refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs) this.#follow(ref);
    await this.#allPasses();
  }

  /**
   * Deletes instances and their objects, which may be instances of other graphs. Resolves when each instance
   * no longer exists, has failed or has timed out.
   */
  async remove(refs: readonly ObjectRef[]): Promise<void> {
    await Promise.all(refs.map((ref) => this.#removeOne(ref)));
    await this.#allPasses();
  }

  async #allPasses(): Promise<void> {
    // The map grows while it is iterated, because a pass may create or delete more instances.
    for (const pass of this.#passes.values()) await pass;
  }

  /**
   * Returns the graph that serves a kind: a graph published by this command, or else the graph of an RGD in
   * the cluster. Returns undefined when no RGD defines the kind.
   */
  async graphFor(
    kind: { group: string; version: string; kind: string },
  ): Promise<Published | undefined> {
    const key = gvkKey(kind);
    if (this.#graphs.has(key)) return this.#graphs.get(key);
    const loaded = this.#loaded.get(key) ?? this.#load(key);
    this.#loaded.set(key, loaded);
    return await loaded;
  }

  /** Publishes the RGD in the cluster that defines a kind. An RGD that cannot be served is reported. */
  async #load(key: string): Promise<Published | undefined> {
    const rgd = rgdOfKind(await this.#clusterGraphs(), key);
    if (!rgd) return undefined;
    const result = await this.#publishOne(rgd);
    if (!result.served) this.#reportGraph(result);
    return result.served && this.#graphs.get(key);
  }

  async #publishOne(rgd: ResourceGraphDefinition): Promise<PublishResult> {
    const { client, schemas, discovery, compile } = this.#session;
    const deps = { client, schemas, compile, version: VERSION, now: () => new Date() };
    const result = await publishLatest(rgd, deps);
    if (result.served) {
      const { instance } = result.served.graph;
      schemas.invalidate(`${instance.plural}.${instance.group}`);
      await discovery.refresh();
      this.#graphs.set(gvkKey(instance), { ...result.served, rgdUid: result.rgd.metadata.uid });
    }
    return result;
  }

  #reportGraph({ rgd, problems, error }: PublishResult): void {
    const ref = rgdRef(rgd);
    const state = rgd.status?.state ?? "Inactive";
    const message = findCondition(rgd.status?.conditions, "Ready")?.message;
    const bad = problems.length > 0 || error !== undefined;
    this.#report.progress(ref, state, bad ? message || error : undefined);
    this.#report.ended(ref, state, rgd, bad);
  }

  #follow(ref: ObjectRef): void {
    this.#start(refKey(ref), () => this.#reconcileOne(ref));
  }

  /** Calls `work`, which runs the passes over one object, unless `#passes` already has the key. */
  #start(key: string, work: () => Promise<void>): void {
    if (this.#passes.has(key)) return;
    const pass = work();
    this.#passes.set(key, pass);
    // `#allPasses` awaits this promise and reports its error, but perhaps much later. Until then, the empty
    // handler prevents an unhandled rejection.
    pass.catch(() => {});
  }

  async #reconcileOne(ref: ObjectRef): Promise<void> {
    const published = await this.graphFor(ref.kind);
    if (!published) {
      const reason = `no ResourceGraphDefinition in the cluster serves ${ref.kind.kind}`;
      this.#report.progress(ref, "ERROR", reason);
      this.#report.ended(ref, "ERROR", undefined, true);
      return;
    }
    const { state, object, failed } = await this.#untilSettled(ref, async (instance) => {
      const context = this.#context(published);
      const outcome = await reconcile(published.graph, instance, this.#session.cluster, context);
      await this.#followChildren(outcome);
      return outcome;
    });
    this.#report.ended(ref, state, object, failed);
    if (object) return;
    // The instance is deleted, but a pass over another instance may have created it again in the meantime.
    // While `#passes` had the key, `#follow` ignored the new instance, so it is looked up here.
    this.#passes.delete(refKey(ref));
    if (await this.#session.client.get(ref)) this.#follow(ref);
  }

  async #removeOne(ref: ObjectRef): Promise<void> {
    let before: KubeObject | undefined;
    try {
      before = await this.#session.client.get(ref);
      await this.#session.client.delete(ref, { propagation: "Background" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#report.ended(ref, "not found");
      return;
    }
    const { state, object, failed } = await this.#untilGone(ref);
    this.#report.ended(ref, state, object ?? before, failed);
  }

  async #untilGone(ref: ObjectRef): Promise<Result> {
    const { cluster } = this.#session;
    const graph = { instance: ref.kind };
    return await this.#untilSettled(ref, async (instance) => {
      const outcome = await reconcile(graph, instance, cluster, this.#context());
      await this.#removeChildren(outcome);
      return outcome;
    }, true);
  }

  async #untilSettled(
    ref: ObjectRef,
    pass: (instance: KubeObject) => Promise<Outcome>,
    isDeletion = false,
  ): Promise<Result> {
    const { client } = this.#session;
    const deadline = this.#deadline;
    return await untilSettled(ref, pass, { client, report: this.#report, deadline, isDeletion });
  }

  /**
   * Reconciles the instances of other graphs that a pass has created or changed, and continues the deletion
   * of instances of other graphs that a pass has deleted. A running operator would do this itself when its
   * watches report the changes, but here no operator is running.
   */
  async #followChildren(outcome: Outcome): Promise<void> {
    for (const object of outcome.nodes.flatMap((node) => node.objects)) {
      const gvk = parseGvk(object.apiVersion, object.kind);
      const graph = gvk && await this.graphFor(gvk);
      if (!graph || object.action === "observed") continue;
      const { namespace, name } = object;
      this.#follow({ kind: graph.graph.instance, namespace, name });
    }
    await this.#removeChildren(outcome);
  }

  /** Continues the deletion of the objects that have kro's finalizer: instances of other graphs, and RGDs. */
  async #removeChildren({ nodes, removed }: Outcome): Promise<void> {
    const leaving = [...nodes.flatMap((node) => node.objects), ...removed]
      .filter(({ finalizers }) => finalizers?.includes(FINALIZER));
    for (const { apiVersion, kind: name, ...object } of leaving) {
      const gvk = parseGvk(apiVersion, name);
      const kind = gvk && await this.#session.discovery.resolve(gvk);
      if (!kind) continue;
      const ref = { kind, namespace: object.namespace, name: object.name };
      const key = refKey(ref) + DELETION;
      this.#start(key, () => this.#removeChild(key, ref));
    }
  }

  async #removeChild(key: string, ref: ObjectRef): Promise<void> {
    if (gvkKey(ref.kind) === gvkKey(RGD_KIND)) return await this.#withdraw(ref);
    const { state, object, failed } = await this.#untilGone(ref);
    // A successful deletion is not reported here: the pass over the object's owner has already added the
    // object to the report.
    if (failed) return this.#report.ended(ref, state, object, failed);
    this.#passes.delete(key);
  }

  async #withdraw(ref: ObjectRef): Promise<void> {
    const { client } = this.#session;
    const rgd = await client.get(ref) as ResourceGraphDefinition | undefined;
    if (rgd?.metadata.deletionTimestamp !== undefined) await withdrawGraph(rgd, { client });
  }

  #clusterGraphs(): Promise<ResourceGraphDefinition[]> {
    this.#known ??= listRgds(this.#session);
    return this.#known;
  }

  #context(published?: Published): PassContext {
    return {
      now: () => new Date(),
      version: VERSION,
      podId: hostname(),
      maxCollectionSize: MAX_COLLECTION_SIZE,
      costs: this.#session.costs,
      rgdUid: published?.rgdUid,
      instanceRevision: published?.revision,
    };
  }
}
