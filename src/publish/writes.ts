/** The writes that publish an RGD, as values: what is written, where, and why. */
import { FINALIZER, type JsonObject, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { ServedGraph } from "./deps.ts";

/**
 * The part of a publication that a write belongs to. It tells what a refusal means:
 *
 * - `revision`: recording the spec; the condition GraphAccepted becomes False.
 * - `kind`: making the CRD what the spec wants; KindReady becomes False.
 * - `fallback`: making the CRD what the last good graph wants; that graph does not serve.
 * - `controller`: serving instances; ControllerReady becomes False.
 *
 * The refusal of a write without a part fails the whole publication.
 */
export type Part = "revision" | "kind" | "fallback" | "controller";

/** What every write says of itself. */
export interface WriteBase {
  /** Why it is made, as a phrase for people. */
  reason: string;
  /** Which part of the publication it belongs to. */
  part?: Part;
}

/** A JSON merge patch (RFC 7386). */
export interface PatchWrite extends WriteBase {
  /** The object. */
  ref: ObjectRef;
  /** The patch, without the precondition. */
  patch: JsonObject;
  /**
   * The version that the patch was derived from. The server refuses the patch with Conflict when the
   * object has another one, unless an earlier write of the same publication caused that.
   */
  resourceVersion?: string;
}

/** The creation of an object. */
export interface CreateWrite extends WriteBase {
  /** The object's kind and name. */
  ref: ObjectRef;
  /** The whole object. */
  object: KubeObject;
}

/** One step of a publication; each but `awaitCrd` and `serve` is one request. */
export type Write =
  /** Puts kro's finalizer on the RGD. */
  | { type: "addFinalizer" } & PatchWrite
  /** Takes kro's finalizer off a revision, which may be gone; `retires`: a deleteRevision follows. */
  | { type: "releaseRevision"; retires: boolean } & PatchWrite
  /** Makes the RGD the revision's controller. */
  | { type: "adoptRevision" } & PatchWrite
  /** Records the spec. */
  | { type: "createRevision" } & CreateWrite
  /** Writes to the revision's status whether it compiles. */
  | { type: "verifyRevision"; compiles: boolean } & PatchWrite
  /** Deletes a revision beyond the limit, which may be gone. */
  | { type: "deleteRevision"; ref: ObjectRef; uid?: string } & WriteBase
  /** Creates the generated CRD. */
  | { type: "createCrd" } & CreateWrite
  /** Updates the generated CRD. */
  | { type: "patchCrd" } & PatchWrite
  /** Waits until the CRD is established; `crd` is its state unless an earlier write changed it. */
  | { type: "awaitCrd"; ref: ObjectRef; crd?: KubeObject } & WriteBase
  /** Reconciles the kind's instances by this graph. */
  | { type: "serve"; served: ServedGraph } & WriteBase;

/** A write that its part's condition has to report. */
export interface Refusal {
  /** The part that ends with it. */
  part: Part;
  /** The error's message. */
  message: string;
}

/** The patch that takes kro's finalizer off an object; undefined when the object has none. */
export function finalizerRemoval({ metadata }: KubeObject): JsonObject | undefined {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return undefined;
  return { metadata: { finalizers: finalizers.filter((each) => each !== FINALIZER) } };
}

/** The patch with its precondition on `metadata.resourceVersion`. */
export function guarded(patch: JsonObject, resourceVersion: string | undefined): JsonObject {
  return { ...patch, metadata: { ...patch.metadata as JsonObject, resourceVersion } };
}
