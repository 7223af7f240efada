/**
 * The writes that a plan has found. The implementation of `Cluster` that a plan uses records the writes
 * instead of sending them, and the report of the plan lists them.
 */
import type { ApiError, KubeObject, ObjectRef } from "../api/mod.ts";

/** A write that the controller would send, with the object before and after the write. */
export interface PlannedWrite {
  /** The object that would be written. */
  ref: ObjectRef;
  /**
   * The effect of the write. An `adopted` object exists, but belongs to no instance yet. A `refused` write is
   * one that the API server would refuse.
   */
  action: "created" | "changed" | "adopted" | "deleted" | "refused";
  /** The live object; absent when the object does not exist. */
  before?: KubeObject;
  /** The object after the write; for a refused write the desired object. Absent for a deletion. */
  after?: KubeObject;
  /** The reason of the API server for refusing the write. */
  error?: ApiError;
  /**
   * The reason why the API server has not checked the write by a dry run; absent after a dry run. Without a
   * dry run, `after` comes from kro's own comparison, and neither admission nor quotas were checked.
   */
  unasked?: string;
  /**
   * Whether kro would send the write only after other objects have become ready. See
   * `PassContext.assumeReady`.
   */
  later?: boolean;
}
