/** A cluster that returns recorded answers, without a connection to an API server. */
import {
  ApiError,
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
} from "../../api/mod.ts";
import {
  type Applied,
  type ApplyOptions,
  type Cluster,
  type CollectionRef,
  type DeleteOptions,
  type ExternalSelection,
  type GroupKind,
  type ListScope,
  type ServesOptions,
} from "../../reconcile/mod.ts";
import { InstanceInMemory } from "../instance_in_memory.ts";
import { apiErrorOf, type RecordedCall, request } from "./call.ts";

/**
 * A cluster that answers each call with the recorded answer of the same call. If a call was recorded several
 * times, the answers are returned in their order, and the last answer is returned again afterwards. A call
 * that was not recorded rejects with ApiError `Other`, except for writes of the instance, whose results are
 * computed in memory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ReplayCluster } from "../mod.ts";
 *
 * const instance = { apiVersion: "kro.run/v1alpha1", kind: "Shop", metadata: { name: "a" } };
 * const cluster = new ReplayCluster([{ request: "serves ConfigMap" }], instance);
 * assert.equal(await cluster.serves({ group: "", kind: "ConfigMap" }), undefined);
 * await assert.rejects(cluster.serves({ group: "", kind: "Secret" }), /no answer to: serves Secret/);
 * ```
 */
export class ReplayCluster implements Cluster {
  readonly #answers = new Map<string, RecordedCall[]>();
  readonly #instance: InstanceInMemory;

  /** Creates the cluster from recorded calls and the instance as the pass read it. */
  constructor(calls: readonly RecordedCall[], instance: KubeObject) {
    for (const call of calls) {
      const same = this.#answers.get(call.request) ?? [];
      this.#answers.set(call.request, [...same, call]);
    }
    this.#instance = new InstanceInMemory(instance);
  }

  /** Returns the recorded answer of {@link Cluster.get}. */
  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#answer(request.get(ref));
  }

  /** Returns the recorded answer of {@link Cluster.getExternal}. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#answer(request.getExternal(ref));
  }

  /** Returns the recorded answer of {@link Cluster.getLive}. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#answer(request.getLive(ref));
  }

  /** Returns the recorded answer of {@link Cluster.listMembers}. */
  listMembers(
    scope: ListScope,
    applySet: string,
    instanceUid?: string,
    thorough?: boolean,
  ): Promise<KubeObject[]> {
    return this.#answer(request.listMembers(scope, applySet, instanceUid, thorough));
  }

  /** Returns the recorded answer of {@link Cluster.listMembersLive}. */
  listMembersLive(scope: ListScope, applySet: string, uid?: string): Promise<KubeObject[]> {
    return this.#answer(request.listMembersLive(scope, applySet, uid));
  }

  /** Returns the recorded answer of {@link Cluster.listCollection}. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    return this.#answer(request.listCollection(collection));
  }

  /** Returns the recorded answer of {@link Cluster.listExternal}. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#answer(request.listExternal(selection));
  }

  /** Returns the recorded answer of {@link Cluster.apply}. */
  apply(ref: ObjectRef, _desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    return this.#answer(request.apply(ref, options));
  }

  /** Returns the recorded answer of {@link Cluster.delete}. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    return this.#answer(request.delete(ref, options));
  }

  /**
   * Returns the recorded answer of {@link Cluster.patch}. If the call was not recorded, patches the instance
   * in memory and returns it.
   */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    const key = request.patch(ref);
    return this.#answers.has(key) ? this.#answer(key) : this.#instance.patch(patch);
  }

  /**
   * Returns the recorded answer of {@link Cluster.writeStatus}. If the call was not recorded, stores the
   * given instance in memory and returns it.
   */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    const key = request.writeStatus(ref);
    return this.#answers.has(key) ? this.#answer(key) : this.#instance.write(object);
  }

  /** Returns the recorded answer of {@link Cluster.serves}. */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#answer(request.serves(kind, options));
  }

  // deno-lint-ignore require-await -- an error becomes a rejection, as in the other clusters
  async #answer<T>(request: string): Promise<T> {
    const calls = this.#answers.get(request);
    if (!calls) {
      throw new ApiError(`the record has no answer to: ${request}`, { reason: "Other" });
    }
    const call = calls.length > 1 ? calls.shift()! : calls[0]!;
    if (call.error) throw apiErrorOf(call.error);
    return call.answer as T;
  }
}
