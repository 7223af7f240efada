/**
 * Publishes RGDs (ResourceGraphDefinitions) and reconciles instances in the process of a command, without a
 * running operator.
 */
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import {
  gvkKey,
  isNotFound,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
  VERSION,
} from "../api/mod.ts";
import { MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { publishGraph, type PublishResult, type ServedGraph } from "../publish/mod.ts";
import { type Outcome, type PassContext, reconcile } from "../reconcile/mod.ts";
import type { Report } from "./report.ts";
import { nameOf, type Session } from "./session.ts";

/**
 * The number of consecutive failures after which an instance is not retried. Single failures are normal,
 * because other clients may write the same objects at the same time.
 */
const MAX_FAILURES = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;

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
   * Reconciles instances until they are ready. If an instance creates instances of other graphs, these
   * instances are reconciled as well.
   */
  async converge(refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs) this.#follow(ref);
    // Reconciling an instance may create more instances and add their passes to the map. The iteration
    // includes the passes that are added while the loop runs.
    for (const pass of this.#passes.values()) await pass;
  }

  /**
   * Deletes instances and their objects. Resolves when the instances are gone, have failed or have timed out.
   */
  async remove(refs: readonly ObjectRef[]): Promise<void> {
    await Promise.all(refs.map((ref) => this.#removeOne(ref)));
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
    const rgd = (await this.#clusterGraphs()).find((r) => {
      const served = servedKind(r);
      return served && gvkKey(served) === key;
    });
    if (!rgd) return undefined;
    const { served } = await this.#publishOne(rgd);
    return served && this.#graphs.get(key);
  }

  async #publishOne(rgd: ResourceGraphDefinition): Promise<PublishResult> {
    const { client, schemas, discovery, compile } = this.#session;
    const deps = { client, schemas, compile, version: VERSION, now: () => new Date() };
    const result = await publishGraph(rgd, deps);
    if (result.served) {
      const { instance } = result.served.graph;
      schemas.invalidate(`${instance.plural}.${instance.group}`);
      await discovery.refresh();
      this.#graphs.set(gvkKey(instance), { ...result.served, rgdUid: result.rgd.metadata.uid });
    }
    return result;
  }

  #reportGraph({ rgd, problems, error }: PublishResult): void {
    const ref = { kind: RGD_KIND, name: rgd.metadata.name! };
    const state = rgd.status?.state ?? "Inactive";
    const message = rgd.status?.conditions?.find((c) => c.type === "Ready")?.message;
    const bad = problems.length > 0 || error !== undefined;
    this.#report.progress(ref, state, bad ? message || error : undefined);
    this.#report.ended(ref, state, rgd, bad);
  }

  #follow(ref: ObjectRef): void {
    const key = nameOf(ref);
    if (!this.#passes.has(key)) this.#passes.set(key, this.#reconcileOne(ref));
  }

  async #reconcileOne(ref: ObjectRef): Promise<void> {
    const published = await this.graphFor(ref.kind);
    if (!published) {
      const reason = `no ResourceGraphDefinition in the cluster serves ${ref.kind.kind}`;
      this.#report.progress(ref, "ERROR", reason);
      this.#report.ended(ref, "ERROR", undefined, true);
      return;
    }
    await this.#untilSettled(ref, async (instance) => {
      const context = this.#context(published);
      const outcome = await reconcile(published.graph, instance, this.#session.cluster, context);
      await this.#followChildren(outcome);
      return outcome;
    });
  }

  async #removeOne(ref: ObjectRef): Promise<void> {
    const { client, cluster } = this.#session;
    try {
      await client.delete(ref, { propagation: "Background" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#report.ended(ref, "not found");
      return;
    }
    const context = this.#context();
    const graph = { instance: ref.kind };
    await this.#untilSettled(ref, (instance) => reconcile(graph, instance, cluster, context));
  }

  /**
   * Repeats `pass` with growing pauses until the instance is done. Stops when `pass` fails more than
   * MAX_FAILURES times in a row, or when the next pause would end after the deadline.
   */
  async #untilSettled(ref: ObjectRef, pass: (i: KubeObject) => Promise<Outcome>): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    let failures = 0;
    let seen: string | undefined;
    const rest = async () => {
      await delay(pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    };
    for (;;) {
      const instance = await this.#session.client.get(ref);
      if (!instance) return this.#report.ended(ref, "deleted");
      const outcome = await pass(instance);
      this.#report.nodes(outcome.nodes);
      this.#report.removed(outcome.removed);
      const { state, next } = outcome;
      if (!outcome.instance) return this.#report.ended(ref, "deleted");
      const reason = next.kind === "retry" ? next.error : next.kind === "wait" ? next.reason : "";
      this.#report.progress(ref, state, reason);
      if (next.kind === "done") {
        return this.#report.ended(ref, state, outcome.instance, state !== "ACTIVE");
      }
      failures = next.kind === "retry" ? failures + 1 : 0;
      if (failures > MAX_FAILURES || performance.now() + pause > this.#deadline) {
        if (failures <= MAX_FAILURES) this.#report.progress(ref, state, `timed out; ${reason}`);
        return this.#report.ended(ref, state, outcome.instance, true);
      }
      await rest();
      const awaited = next.kind === "wait" ? next.objects?.[0] : undefined;
      // Of the objects that the instance waits for, only the first one is polled. The next pass reads all of
      // the objects.
      while (awaited && performance.now() + pause < this.#deadline) {
        const before = seen;
        seen = (await this.#session.client.get(awaited))?.metadata.resourceVersion;
        if (seen === undefined || seen !== before) break;
        await rest();
      }
    }
  }

  /**
   * Reconciles the instances of other graphs that a pass created, because no running operator reconciles
   * them.
   */
  async #followChildren(outcome: Outcome): Promise<void> {
    for (const object of outcome.nodes.flatMap((node) => node.objects)) {
      const gvk = parseGvk(object.apiVersion, object.kind);
      const graph = gvk && await this.graphFor(gvk);
      if (!graph || object.action === "observed") continue;
      const { namespace, name } = object;
      this.#follow({ kind: graph.graph.instance, namespace, name });
    }
  }

  #clusterGraphs(): Promise<ResourceGraphDefinition[]> {
    this.#known ??= this.#session.client.list(RGD_KIND)
      .then(({ items }) => items as ResourceGraphDefinition[]);
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
