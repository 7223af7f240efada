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

/** What compiling an RGD needs. */
export interface BuildDeps {
  /** Where kinds are looked up. */
  schemas: SchemaSource;
  /** Limits and gates. */
  compile?: CompileOptions;
}

/** The result of compiling an RGD. */
export interface Build {
  /** The graph, unless there are problems. */
  graph?: Graph;
  /** Every problem of the spec. */
  problems: Problem[];
  /** Kinds that the spec was compiled against. */
  uses: KindRef[];
  /** Kinds that the RGD uses and the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** Duration in seconds, look-ups included. */
  seconds: number;
}

/** A build, which is without a verdict when a kind cannot be looked up at present. */
export interface Attempt extends Build {
  /** Which kind that is, and why; then there are neither a graph nor problems. */
  unavailable?: string;
}

/**
 * Compiles the RGD against the kinds as they are now. Rejects with KindUnavailable when a kind may exist
 * but cannot be looked up, and with ApiError when the cluster cannot be asked.
 *
 * @example
 * ```ts
 * const { graph, problems } = await buildGraph(rgd, { schemas });
 * if (!graph) throw new Error(problemsText(problems));
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

/** As {@link buildGraph}, but a kind that cannot be looked up at present is a result. */
export async function tryBuild(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Attempt> {
  try {
    return await buildGraph(rgd, deps);
  } catch (error) {
    if (!(error instanceof KindUnavailable)) throw error;
    const { gvk, message } = error;
    return { problems: [], uses: [], missing: [gvk], seconds: 0, unavailable: message };
  }
}

/** All problems, one per line. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
