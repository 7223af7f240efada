/** Finds out what publishing an RGD would write, and serves the RGD's graph without writing. */
import {
  CRD_KIND,
  type JsonObject,
  type KubeObject,
  type ObjectRef,
  refKey,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { isServed } from "../kube/mod.ts";
import { mergePatch } from "../reconcile/mod.ts";
import type { PublishDeps } from "./deps.ts";
import { type GraphPlan, planGraph, type PublishResult } from "./publish.ts";
import { nextStatus } from "./rgd_status.ts";

/** A write that publishing an RGD would send. */
export interface PublicationWrite {
  /** The RGD, the revision or the CRD that would be written. */
  ref: ObjectRef;
  /** The effect of the write. */
  action: "created" | "changed" | "deleted";
  /** The reasons for the write, joined by `; `. */
  reason: string;
  /** The object before the write. Set only for the RGD. */
  before?: KubeObject;
  /** The object after the write. Set only for the RGD. */
  after?: KubeObject;
}

/** The result of observing an RGD. */
export interface ObservedPublication {
  /**
   * The result that {@link publishGraph} would return, with the RGD and the CRD as they are in the cluster.
   */
  result: PublishResult;
  /** The writes that {@link publishGraph} would send, at most one for each object. */
  writes: PublicationWrite[];
}

/**
 * Compiles an RGD and returns the writes that `publishGraph` would send, without sending them. Calls
 * `deps.serve` if the generated CRD exists. Rejects with ApiError when a request fails, and with the error of
 * `deps.serve`.
 */
export async function observeGraph(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<ObservedPublication> {
  const plan = await planGraph(rgd, deps);
  const { build: { problems, uses, missing, seconds } } = plan.known;
  const { error } = plan.publication;
  const crd = await liveCrd(plan, deps);
  const served = crd && isServed(crd) ? plan.publication.served : undefined;
  if (served) await deps.serve?.(served);
  const result = { rgd, served, error, crd, problems, uses, missing, buildSeconds: seconds };
  return { result, writes: writesOf(rgd, plan, deps.now()) };
}

async function liveCrd(
  { known, publication: { served } }: GraphPlan,
  { client }: PublishDeps,
): Promise<KubeObject | undefined> {
  const live = known.kind?.live ?? known.lastGood?.kind?.live;
  if (live || !served) return live;
  return await client.get({ kind: CRD_KIND, name: served.graph.crd.metadata.name! });
}

function writesOf(
  rgd: ResourceGraphDefinition,
  { publication }: GraphPlan,
  now: Date,
): PublicationWrite[] {
  const found = new Map<string, PublicationWrite>();
  const add = (write: PublicationWrite) => {
    const key = refKey(write.ref);
    const first = found.get(key);
    const reason = first ? `${first.reason}; ${write.reason}` : write.reason;
    found.set(key, { ...write, action: first?.action ?? write.action, reason });
  };
  let after: KubeObject = { ...rgd, status: nextStatus(rgd, publication.status, now) };
  for (const write of publication.writes) {
    if (write.type === "serve" || write.type === "awaitCrd") continue;
    const { ref, reason } = write;
    switch (write.type) {
      case "createRevision":
      case "createCrd":
        add({ ref, action: "created", reason });
        break;
      case "deleteRevision":
        add({ ref, action: "deleted", reason });
        break;
      case "addFinalizer":
        after = mergePatch(after as unknown as JsonObject, write.patch) as unknown as KubeObject;
        break;
      default:
        add({ ref, action: "changed", reason });
    }
  }
  const ref = { kind: RGD_KIND, name: rgd.metadata.name! };
  add({ ref, action: "changed", reason: "its finalizer or status", before: rgd, after });
  return [...found.values()];
}
