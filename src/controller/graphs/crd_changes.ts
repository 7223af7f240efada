/** Records the changes of CRDs, so that a compilation of an RGD that began before a change is recognized. */
import type { GroupVersionKind, KindRef } from "../../api/mod.ts";
import type { Attempt } from "../../publish/mod.ts";
import { mayDefine } from "./predicates.ts";

/**
 * The maximum number of CRDs whose last change is remembered. Without this limit, a user who creates and
 * deletes CRDs with ever new names could fill the memory.
 */
const MAX_CHANGED = 1000;

/** A kind, and whether the cluster serves the kind. */
export interface ServedKind {
  /** The kind. */
  kind: GroupVersionKind;
  /** Whether the cluster serves the kind. */
  isServed: boolean;
}

/** The last change of each CRD, ordered by a logical clock. */
export class CrdChanges {
  #clock = 0;
  /** The value of the logical clock at the last change of each CRD. */
  readonly #changedAt = new Map<string, number>();
  /** The clock value of the newest change that was dropped from {@link #changedAt}. */
  #droppedAt = 0;

  /** The number of changes so far, used as a logical clock. */
  get clock(): number {
    return this.#clock;
  }

  /** Records a change of the CRD with this name. */
  add(crd: string): void {
    // The CRD is inserted at the end of the map, so the first CRD is the one that changed least recently.
    this.#changedAt.delete(crd);
    this.#changedAt.set(crd, ++this.#clock);
    if (this.#changedAt.size <= MAX_CHANGED) return;
    const [oldest, at] = this.#changedAt.entries().next().value!;
    this.#changedAt.delete(oldest);
    this.#droppedAt = at;
  }

  /**
   * Returns the names of the CRDs that have changed since the clock had the value `since`. Returns undefined
   * when more CRDs have changed than are remembered.
   */
  since(since: number): string[] | undefined {
    if (since < this.#droppedAt) return undefined;
    return [...this.#changedAt].filter(([, at]) => at > since).map(([name]) => name);
  }

  /**
   * Returns which kinds the cluster served when an RGD was compiled. Leaves out the kinds whose CRD has changed
   * since the compilation began. Returns no kinds if a kind could not be looked up.
   *
   * @param since The value of {@link clock} when the compilation began.
   */
  servedKinds(
    { uses, missing, unavailable }: Pick<Attempt, "uses" | "missing" | "unavailable">,
    since: number,
  ): ServedKind[] {
    const changed = this.since(since);
    if (unavailable !== undefined || !changed) return [];
    return [
      ...uses.filter((kind) => !changed.includes(crdNameFor(kind)))
        .map((kind) => ({ kind, isServed: true })),
      ...missing.filter((kind) => !changed.some((name) => mayDefine(name, [kind])))
        .map((kind) => ({ kind, isServed: false })),
    ];
  }
}

/** Returns the name of the CRD that defines the kind, if a CRD defines it. */
export function crdNameFor({ plural, group }: KindRef): string {
  return `${plural}.${group}`;
}
