/** Consistent lists of ApplySet members, coalesced: concurrent passes share a request. */
import { inBackground, type KubeObject, Label, refKey } from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { ListScope } from "../reconcile/mod.ts";
import { memberSelector } from "./selectors.ts";

/** Maximum of ApplySets per request. An id has 56 characters; usual limits of a URL are 8 KiB. */
const MAX_APPLY_SETS = 50;

interface Caller {
  applySet: string;
  resolve: (members: KubeObject[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Lists members of ApplySets from the API server, with one list at a time for each kind and namespace. Calls
 * during a list are coalesced into the next one.
 */
export class LiveLists {
  readonly #client: Pick<KubeClient, "list">;
  /** Callers of the next list, by kind and namespace, while one is in flight. */
  readonly #waiting = new Map<string, Caller[]>();

  /** Sends no request yet. */
  constructor(client: Pick<KubeClient, "list">) {
    this.#client = client;
  }

  /**
   * Metadata of the objects with the ApplySet's label. Comes from a list that starts after the call, because
   * a list in flight may miss the caller's last write. Rejects with ApiError as the list does.
   */
  async members({ kind, namespace }: ListScope, applySet: string): Promise<KubeObject[]> {
    const key = refKey({ kind, namespace, name: "" });
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject[]>();
    const caller = { applySet, resolve, reject };
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(caller);
    else {
      const first = [caller];
      this.#waiting.set(key, first);
      inBackground("live lists", this.#run(key, { kind, namespace }, first));
    }
    return await promise;
  }

  async #run(key: string, { kind, namespace }: ListScope, waiting: Caller[]): Promise<void> {
    while (waiting.length > 0) {
      const callers = waiting.splice(0, MAX_APPLY_SETS);
      const labelSelector = memberSelector(...new Set(callers.map(({ applySet }) => applySet)));
      try {
        const options = { namespace, labelSelector, metadataOnly: true };
        const { items } = await this.#client.list(kind, options);
        const found = Map.groupBy(items, (o) => o.metadata.labels?.[Label.applySetPartOf]);
        for (const { applySet, resolve } of callers) resolve(found.get(applySet) ?? []);
      } catch (error) {
        for (const { reject } of callers) reject(error);
      }
    }
    this.#waiting.delete(key);
  }
}
