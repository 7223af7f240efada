/**
 * Publishes an RGD: reads the facts, decides on the writes, makes the writes, and writes the RGD's status.
 */
import type {
  GroupVersionKind,
  KindRef,
  KubeObject,
  Problem,
  ResourceGraphDefinition,
} from "../api/mod.ts";
import { ApiError, CRD_KIND, isOutrun, RGD_KIND } from "../api/mod.ts";
import { decide, type Known, type Publication } from "./decide.ts";
import { MAX_REVISIONS, type PublishDeps, type ServedGraph } from "./deps.ts";
import { keptRevisions } from "./facts.ts";
import { findLastGood, gather } from "./gather.ts";
import { Answers, performWrites } from "./perform.ts";
import { writeRgdStatus } from "./rgd_status.ts";
import type { Refusal } from "./writes.ts";

/** The result of publishing an RGD. */
export interface PublishResult {
  /** The RGD with its new status. */
  rgd: ResourceGraphDefinition;
  /**
   * The graph by which instances are reconciled. This is the graph of the present spec, or else the last good
   * graph, which is the graph of an earlier spec that can be served. Absent when neither exists.
   */
  served?: ServedGraph;
  /** The problems of the RGD's spec; empty when the spec compiles. */
  problems: Problem[];
  /**
   * The reason why the RGD's spec is not served although the spec has no problems, such as a refused change
   * of the CRD.
   */
  error?: string;
  /** The kinds that the RGD's spec was compiled against. */
  uses: KindRef[];
  /** The kinds that the RGD uses but the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** The reason why a revision was created; absent when no revision was created. */
  issued?: Publication["issued"];
  /** The duration of the compilation, in seconds. */
  buildSeconds: number;
  /** The generated CRD after the writes; absent when kro refuses to write the CRD. */
  crd?: KubeObject;
}

/** The writes that publishing an RGD would make, and the facts from which these writes were derived. */
export interface GraphPlan {
  /** The facts about the RGD and the cluster from which the writes were derived. */
  known: Known;
  /** The writes, and the RGD's status after the writes. */
  publication: Publication;
}

/**
 * Publishes an RGD: records its spec as a GraphRevision, creates or updates its CRD, serves its kind and
 * writes its status. When the spec cannot be served, the last good graph continues to be served. The
 * operation is idempotent: a further call with unchanged objects sends no write.
 *
 * Refusals that a retry would not change become conditions of the RGD. Rejects with ApiError when a request
 * fails, or when another client changed an object at the same time. The caller then publishes the RGD
 * again. If a write fails and `deps.current` is absent, for example after a restart, the last good graph is
 * served until then.
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
  let isServed = deps.current !== undefined;
  const serve = async (served: ServedGraph) => {
    await deps.serve?.(served);
    isServed = true;
  };
  for (;;) {
    let refusal: Refusal | undefined;
    try {
      refusal = await performWrites(plan.publication.writes, answers, { ...deps, serve });
    } catch (error) {
      if (deps.serve && !isServed && isFailure(error)) await serveLastGood(plan.known, deps);
      throw error;
    }
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
 * Decides which writes {@link publishGraph} would make, without making them. The prediction assumes that
 * the API server accepts every write; after a refused write, the following writes could differ. Rejects
 * with ApiError when a request fails.
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
  const warning = deps.warning?.();
  const decision = decide(known, { version, maxRevisions, now: deps.now(), warning });
  if (decision.kind === "publication") return { known, publication: decision };
  const lastGood = await findLastGood(known.rgd, decision, deps);
  return await planned({ ...known, lastGood }, deps);
}

/**
 * Reports whether the API server or the network made a write fail. Not a failure: another client changed the
 * object, or kro itself did not send the write.
 */
function isFailure(error: unknown): boolean {
  return error instanceof ApiError && error.reason !== "Withheld" && !isOutrun(error);
}

/**
 * Serves the last good graph among the recorded revisions. An error is ignored, because the caller publishes
 * the RGD again.
 */
async function serveLastGood(known: Known, deps: PublishDeps): Promise<void> {
  const candidates = { revisions: keptRevisions(known), live: known.kind?.live };
  try {
    const { served, kind } = await findLastGood(known.rgd, candidates, deps);
    if (served && kind?.live) await deps.serve?.(served);
  } catch {
    // The next publication searches again.
  }
}

function withRefusal(known: Known, { part, message }: Refusal): Known {
  const refused = { ...known.refused, [part]: message };
  // If recording the present spec is refused, kro searches for the last good graph again. An earlier search
  // skipped the newest revision if this revision records the present spec. Now, this revision may contain the
  // last good graph.
  return { ...known, refused, ...part === "revision" ? { lastGood: undefined } : {} };
}
