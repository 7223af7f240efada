/** Compiles an RGD, or a recorded revision of it, against the kinds of a cluster. */
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
import { compile, type CompileOptions, type Graph, kindsOf } from "../graph/mod.ts";
import { resolveKinds, type SchemaSource } from "../openapi/mod.ts";

/** Dependencies of compiling an RGD. */
export interface BuildDeps {
  /** Looks up kinds and their schemas. */
  schemas: SchemaSource;
  /** Limits and feature gates. */
  compile?: CompileOptions;
}

/** The result of compiling an RGD. */
export interface Build {
  /** The compiled graph; absent when the spec has problems. */
  graph?: Graph;
  /** All problems of the spec. */
  problems: Problem[];
  /** Kinds that the spec was compiled against. */
  uses: KindRef[];
  /** Kinds that the RGD uses and the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** Duration in seconds, including the lookups of kinds. */
  seconds: number;
}

/** A build that may have ended early because a kind could not be looked up. */
export interface Attempt extends Build {
  /** Names the kind that could not be looked up, and why. When set, graph and problems are missing. */
  unavailable?: string;
}

/**
 * Compiles the RGD against the kinds that the cluster serves now. Rejects with KindUnavailable when a kind
 * may exist but cannot be looked up, and with ApiError when a request fails.
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
  const compiled = compile(rgd, table, deps.compile);
  return {
    ...(compiled.ok ? { graph: compiled.graph } : {}),
    problems: compiled.ok ? [] : compiled.problems,
    uses: [...table.values()].map(plainKind),
    missing: kinds.filter((kind) => !table.has(gvkKey(kind))),
    seconds: (performance.now() - started) / 1000,
  };
}

/** As {@link buildGraph}, but resolves when a kind cannot be looked up. Rejects with ApiError. */
export async function tryBuild(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Attempt> {
  try {
    return await buildGraph(rgd, deps);
  } catch (error) {
    if (!(error instanceof KindUnavailable)) throw error;
    const { gvk, message } = error;
    return { problems: [], uses: [], missing: [gvk], seconds: 0, unavailable: message };
  }
}

/** The problems as text, one per line. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
