/** From an RGD, or a recorded revision of it, to a compiled graph: looks up the kinds, compiles. */
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

/** Where kinds come from and what is accepted. */
export interface BuildDeps {
  /** Where kinds are looked up. */
  schemas: SchemaSource;
  /** Limits and gates. */
  compile?: CompileOptions;
}

/** What came of it. */
export interface Build {
  /** The graph, unless there are problems. */
  graph?: Graph;
  /** All that is wrong. */
  problems: Problem[];
  /** Kinds that it was compiled against. */
  uses: KindRef[];
  /** Kinds that the cluster does not serve: they may come. */
  missing: GroupVersionKind[];
  /** How long it took. */
  seconds: number;
}

/** A build, or what to say when it cannot be told whether the spec is right. */
export interface Attempt extends Build {
  /** Which kind cannot be looked up at present. */
  unavailable?: string;
}

/** Compiles the RGD against the kinds as they are now. Rejects when it cannot be told what they are. */
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

/** As {@link buildGraph}, where a kind that cannot be looked up at present is a result, too. */
export async function tryBuild(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Attempt> {
  try {
    return await buildGraph(rgd, deps);
  } catch (error) {
    if (!(error instanceof KindUnavailable)) throw error;
    const { gvk, message } = error;
    return { problems: [], uses: [], missing: [gvk], seconds: 0, unavailable: message };
  }
}

/** All problems, one a line. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
