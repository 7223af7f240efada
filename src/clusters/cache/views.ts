/** A bounded cache of children rebuilt as objects. */
import type { KindRef, KubeObject } from "../../api/mod.ts";
import { type Child, objectOf } from "./child.ts";

/** More than the 1000 objects of the largest forEach (default), each of which a pass reads several times. */
const MAX_VIEWS = 1200;

/** A child as passes see it. */
export interface View {
  /** The object. Callers must not change it. */
  readonly object: KubeObject;
  /** Identity of the desired object that the child was last found up to date with; see `isUpToDate`. */
  upToDateIdentity?: string;
}

/** Caches objects that were rebuilt from children, by key. Cleared when it holds {@link MAX_VIEWS}. */
export class Views {
  readonly #views = new Map<string, View>();

  /** The view of a child, built unless it is cached. */
  of(key: string, child: Child, kind: KindRef): View {
    const known = this.#views.get(key);
    if (known) return known;
    const view = { object: objectOf(kind, key, child) };
    if (this.#views.size >= MAX_VIEWS) this.#views.clear();
    this.#views.set(key, view);
    return view;
  }

  /** {@link View.upToDateIdentity} of a cached view; undefined without one. */
  upToDateIdentityOf(key: string): string | undefined {
    return this.#views.get(key)?.upToDateIdentity;
  }

  /** Drops the view of a child that changed or is gone. */
  forget(key: string): void {
    this.#views.delete(key);
  }
}
