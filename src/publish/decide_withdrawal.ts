/**
 * Decides how to delete an RGD: which fact to read next, and which writes to make. These functions send no
 * request.
 */
import {
  CRD_KIND,
  type GraphRevision,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { crdNameOf, generatedFor, kindOfCrd } from "./generated_crd.ts";
import { release } from "./revision_writes.ts";
import { finalizerRemoval, type WithdrawalWrite } from "./writes.ts";

/**
 * The facts about an RGD that is being deleted. Each optional fact is absent until a decision asks for it in
 * {@link WithdrawalDecision.read}. A CRD is null when the cluster has no such CRD.
 */
export interface WithdrawalFacts {
  /** The RGD as it was read from the cluster. */
  rgd: ResourceGraphDefinition;
  /** Whether to delete the RGD's instances and then its generated CRD. */
  allowCrdDeletion: boolean;
  /** kro's own CRD of ResourceGraphDefinitions. */
  rgdCrd?: KubeObject | null;
  /** The CRD with the name of the RGD's generated CRD. */
  crd?: KubeObject | null;
  /** The metadata of the instances, including instances that are being deleted. */
  instances?: KubeObject[];
  /** The RGD's revisions. Read last, after the CRD was deleted or found to stay. */
  revisions?: GraphRevision[];
}

/** A fact to read, and where to read it. */
export type Read =
  /** The CRD `name`. */
  | { fact: "rgdCrd" | "crd"; name: string }
  /** The objects of the kind `kind`. */
  | { fact: "instances"; kind: KindRef }
  /** The revisions of the RGD. */
  | { fact: "revisions" };

/** The result of deciding: what the caller does next. */
export interface WithdrawalDecision {
  /** The writes to make now, in order. Writes of earlier decisions are left out. */
  writes: WithdrawalWrite[];
  /**
   * The fact that the caller reads after the writes, before it decides again. Absent when the step of
   * deleting the RGD ends with the writes.
   */
  read?: Read;
  /** The instances that must be gone before the caller makes the next step; empty when none exists. */
  instancesLeft: KubeObject[];
}

/**
 * Decides how to delete an RGD.
 *
 * Some facts determine which facts are needed at all. Therefore the caller starts with the RGD alone, adds
 * the fact that the decision asks for, and decides again. Each fact is asked for at most once, so this
 * repetition ends.
 */
export function decideWithdrawal(facts: WithdrawalFacts): WithdrawalDecision {
  return facts.revisions ? released(facts.rgd, facts.revisions) : removedKind(facts);
}

/**
 * Decides to delete the instances of the RGD's kind, or the CRD when no instance exists. The CRD stays with
 * its instances in three cases: the deletion of CRDs is not allowed, kro is being uninstalled, or the CRD was
 * not generated for this RGD.
 */
function removedKind(facts: WithdrawalFacts): WithdrawalDecision {
  const { rgd, allowCrdDeletion, rgdCrd, crd, instances } = facts;
  const unchanged = toRead({ fact: "revisions" });
  if (!allowCrdDeletion) return unchanged;
  if (rgdCrd === undefined) {
    return toRead({ fact: "rgdCrd", name: `${RGD_KIND.plural}.${RGD_KIND.group}` });
  }
  const isUninstalled = rgdCrd === null || rgdCrd.metadata.deletionTimestamp !== undefined;
  const name = crdNameOf(rgd);
  if (isUninstalled || name === undefined) return unchanged;
  if (crd === undefined) return toRead({ fact: "crd", name });
  if (crd === null || !generatedFor(rgd.metadata.name!, crd)) return unchanged;
  // A malformed CRD defines no kind whose instances can be listed.
  const kind = kindOfCrd(crd);
  if (kind && !instances) return toRead({ fact: "instances", kind });
  return kind && instances && instances.length > 0
    ? { writes: deletions(kind, instances), instancesLeft: instances }
    : { ...unchanged, writes: [crdDeletion(crd)] };
}

/** Decides to remove kro's finalizer from the revisions and from the RGD. */
function released(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
): WithdrawalDecision {
  const reason = "the RGD is being deleted";
  const patch = finalizerRemoval(rgd);
  const { name, resourceVersion } = rgd.metadata;
  const ref = { kind: RGD_KIND, name: name! };
  return {
    writes: [
      ...revisions.flatMap((revision) => release(revision, reason)),
      ...patch ? [{ type: "releaseRgd" as const, reason, ref, patch, resourceVersion }] : [],
    ],
    instancesLeft: [],
  };
}

function toRead(read: Read): WithdrawalDecision {
  return { writes: [], read, instancesLeft: [] };
}

function deletions(kind: KindRef, instances: readonly KubeObject[]): WithdrawalWrite[] {
  return instances.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => ({
    type: "deleteInstance",
    reason: "the RGD of the instance is being deleted",
    ref: { kind, namespace: metadata.namespace, name: metadata.name! },
    uid: metadata.uid,
  }));
}

function crdDeletion({ metadata }: KubeObject): WithdrawalWrite {
  const ref = { kind: CRD_KIND, name: metadata.name! };
  return { type: "deleteCrd", reason: "no instances are left", ref, uid: metadata.uid };
}
