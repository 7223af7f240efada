/** From an RGD, or a recorded revision of it, to a compiled graph: looks up the kinds, compiles. */
import {
  type GraphRevision,
  type GroupVersionKind,
  gvkKey,
  type Problem,
  problemText,
  type ResourceGraphDefinition,
} from "../api/mod.ts";
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
  /** Kinds that the RGD uses, by which a change of a schema finds it. */
  kinds: GroupVersionKind[];
  /** Those of them that the cluster does not serve: they may come. */
  missing: GroupVersionKind[];
}

/** Compiles the RGD against the kinds as they are now. Rejects when it cannot be told what they are. */
export async function buildGraph(rgd: ResourceGraphDefinition, deps: BuildDeps): Promise<Build> {
  const kinds = kindsOf(rgd);
  const table = await resolveKinds(deps.schemas, kinds);
  const missing = kinds.filter((kind) => !table.has(gvkKey(kind)));
  const compiled = compile(rgd, table, deps.compile);
  if (!compiled.ok) return { problems: compiled.problems, kinds, missing };
  return { graph: compiled.graph, problems: [], kinds, missing };
}

/** Compiles what a revision recorded. */
export async function buildRevision(
  rgd: ResourceGraphDefinition,
  revision: GraphRevision,
  deps: BuildDeps,
): Promise<Build> {
  return await buildGraph({ ...rgd, spec: revision.spec.snapshot.spec }, deps);
}

/** All problems, one a line. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
