/** Plans the writes that bring the live CRD in line with a graph, or says why kro refuses them. Pure. */
import {
  Annotation,
  apiVersionOf,
  CRD_KIND,
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

/** The state of the cluster that concerns a graph's CRD. */
export interface KindFacts {
  /** The live CRD; absent when it does not exist. */
  live?: KubeObject;
  /** Set only without a live CRD: the kind of another API that would shadow the CRD. */
  shadow?: KindRef;
  /** Set only for a live CRD of another RGD: whether that RGD exists. */
  ownerExists?: boolean;
  /** Why `shadow` or `ownerExists` could not be looked up. */
  failure?: string;
}

/** The writes that bring the CRD in line with the graph, or the reason why kro makes no write. */
export interface CrdPlan {
  /** In order; empty when the CRD is up to date, or with a `refusal`. */
  writes: Write[];
  /** The desired CRD if it has to be created, otherwise the live one; absent with a refusal. */
  crd?: KubeObject;
  /** Why kro does not change the CRD, for the condition KindReady. */
  refusal?: string;
}

/** Plans the writes of a graph's CRD. `part` is `kind` for the spec's graph, `fallback` for the last good. */
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

/** Why kro does not change the CRD, although the API server might accept the change. */
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

/** True when the CRD is served. False also when its names are not accepted: `awaitCrd` reports why. */
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

/** Advice for a CRD whose RGD no longer exists. */
function takeoverAdvice(rgd: ResourceGraphDefinition): string {
  return `, which does not exist. To take over the CRD with its instances, label it ` +
    `${Label.rgdName}=${rgd.metadata.name}`;
}

function shadowText(kind: KindRef, other: KindRef): string {
  return `cannot create kind ${kind.kind}: the API server itself serves ${other.plural} of ` +
    `${apiVersionOf(other)} (kind ${other.kind}); choose another group or kind`;
}
