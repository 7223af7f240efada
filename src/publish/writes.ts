/**
 * The writes that publish or withdraw an RGD, as plain data. Each write has the object, the content and the
 * reason.
 */
import { FINALIZER, type JsonObject, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { ServedGraph } from "./deps.ts";

/**
 * The part of a publication that a write belongs to. The part determines what happens when the API server
 * or kro refuses the write:
 *
 * - `revision`: records the RGD's spec. After a refusal the condition GraphAccepted becomes False.
 * - `kind`: writes the CRD of the graph of the present spec. After a refusal the condition KindReady
 *   becomes False.
 * - `fallback`: writes the CRD of the last good graph. After a refusal the last good graph is served only
 *   if the live CRD was generated for this RGD.
 * - `controller`: serves instances. After a refusal the condition ControllerReady becomes False.
 *
 * When a write without a part is refused, the whole publication fails.
 */
export type Part = "revision" | "kind" | "fallback" | "controller";

/** The fields that every write has. */
export interface WriteBase {
  /** The reason for the write, as a phrase for people. */
  reason: string;
  /**
   * The part of the publication that the write belongs to. Absent when a refusal of the write fails the
   * whole publication.
   */
  part?: Part;
}

/** A write by JSON merge patch (RFC 7386). */
export interface PatchWrite extends WriteBase {
  /** The reference to the patched object. */
  ref: ObjectRef;
  /** The patch, without the precondition that {@link resourceVersion} adds. */
  patch: JsonObject;
  /**
   * The precondition of the patch: the resourceVersion of the object that the patch was derived from. If an
   * earlier write of the same publication changed the object, kro uses the resourceVersion from the response
   * to the earlier write instead.
   */
  resourceVersion?: string;
}

/** A write that creates an object. */
export interface CreateWrite extends WriteBase {
  /** The reference to the created object. */
  ref: ObjectRef;
  /** The whole object to create. */
  object: KubeObject;
}

/** One step of a publication. Each step is one request, except the steps `awaitCrd` and `serve`. */
export type Write =
  /** Adds kro's finalizer to the RGD. */
  | { type: "addFinalizer" } & PatchWrite
  | ReleaseRevisionWrite
  /** Makes the RGD the controller of a revision, with an owner reference. */
  | { type: "adoptRevision" } & PatchWrite
  /** Creates the GraphRevision that records the RGD's spec. */
  | { type: "createRevision" } & CreateWrite
  /** Records in the status of a revision whether the revision compiles. */
  | { type: "verifyRevision"; compiles: boolean } & PatchWrite
  /** Deletes a revision beyond the maximum number, if the revision still exists. */
  | { type: "deleteRevision"; ref: ObjectRef; uid?: string } & WriteBase
  /** Creates the generated CRD. */
  | { type: "createCrd" } & CreateWrite
  /** Updates the generated CRD. */
  | { type: "patchCrd" } & PatchWrite
  /**
   * Waits until the CRD is established. `crd` is the CRD as kro read it before the writes of this
   * publication; absent if the CRD did not exist then.
   */
  | { type: "awaitCrd"; ref: ObjectRef; crd?: KubeObject } & WriteBase
  /** Starts reconciling the instances of the RGD's kind with the graph `served`. */
  | { type: "serve"; served: ServedGraph } & WriteBase;

/**
 * Removes kro's finalizer from a revision, if the revision still exists. `retires` is true when the finalizer
 * is removed because the next write deletes the revision.
 */
export type ReleaseRevisionWrite = { type: "releaseRevision"; retires: boolean } & PatchWrite;

/** One write of deleting an RGD. Each write is one request. */
export type WithdrawalWrite =
  /** Deletes an instance, if the instance still exists. */
  | { type: "deleteInstance"; ref: ObjectRef; uid?: string } & WriteBase
  /** Deletes the generated CRD, if the CRD still exists. */
  | { type: "deleteCrd"; ref: ObjectRef; uid?: string } & WriteBase
  | ReleaseRevisionWrite
  /** Removes kro's finalizer from the RGD, if the RGD still exists. */
  | { type: "releaseRgd" } & PatchWrite;

/** A refused write that a condition of the RGD has to report. */
export interface Refusal {
  /** The part of the publication that the refused write belongs to. */
  part: Part;
  /** The error message of the refused write. */
  message: string;
}

/**
 * Returns the merge patch that removes kro's finalizer from an object; undefined when the object has no
 * such finalizer.
 */
export function finalizerRemoval({ metadata }: KubeObject): JsonObject | undefined {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return undefined;
  return { metadata: { finalizers: finalizers.filter((each) => each !== FINALIZER) } };
}

/**
 * Returns the patch with a precondition: the API server rejects the patch when the object has another
 * resourceVersion.
 */
export function guarded(patch: JsonObject, resourceVersion: string | undefined): JsonObject {
  return { ...patch, metadata: { ...patch.metadata as JsonObject, resourceVersion } };
}
