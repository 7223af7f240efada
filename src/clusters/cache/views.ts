/** A bounded cache of objects that were rebuilt from the compact records of children. */
import type { KindRef, KubeObject } from "../../api/mod.ts";
import { type Child, objectOf } from "./child.ts";

/**
 * The maximum number of cached objects. A pass reads each object of a collection several times. A collection
 * has at most 1000 objects by default, so all of its objects fit into the cache.
 */
const MAX_VIEWS = 1200;

/**
 * The view of a child object, which a pass reads: an object that was rebuilt from the compact record of the
 * child.
 */
export interface View {
  /** The rebuilt object. Callers must not modify it. */
  readonly object: KubeObject;
  /** The identity string of the desired object with which `isUpToDate` last found the child up to date. */
  upToDateIdentity?: string;
}

/** Caches the views of child objects. The cache is cleared when it contains {@link MAX_VIEWS} views. */
export class Views {
  readonly #views = new Map<string, View>();

  /** Returns the view of a child. If the view is not cached, the method builds the view and caches it. */
  of(key: string, child: Child, kind: KindRef): View {
    const known = this.#views.get(key);
    if (known) return known;
    const view = { object: objectOf(kind, key, child) };
    if (this.#views.size >= MAX_VIEWS) this.#views.clear();
    this.#views.set(key, view);
    return view;
  }

  /** Returns {@link View.upToDateIdentity} of a cached view; undefined when the view is not cached. */
  upToDateIdentityOf(key: string): string | undefined {
    return this.#views.get(key)?.upToDateIdentity;
  }

  /** Drops the cached view of a child that has changed or no longer exists. */
  forget(key: string): void {
    this.#views.delete(key);
  }
}
