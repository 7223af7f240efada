/** Fills in the defaults of a changed CRD in instances that were read before the change. */
import { type Json, jsonEqual, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import { kindsOfCrd, type Schema, withDefaults } from "../../openapi/mod.ts";

/**
 * Returns instances with the defaults of the present graph. The API server fills in the defaults of a changed
 * CRD whenever it reads an instance, but a change of the CRD causes no watch events. The watch cache
 * therefore contains instances without the new defaults. Until the first change of the CRD, instances are
 * returned unchanged.
 */
export class DefaultedInstances {
  #spec?: unknown;
  #schema?: Schema;
  /** Maps each stored instance to the instance with defaults, so that each pass gets the same object. */
  #known = new WeakMap<KubeObject, KubeObject>();

  /** Uses the schema of a graph from now on, if the CRD differs from the CRD of the last graph. */
  use(graph: Graph): void {
    const { spec } = graph.crd;
    const last = this.#spec;
    this.#spec = spec;
    if (last === undefined || jsonEqual(last as Json, spec as Json)) return;
    this.#schema = kindsOfCrd(graph.crd)[0]?.schema;
    this.#known = new WeakMap();
  }

  /** Returns the instance with all defaults; the same object when no default is missing. */
  of(instance: KubeObject): KubeObject {
    if (!this.#schema) return instance;
    const known = this.#known.get(instance);
    if (known) return known;
    const filled = withDefaults(this.#schema, instance);
    this.#known.set(instance, filled);
    return filled;
  }
}
