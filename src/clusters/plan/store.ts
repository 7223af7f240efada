/**
 * The state that all passes of one plan share: the objects that were read, and the writes that were found.
 */
import { type Json, jsonEqual, type KubeObject, type ObjectRef, refKey } from "../../api/mod.ts";
import type { Discovery, KubeClient } from "../../kube/mod.ts";
import type { SchemaSource } from "../../openapi/mod.ts";
import type { PlannedWrite } from "../../reconcile/mod.ts";
import { type Answer, DryRuns, type Question } from "./dry_run.ts";
import { PlanKinds } from "./kinds.ts";
import { PlanReads } from "./reads.ts";
import { keyIn } from "./table.ts";

/** The dependencies and settings of a {@link PlanStore}. */
export interface PlanOptions {
  /** The client of the cluster. */
  client: KubeClient;
  /** The lookup of the kinds that the cluster serves. */
  discovery: Discovery;
  /** The schemas of the kinds that the cluster serves. */
  schemas: SchemaSource;
  /** Returns the time that kro writes to managed fields when kro merges an object itself. */
  now: () => Date;
  /** Whether one list per kind reads the objects of all instances. See {@link PlanReads}. */
  isWhole: boolean;
}

/** Collects the writes of a plan. */
export class PlanStore {
  /** The kinds and schemas as they would be after the plan. */
  readonly kinds: PlanKinds;
  /** The objects as they would be after the plan. */
  readonly reads: PlanReads;
  readonly #dryRuns: DryRuns;
  readonly #writes = new Map<string, PlannedWrite>();

  /** Creates an empty plan, without sending a request. */
  constructor({ client, discovery, schemas, now, isWhole }: PlanOptions) {
    this.kinds = new PlanKinds(client, discovery, schemas);
    this.reads = new PlanReads(client, isWhole);
    this.#dryRuns = new DryRuns(client, this.kinds, this.reads, now);
  }

  /**
   * The number of writes without a dry run. The keys are the reasons, such as `its CRD changes in this plan`.
   */
  get unasked(): ReadonlyMap<string, number> {
    return this.#dryRuns.unasked;
  }

  /** Returns the writes in the order in which the plan found them. */
  writes(): PlannedWrite[] {
    return [...this.#writes.values()];
  }

  /** Returns the write of an object; undefined when the plan does not write the object. */
  write(ref: ObjectRef): PlannedWrite | undefined {
    return this.#writes.get(refKey(ref));
  }

  /** Returns the result of an apply, by a dry run if possible. Rejects with ApiError. */
  ask(question: Question): Promise<Answer> {
    return this.#dryRuns.apply(question);
  }

  /**
   * Finds out whether the API server would accept a deletion. Returns the reason if no dry run was made.
   * Rejects with ApiError when the API server would refuse the deletion.
   */
  askDelete(ref: ObjectRef, uid: string): Promise<string | undefined> {
    return this.#dryRuns.delete(ref, uid);
  }

  /**
   * Adds a write to the plan. If the plan already writes the object, both writes become one write, from the
   * live object to the state after the later write.
   */
  record(write: PlannedWrite, { later }: { later?: boolean } = {}): void {
    const { ref, action, after } = write;
    const key = refKey(ref);
    const first = this.#writes.get(key);
    const table = this.reads.table(ref.kind);
    if (action === "deleted") table.remove(keyIn(ref.namespace, ref.name));
    else if (action !== "refused") table.write(after!);
    if (action === "deleted" && first?.action === "created") {
      this.#writes.delete(key);
      return;
    }
    const before = first ? first.before : write.before;
    const isLater = later && (!first || first.later || first.action === "refused");
    this.#writes.set(key, { ...write, before, ...(isLater && { later: true }) });
  }

  /** Removes the write of an object. Called when a later dry run shows that the object stays unchanged. */
  forget(ref: ObjectRef, before: KubeObject): void {
    if (this.#writes.delete(refKey(ref))) this.reads.table(ref.kind).write(before);
  }
}

/**
 * Returns whether a dry run changed nothing: `after` equals `before`, apart from the resourceVersion and the
 * times of managed fields.
 */
export function isSameObject(before: KubeObject, after: KubeObject): boolean {
  return jsonEqual(stateOf(before), stateOf(after));
}

function stateOf({ metadata, ...rest }: KubeObject): Json {
  const { resourceVersion: _, managedFields = [], ...kept } = metadata;
  const owned = managedFields.map(({ time: _, ...entry }) => entry);
  return { ...rest, metadata: { ...kept, managedFields: owned } } as unknown as Json;
}

/**
 * Returns the object `after`, which a dry run returned, without the values that only the real write
 * determines, such as the UID of a new object. Expressions that read a removed value wait for the real write.
 */
export function withoutIdentity(after: KubeObject, before: KubeObject | undefined): KubeObject {
  const { resourceVersion: _, ...metadata } = after.metadata;
  if (before) return { ...after, metadata: { ...metadata, uid: before.metadata.uid } };
  const { uid: _uid, creationTimestamp: _time, ...rest } = metadata;
  return { ...after, metadata: rest };
}
