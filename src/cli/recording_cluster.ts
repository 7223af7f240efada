/** A cluster in memory that records the objects that graphs apply. */
import { type KubeObject, type ObjectRef, refKey } from "../api/mod.ts";
import { type Applied, type ApplyOptions, MemoryCluster } from "../reconcile/mod.ts";

/**
 * A cluster in memory that records each object as the graph applies it: with the fields of the template, and
 * without fields that other clients or defaults have set.
 */
export class RecordingCluster extends MemoryCluster {
  /** The last applied version of each object, by the key of the object. */
  readonly rendered = new Map<string, { ref: ObjectRef; object: KubeObject }>();

  /** Records the object, and applies it in memory. */
  override apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    this.rendered.set(refKey(ref), { ref, object: desired });
    return super.apply(ref, desired, options);
  }
}
