/** The writes of a publication as data: object, content and reason of each. */
import { FINALIZER, type JsonObject, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { ServedGraph } from "./deps.ts";

/**
 * The part of a publication that a write belongs to. It determines what a refusal of the write means:
 *
 * - `revision`: records the spec. Refused: the condition GraphAccepted becomes False.
 * - `kind`: writes the CRD of the spec's graph. Refused: KindReady becomes False.
 * - `fallback`: writes the CRD of the last good graph. Refused: that graph serves only if the live CRD was
 *   generated for this RGD.
 * - `controller`: serves instances. Refused: ControllerReady becomes False.
 *
 * The refusal of a write without a part fails the whole publication.
 */
export type Part = "revision" | "kind" | "fallback" | "controller";

/** Fields of every write. */
export interface WriteBase {
  /** Why the write is made, as a phrase for people. */
  reason: string;
  /** The part of the publication that the write belongs to. */
  part?: Part;
}

/** A JSON merge patch (RFC 7386). */
export interface PatchWrite extends WriteBase {
  /** Reference to the object. */
  ref: ObjectRef;
  /** The patch, without its precondition. */
  patch: JsonObject;
  /**
   * The precondition: the resourceVersion of the object that the patch was derived from. It is replaced by
   * that of the response if an earlier write of the same publication changed the object.
   */
  resourceVersion?: string;
}

/** The creation of an object. */
export interface CreateWrite extends WriteBase {
  /** Reference to the object. */
  ref: ObjectRef;
  /** The whole object. */
  object: KubeObject;
}

/** One step of a publication. Each is one request, except `awaitCrd` and `serve`. */
export type Write =
  /** Adds kro's finalizer to the RGD. */
  | { type: "addFinalizer" } & PatchWrite
  /** Removes kro's finalizer from a revision, if it still exists; `retires`: a deleteRevision follows. */
  | { type: "releaseRevision"; retires: boolean } & PatchWrite
  /** Makes the RGD the revision's controller (owner reference). */
  | { type: "adoptRevision" } & PatchWrite
  /** Creates the GraphRevision that records the spec. */
  | { type: "createRevision" } & CreateWrite
  /** Writes to the revision's status whether it compiles. */
  | { type: "verifyRevision"; compiles: boolean } & PatchWrite
  /** Deletes a revision beyond the limit, if it still exists. */
  | { type: "deleteRevision"; ref: ObjectRef; uid?: string } & WriteBase
  /** Creates the generated CRD. */
  | { type: "createCrd" } & CreateWrite
  /** Updates the generated CRD. */
  | { type: "patchCrd" } & PatchWrite
  /** Waits until the CRD is established. `crd` is its last known state, before the writes. */
  | { type: "awaitCrd"; ref: ObjectRef; crd?: KubeObject } & WriteBase
  /** Starts reconciling the kind's instances by this graph. */
  | { type: "serve"; served: ServedGraph } & WriteBase;

/** A refused write, to be reported by the condition of its part. */
export interface Refusal {
  /** The part of the refused write. */
  part: Part;
  /** The error's message. */
  message: string;
}

/** The patch that removes kro's finalizer from an object; undefined for an object without it. */
export function finalizerRemoval({ metadata }: KubeObject): JsonObject | undefined {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return undefined;
  return { metadata: { finalizers: finalizers.filter((each) => each !== FINALIZER) } };
}

/** The patch with a precondition on `metadata.resourceVersion`. */
export function guarded(patch: JsonObject, resourceVersion: string | undefined): JsonObject {
  return { ...patch, metadata: { ...patch.metadata as JsonObject, resourceVersion } };
}
