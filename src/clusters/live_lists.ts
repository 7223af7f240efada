/** Lists that show every write before them, of several ApplySets in one request when passes ask at the same time. */
import { type KubeObject, Label, refKey } from "../api/mod.ts";
import type { ListQuery } from "../reconcile/mod.ts";

/** Names of ApplySets are 56 characters long: the request's line stays well under what servers take. */
const MOST = 50;

interface Asked {
  applySet: string;
  resolve: (members: KubeObject[]) => void;
  reject: (error: unknown) => void;
}

/** See the file's first line. */
export class LiveLists {
  readonly #list: (query: ListQuery) => Promise<KubeObject[]>;
  /** By kind and namespace, while a list of it is under way. */
  readonly #waiting = new Map<string, Asked[]>();

  /** `list` sends the request. */
  constructor(list: (query: ListQuery) => Promise<KubeObject[]>) {
    this.#list = list;
  }

  /**
   * The ApplySet's members of the kind, by a list that begins after the call: what is under way may miss
   * the last write, so nobody joins it. Rejects as the list does.
   */
  async members(
    { kind, namespace }: ListQuery,
    applySet: string,
  ): Promise<KubeObject[]> {
    const key = refKey({ kind, namespace, name: "" });
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject[]>();
    const asked = { applySet, resolve, reject };
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(asked);
    else {
      const first = [asked];
      this.#waiting.set(key, first);
      void this.#run(key, { kind, namespace }, first);
    }
    return await promise;
  }

  async #run(key: string, place: ListQuery, waiting: Asked[]): Promise<void> {
    while (waiting.length > 0) {
      const now = waiting.splice(0, MOST);
      const names = [...new Set(now.map(({ applySet }) => applySet))];
      const are = names.length === 1 ? `=${names[0]}` : ` in (${names.join(",")})`;
      try {
        const found = Map.groupBy(
          await this.#list({ ...place, labelSelector: `${Label.applySetPartOf}${are}` }),
          ({ metadata }) => metadata.labels?.[Label.applySetPartOf],
        );
        for (const { applySet, resolve } of now) resolve(found.get(applySet) ?? []);
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
    }
    this.#waiting.delete(key);
  }
}
