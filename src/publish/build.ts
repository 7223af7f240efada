/**
 * Compiles an RGD (ResourceGraphDefinition), or a recorded revision of an RGD, against the kinds that a
 * cluster serves.
 */
import { inSlices } from "../kube/mod.ts";
import {
  type GroupVersionKind,
  gvkKey,
  type KindRef,
  plainKind,
  type Problem,
  problemText,
  type ResourceGraphDefinition,
} from "../api/mod.ts";
import { KindUnavailable } from "../clusters/mod.ts";
import {
  type CompileOptions,
  compileSteps,
  type DefinedBy,
  explainKinds,
  type Graph,
  kindsOf,
} from "../graph/mod.ts";
import { resolveKinds, type SchemaSource } from "../openapi/mod.ts";

/** The dependencies of compiling an RGD. */
export interface BuildDeps {
  /** The source in which kinds and their schemas are looked up. */
  schemas: SchemaSource;
  /** The limits and feature gates of the compilation. Defaults apply when absent. */
  compile?: CompileOptions;
  /**
   * Looks up the RGD that defines a kind. If a kind is not served, the error message names this RGD.
   * Without this function, the message does not name an RGD.
   */
  definedBy?: DefinedBy;
}

/** The result of compiling an RGD. */
export interface Build {
  /** The compiled graph; absent when the RGD's spec has problems. */
  graph?: Graph;
  /** All problems of the RGD's spec; empty when the spec compiles. */
  problems: Problem[];
  /** The kinds that the RGD's spec was compiled against. */
  uses: KindRef[];
  /** The kinds that the RGD uses but the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** The duration of the compilation in seconds, including the time for looking up kinds. */
  seconds: number;
}

/**
 * The result of compiling an RGD. If a kind could not be looked up, the compilation ended early, and the
 * field `unavailable` gives the reason.
 */
export interface Attempt extends Build {
  /**
   * A message that names the kind that could not be looked up, and the cause. When this message is set, the
   * graph is absent and the list of problems is empty.
   */
  unavailable?: string;
}

/**
 * Compiles the RGD against the kinds that the cluster serves now. The event loop processes other events while
 * a large RGD is compiled. Rejects with KindUnavailable when a kind may exist but cannot be looked up, and
 * with ApiError when a request fails.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { snapshotSource } from "../openapi/mod.ts";
 * import { buildGraph, problemsText } from "./mod.ts";
 *
 * const schema = { kind: "shop", apiVersion: "v1alpha1" };
 * const head = { apiVersion: "kro.run/v1alpha1", kind: "ResourceGraphDefinition" };
 * const rgd = { ...head, metadata: { name: "shop" }, spec: { schema } };
 * const { graph, problems } = await buildGraph(rgd, { schemas: snapshotSource() });
 * assert.equal(graph, undefined);
 * assert.match(problemsText(problems), /schema\.kind/);
 * ```
 */
export async function buildGraph(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Build> {
  const started = performance.now();
  const kinds = kindsOf(rgd);
  const table = await resolveKinds(deps.schemas, kinds);
  const compiled = await inSlices(compileSteps(rgd, table, deps.compile));
  const missing = kinds.filter((kind) => !table.has(gvkKey(kind)));
  const { definedBy = () => undefined } = deps;
  return {
    ...(compiled.ok ? { graph: compiled.graph } : {}),
    problems: compiled.ok
      ? []
      : explainKinds(rgd, compiled.problems, new Set(missing.map(gvkKey)), definedBy),
    uses: [...table.values()].map(plainKind),
    missing,
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Compiles the RGD as {@link buildGraph} does. When a kind cannot be looked up, this function resolves with
 * the field `unavailable` set instead of rejecting with KindUnavailable. Rejects with ApiError when a
 * request fails.
 */
export async function tryBuild(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Attempt> {
  try {
    return await buildGraph(rgd, deps);
  } catch (error) {
    if (!(error instanceof KindUnavailable)) throw error;
    const { gvk, message } = error;
    return { problems: [], uses: [], missing: [gvk], seconds: 0, unavailable: message };
  }
}

/** Formats problems as one string with one line per problem. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
