/** Records the calls of a pass to a cluster, with the results of the calls. */
import {
  ApiError,
  type Json,
  type JsonObject,
  type KindRef,
  type KubeObject,
} from "../../api/mod.ts";
import type { ObjectRef } from "../../api/mod.ts";
import type {
  Applied,
  ApplyOptions,
  Cluster,
  CollectionRef,
  DeleteOptions,
  ExternalSelection,
  GroupKind,
  ListScope,
  ServesOptions,
} from "../../reconcile/mod.ts";
import { type RecordedCall, recordedError, request } from "./call.ts";

/** An apply of a recorded pass, with the desired object. */
export interface RecordedApply {
  /** The object that was applied. */
  ref: ObjectRef;
  /** The desired object, as the pass computed it. */
  desired: KubeObject;
}

/**
 * Wraps a cluster: passes each call to the wrapped cluster, and records the call with its answer. The
 * recorded answers may contain the values of Secrets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { MemoryCluster } from "../../reconcile/mod.ts";
 * import { ClusterRecorder } from "../mod.ts";
 *
 * const core = { group: "", version: "v1", namespaced: true };
 * const ref = { kind: { ...core, kind: "ConfigMap", plural: "configmaps" }, namespace: "ns", name: "a" };
 * const recorder = new ClusterRecorder(new MemoryCluster());
 * await recorder.getExternal(ref);
 * assert.deepEqual(recorder.calls, [{ request: "getExternal ConfigMap.v1./ns/a" }]);
 * ```
 */
export class ClusterRecorder implements Cluster {
  /** The calls with their answers, in the order in which the calls ended. */
  readonly calls: RecordedCall[] = [];
  /** The applies, in the order in which they started. */
  readonly applies: RecordedApply[] = [];
  readonly #cluster: Cluster;

  /** Creates a recorder without calls. */
  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Calls {@link Cluster.get} of the wrapped cluster, and records the call. */
  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#record(request.get(ref), this.#cluster.get(ref));
  }

  /** Calls {@link Cluster.getExternal} of the wrapped cluster, and records the call. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#record(request.getExternal(ref), this.#cluster.getExternal(ref));
  }

  /** Calls {@link Cluster.getLive} of the wrapped cluster, and records the call. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#record(request.getLive(ref), this.#cluster.getLive(ref));
  }

  /** Calls {@link Cluster.listMembers} of the wrapped cluster, and records the call. */
  listMembers(
    scope: ListScope,
    applySet: string,
    instanceUid?: string,
    thorough?: boolean,
  ): Promise<KubeObject[]> {
    return this.#record(
      request.listMembers(scope, applySet, instanceUid, thorough),
      this.#cluster.listMembers(scope, applySet, instanceUid, thorough),
    );
  }

  /** Calls {@link Cluster.listMembersLive} of the wrapped cluster, and records the call. */
  listMembersLive(scope: ListScope, applySet: string, uid?: string): Promise<KubeObject[]> {
    return this.#record(
      request.listMembersLive(scope, applySet, uid),
      this.#cluster.listMembersLive(scope, applySet, uid),
    );
  }

  /** Calls {@link Cluster.listCollection} of the wrapped cluster, and records the call. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    return this.#record(
      request.listCollection(collection),
      this.#cluster.listCollection(collection),
    );
  }

  /** Calls {@link Cluster.listExternal} of the wrapped cluster, and records the call. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#record(request.listExternal(selection), this.#cluster.listExternal(selection));
  }

  /** Calls {@link Cluster.apply} of the wrapped cluster, and records the call. */
  apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    this.applies.push({ ref, desired });
    return this.#record(request.apply(ref, options), this.#cluster.apply(ref, desired, options));
  }

  /** Calls {@link Cluster.delete} of the wrapped cluster, and records the call. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    return this.#record(request.delete(ref, options), this.#cluster.delete(ref, options));
  }

  /** Calls {@link Cluster.patch} of the wrapped cluster, and records the call. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#record(request.patch(ref), this.#cluster.patch(ref, patch));
  }

  /** Calls {@link Cluster.writeStatus} of the wrapped cluster, and records the call. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#record(request.writeStatus(ref), this.#cluster.writeStatus(ref, object));
  }

  /** Calls {@link Cluster.serves} of the wrapped cluster, and records the call. */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#record(request.serves(kind, options), this.#cluster.serves(kind, options));
  }

  async #record<T>(request: string, call: Promise<T>): Promise<T> {
    try {
      const answer = await call;
      this.calls.push({
        request,
        ...(answer !== undefined && { answer: structuredClone(answer) as Json }),
      });
      return answer;
    } catch (error) {
      if (error instanceof ApiError) this.calls.push({ request, error: recordedError(error) });
      throw error;
    }
  }
}
