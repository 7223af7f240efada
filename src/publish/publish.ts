/** Publishes an RGD: gathers what is known, decides which writes it needs, makes them, writes the status. */
import type {
  GroupVersionKind,
  KindRef,
  KubeObject,
  Problem,
  ResourceGraphDefinition,
} from "../api/mod.ts";
import { CRD_KIND, RGD_KIND } from "../api/mod.ts";
import { decide, type Known, type Publication } from "./decide.ts";
import { MAX_REVISIONS, type PublishDeps, type ServedGraph } from "./deps.ts";
import { findLastGood, gather } from "./gather.ts";
import { Answers, performWrites } from "./perform.ts";
import { writeRgdStatus } from "./rgd_status.ts";
import type { Refusal } from "./writes.ts";

/** The result of publishing an RGD. */
export interface PublishResult {
  /** The RGD with its new status. */
  rgd: ResourceGraphDefinition;
  /** What instances are reconciled by: the spec's graph, or the last good one; absent without either. */
  served?: ServedGraph;
  /** The problems of the spec. */
  problems: Problem[];
  /** Why the spec does not serve although it may be right, such as a refused change of the CRD. */
  error?: string;
  /** Kinds that the spec was compiled against. */
  uses: KindRef[];
  /** Kinds that the RGD uses and the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** Why a revision was created, if one was. */
  issued?: Publication["issued"];
  /** Duration of the compilation, in seconds. */
  buildSeconds: number;
  /** The generated CRD as it is now. */
  crd?: KubeObject;
}

/** What publishing an RGD would write, and from what that follows. */
export interface GraphPlan {
  /** What is known of the RGD. */
  known: Known;
  /** The writes, and the RGD's status after them. */
  publication: Publication;
}

/**
 * Publishes an RGD: records its spec as a GraphRevision, makes its CRD, serves its kind, and writes its
 * status. A spec that cannot serve leaves the last good graph serving. What the server refuses for good
 * becomes a condition; rejects with ApiError when the cluster cannot be asked, or another client changed
 * an object meanwhile. Calling it again with unchanged objects writes nothing.
 *
 * @example
 * ```ts
 * const rgd = await client.get({ kind: RGD_KIND, name: "shop" }) as ResourceGraphDefinition;
 * const deps = { client, schemas, version: VERSION, now: () => new Date() };
 * const { served, problems, error } = await publishGraph(rgd, deps);
 * if (!served) console.error(error ?? problemsText(problems));
 * ```
 */
export async function publishGraph(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<PublishResult> {
  const answers = new Answers();
  let plan = await planGraph(rgd, deps);
  for (;;) {
    const refusal = await performWrites(plan.publication.writes, answers, deps);
    if (!refusal) break;
    plan = await planned(withRefusal(plan.known, refusal), deps);
  }
  const { build: { problems, uses, missing, seconds } } = plan.known;
  const { status, served, error, issued, crd } = plan.publication;
  const latest = answers.get({ kind: RGD_KIND, name: rgd.metadata.name! });
  return {
    rgd: await writeRgdStatus(latest as typeof rgd ?? rgd, status, deps.client, deps.now()),
    served,
    error,
    issued,
    crd: crd && (answers.get({ kind: CRD_KIND, name: crd.metadata.name! }) ?? crd),
    problems,
    uses,
    missing,
    buildSeconds: seconds,
  };
}

/**
 * Decides what {@link publishGraph} writes, and writes nothing. A refusal by the server can change the
 * rest of the list. Rejects with ApiError when the cluster cannot be asked.
 *
 * @example
 * ```ts
 * const { publication } = await planGraph(rgd, deps);
 * for (const { type, reason } of publication.writes) console.log(type, reason);
 * ```
 */
export async function planGraph(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<GraphPlan> {
  return await planned({ ...await gather(rgd, deps), refused: {} }, deps);
}

async function planned(known: Known, deps: PublishDeps): Promise<GraphPlan> {
  const { version, maxRevisions = MAX_REVISIONS } = deps;
  const decision = decide(known, { version, maxRevisions, now: deps.now() });
  if (decision.kind === "publication") return { known, publication: decision };
  const lastGood = await findLastGood(known.rgd, decision, deps);
  return await planned({ ...known, lastGood }, deps);
}

function withRefusal(known: Known, { part, message }: Refusal): Known {
  const refused = { ...known.refused, [part]: message };
  // The newest revision is a candidate for the last good graph again, once its record is refused.
  return { ...known, refused, ...part === "revision" ? { lastGood: undefined } : {} };
}
