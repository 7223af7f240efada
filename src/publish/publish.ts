/** Publishes an RGD: reads the facts, decides on the writes, makes them, and writes the status. */
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
  /** The graph that reconciles instances: the spec's or the last good one; absent without either. */
  served?: ServedGraph;
  /** The problems of the spec. */
  problems: Problem[];
  /** Why the spec does not serve although it has no problems, such as a refused change of the CRD. */
  error?: string;
  /** Kinds that the spec was compiled against. */
  uses: KindRef[];
  /** Kinds that the RGD uses and the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** Why a revision was created, if one was. */
  issued?: Publication["issued"];
  /** Duration of the compilation, in seconds. */
  buildSeconds: number;
  /** The generated CRD after the writes. */
  crd?: KubeObject;
}

/** The writes that publishing an RGD would make, and the facts that they follow from. */
export interface GraphPlan {
  /** The facts about the RGD. */
  known: Known;
  /** The writes, and the RGD's status after them. */
  publication: Publication;
}

/**
 * Publishes an RGD: records its spec as a GraphRevision, creates or updates its CRD, serves its kind and
 * writes its status. When the spec cannot serve, the last good graph goes on serving. Idempotent: a further
 * call with unchanged objects sends no write.
 *
 * Refusals that a retry would not change are reported as conditions of the RGD. Rejects with ApiError when a
 * request fails, or when another client changed an object at the same time; call it again then.
 *
 * @example
 * ```ts
 * import { RGD_KIND, type ResourceGraphDefinition } from "../api/mod.ts";
 * import { publishGraph, type PublishDeps } from "./mod.ts";
 *
 * async function isServed(name: string, deps: PublishDeps): Promise<boolean> {
 *   const rgd = await deps.client.get({ kind: RGD_KIND, name }) as ResourceGraphDefinition;
 *   return (await publishGraph(rgd, deps)).served !== undefined;
 * }
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
 * Decides which writes {@link publishGraph} would make, and sends no write. If the API server refused one of
 * them, the following writes could differ. Rejects with ApiError when a request fails.
 *
 * @example
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import { planGraph, type PublishDeps } from "./mod.ts";
 *
 * async function diff(rgd: ResourceGraphDefinition, deps: PublishDeps): Promise<string[]> {
 *   const { publication } = await planGraph(rgd, deps);
 *   return publication.writes.map(({ type, reason }) => `${type}: ${reason}`);
 * }
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
