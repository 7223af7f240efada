/** Consistent lists of the objects of ApplySets. Concurrent passes over instances share one request. */
import { inBackground, type KubeObject, refKey } from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { ListScope } from "../reconcile/mod.ts";
import { memberLabel, memberSelector } from "./selectors.ts";

/**
 * The maximum number of ApplySets in one request. The id of an ApplySet has 56 characters, and the URL of a
 * request should stay below the usual limit of 8 KiB.
 */
const MAX_APPLY_SETS = 50;

interface Caller {
  /** The value of the label by which the caller's objects are selected. */
  value: string;
  resolve: (members: KubeObject[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Lists the objects of ApplySets from the API server. For each kind, namespace and label, at most one list is
 * in flight. All callers that arrive during a list share the next list.
 */
export class LiveLists {
  readonly #client: Pick<KubeClient, "list">;
  /**
   * The callers that wait for the next list while a list is in flight. Each key stands for a kind, a
   * namespace and a label.
   */
  readonly #waiting = new Map<string, Caller[]>();

  /** Creates a `LiveLists`, without sending a request. */
  constructor(client: Pick<KubeClient, "list">) {
    this.#client = client;
  }

  /**
   * Returns the metadata of the instance's objects, which are selected by the label `kro.run/instance-id`, or
   * by the label `part-of` if `instanceUid` is absent. The list starts only after this method is called,
   * because a list that is already in flight may miss the last write of the caller. Rejects with ApiError
   * when the list fails.
   */
  async members(
    { kind, namespace }: ListScope,
    applySet: string,
    instanceUid?: string,
  ): Promise<KubeObject[]> {
    const { label, value } = memberLabel(applySet, instanceUid);
    const key = `${refKey({ kind, namespace, name: "" })} ${label}`;
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject[]>();
    const caller = { value, resolve, reject };
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(caller);
    else {
      const first = [caller];
      this.#waiting.set(key, first);
      inBackground("live lists", this.#run(key, { kind, namespace, label }, first));
    }
    return await promise;
  }

  async #run(
    key: string,
    { kind, namespace, label }: ListScope & { label: string },
    waiting: Caller[],
  ): Promise<void> {
    while (waiting.length > 0) {
      const callers = waiting.splice(0, MAX_APPLY_SETS);
      const values = [...new Set(callers.map(({ value }) => value))];
      const labelSelector = memberSelector(label, values);
      try {
        const options = { namespace, labelSelector, metadataOnly: true };
        const { items } = await this.#client.list(kind, options);
        const found = Map.groupBy(items, (o) => o.metadata.labels?.[label]);
        for (const { value, resolve } of callers) resolve(found.get(value) ?? []);
      } catch (error) {
        for (const { reject } of callers) reject(error);
      }
    }
    this.#waiting.delete(key);
  }
}
