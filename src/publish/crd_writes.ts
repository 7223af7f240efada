/**
 * Plans the writes that update the live CRD to match a graph, or reports why kro refuses to write the CRD.
 * These functions send no request.
 */
import {
  Annotation,
  apiVersionOf,
  CRD_KIND,
  findCondition,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
} from "../api/mod.ts";
import type { CrdChange, Graph } from "../graph/mod.ts";
import { isServed } from "../kube/mod.ts";
import {
  allowsBreaking,
  crdPatch,
  desiredCrd,
  foreignOwner,
  ownerOf,
  pendingChanges,
} from "./generated_crd.ts";
import type { Part, Write } from "./writes.ts";

/** The state of the cluster that decides how the CRD of a graph is written. */
export interface KindFacts {
  /** The live CRD; absent when the CRD does not exist. */
  live?: KubeObject;
  /**
   * A kind that the API server serves without a CRD and that would collide with the new CRD. Looked up only
   * when the CRD does not exist yet.
   */
  shadow?: KindRef;
  /**
   * Whether the RGD that owns the live CRD still exists. Set only when the live CRD belongs to another RGD
   * than the one that is being published.
   */
  ownerExists?: boolean;
  /**
   * The error message when looking up `shadow` or `ownerExists` failed; absent when the lookup succeeded.
   */
  failure?: string;
}

/** The writes that update the CRD to match the graph, or the reason why kro refuses to write the CRD. */
export interface CrdPlan {
  /**
   * The writes, in the order in which they must be sent. Empty when the CRD is up to date, or when kro
   * refuses to write the CRD.
   */
  writes: Write[];
  /** The live CRD, or the desired CRD when no live CRD exists. Absent when kro refuses to write the CRD. */
  crd?: KubeObject;
  /**
   * The reason why kro refuses to write the CRD, as the message of the condition KindReady. Absent when kro
   * does not refuse.
   */
  refusal?: string;
}

/**
 * Plans the writes of the CRD of a graph.
 *
 * @param part `kind` when the graph was compiled from the RGD's present spec, `fallback` when the graph is
 * the last good graph, which is served while the present spec cannot be served.
 */
export function planCrd(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  facts: KindFacts,
  { version, part }: { version: string; part: Part },
): CrdPlan {
  const { live } = facts;
  const refusal = refusalOf(rgd, graph, facts);
  if (refusal !== undefined) return { writes: [], refusal };
  const ref = { kind: CRD_KIND, name: graph.crd.metadata.name! };
  const wait: Write = {
    type: "awaitCrd",
    part,
    reason: "instances can be read once the CRD is established",
    ref,
    crd: live,
  };
  const desired = desiredCrd(rgd, graph, version);
  if (!live) {
    const reason = "the CRD does not exist";
    return {
      writes: [{ type: "createCrd", part, reason, ref, object: desired }, wait],
      crd: desired,
    };
  }
  const changes = pendingChanges(rgd, graph, live);
  if (changes.length === 0) return { writes: isUsable(live) ? [] : [wait], crd: live };
  return {
    writes: [{
      type: "patchCrd",
      part,
      reason: changes.map(changeText).join("; "),
      ref,
      patch: crdPatch(desired, live),
      resourceVersion: live.metadata.resourceVersion,
    }, wait],
    crd: live,
  };
}

/**
 * Returns the reason why kro refuses to write the CRD, or undefined when kro may write the CRD. kro refuses
 * even some changes that the API server would accept, such as changes that break instances.
 */
function refusalOf(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  { live, shadow, ownerExists, failure }: KindFacts,
): string | undefined {
  if (failure !== undefined) return failure;
  if (!live) return shadow && shadowText(graph.instance, shadow);
  const { name } = graph.crd.metadata;
  const foreign = foreignOwner(rgd, live);
  if (foreign) {
    const advice = ownerOf(live) !== undefined && !ownerExists ? takeoverAdvice(rgd) : "";
    return `failed to update CRD ${name}: ${foreign}${advice}`;
  }
  if (live.metadata.deletionTimestamp) {
    return `CRD ${name} is being deleted; it is created again once its instances are deleted`;
  }
  const breaking = pendingChanges(rgd, graph, live).filter((change) => change.breaking);
  if (breaking.length === 0 || allowsBreaking(rgd)) return undefined;
  return `cannot update CRD ${name}: breaking changes detected: ` +
    `${breaking.map(changeText).join("; ")}. To update it ` +
    `anyway, annotate the ResourceGraphDefinition with ${Annotation.allowBreakingChanges}=true`;
}

/** Matches the messages of {@link refusalOf} about breaking changes. */
const BREAKING = /^cannot update CRD \S+: breaking changes detected: /;

/** Matches the messages of {@link refusalOf} about a CRD or a kind that does not belong to kro. */
const FOREIGN =
  /^(failed to update CRD \S+: CRD (is owned|already exists)|cannot create kind \S+: the API server itself serves) /;

/**
 * Reports whether the status of the RGD shows that kro refuses to write the CRD until a user changes the RGD
 * or the CRD. Other reasons for which a kind is not ready, such as a failed request, may end by themselves.
 *
 * A condition of an earlier generation does not count. A refusal of breaking changes does not count either if
 * an annotation of the RGD now allows breaking changes: kro writes the CRD once it processes the annotation.
 */
export function isCrdRefused(rgd: ResourceGraphDefinition): boolean {
  const condition = findCondition(rgd.status?.conditions, "KindReady");
  const { status, message = "", observedGeneration = 0 } = condition ?? {};
  if (status !== "False" || observedGeneration < (rgd.metadata.generation ?? 0)) return false;
  return FOREIGN.test(message) || (BREAKING.test(message) && !allowsBreaking(rgd));
}

/**
 * Reports whether the API server serves the CRD. If the API server rejected the CRD's names, the result is
 * false. The step `awaitCrd`, which follows later, then fails and reports the reason.
 */
function isUsable(crd: KubeObject): boolean {
  try {
    return isServed(crd);
  } catch {
    return false;
  }
}

function changeText({ text, path }: CrdChange): string {
  return `${text} (${path})`;
}

/**
 * Returns advice on how to take over a CRD that belongs to a deleted RGD. The advice is appended to an
 * error message.
 */
function takeoverAdvice(rgd: ResourceGraphDefinition): string {
  return `, which does not exist. To take over the CRD with its instances, label it ` +
    `${Label.rgdName}=${rgd.metadata.name}`;
}

function shadowText(kind: KindRef, other: KindRef): string {
  return `cannot create kind ${kind.kind}: the API server itself serves ${other.plural} of ` +
    `${apiVersionOf(other)} (kind ${other.kind}); choose another group or kind`;
}
