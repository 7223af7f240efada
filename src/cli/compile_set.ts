/**
 * Compiles all RGDs (ResourceGraphDefinitions) of one command. An RGD may use the kinds of other RGDs and of
 * CRDs in the same files.
 */
import {
  apiVersionOf,
  type GroupVersionKind,
  gvkKey,
  type KubeObject,
  type Problem,
  type ResourceGraphDefinition,
  servedKind,
} from "../api/mod.ts";
import {
  type Compilation,
  compile,
  type CompileOptions,
  explainKinds,
  type Graph,
  kindOfNode,
  kindsOf,
} from "../graph/mod.ts";
import {
  firstOf,
  type KindInfo,
  kindsOfCrd,
  resolveKinds,
  type SchemaSource,
  snapshotKinds,
  snapshotSource,
  tableSource,
} from "../openapi/mod.ts";
import { ownCrds } from "../publish/mod.ts";

/** The result of compiling one RGD. */
export interface Verdict {
  /** The RGD that was compiled. */
  rgd: ResourceGraphDefinition;
  /** The graph of the RGD; absent when the RGD has problems. */
  graph?: Graph;
  /** All problems of the RGD. */
  problems: Problem[];
  /**
   * Whether the RGD could not be checked: it uses kinds that neither the files nor the built-in schemas
   * contain, and it has no problems except these missing kinds.
   */
  unchecked: boolean;
}

/** The source of the schemas of kinds that no file defines. */
export interface Beyond {
  /** The schemas of the cluster, or the built-in schemas. */
  source: SchemaSource;
  /**
   * Whether the source contains every kind that exists. If true, a kind that is not found is a problem of the
   * RGD.
   */
  complete: boolean;
}

/** Returns the schemas of the kinds that are built into Kubernetes, and of kro's own kinds. */
export function builtIn(): Beyond {
  const own = tableSource(ownCrds().flatMap(kindsOfCrd));
  return { source: firstOf(snapshotSource(), own), complete: false };
}

/**
 * Compiles several RGDs, so that each RGD is compiled after the RGDs whose kinds it uses. The results are in
 * the order of `rgds`.
 *
 * @param crds The CustomResourceDefinitions whose kinds the RGDs may use.
 * @param beyond The source of the schemas of all other kinds.
 */
export async function compileSet(
  rgds: readonly ResourceGraphDefinition[],
  crds: readonly KubeObject[],
  beyond: Beyond,
  options?: CompileOptions,
): Promise<Verdict[]> {
  const makers = makersOf(rgds);
  const made: KindInfo[] = crds.flatMap(kindsOfCrd);
  const verdicts = new Map<ResourceGraphDefinition, Verdict>();
  const waitsFor = (rgd: ResourceGraphDefinition) =>
    kindsOf(rgd).map((gvk) => makers.get(gvkKey(gvk)))
      .find((maker) => maker && maker !== rgd && !verdicts.has(maker));
  for (let waiting = [...rgds]; waiting.length > 0;) {
    const source = firstOf(tableSource(made), beyond.source);
    const free = waiting.filter((rgd) => !waitsFor(rgd));
    // If every waiting RGD needs the kind of another waiting RGD, some of them form a cycle. The RGDs of one
    // cycle are compiled although kinds are missing. The result then contains the cycle and also all other
    // problems of these RGDs.
    const cycle = free.length > 0 ? undefined : cycleFrom(waiting[0]!, waitsFor);
    for (const rgd of cycle ?? free) {
      const kinds = kindsOf(rgd);
      const known = await resolveKinds(source, kinds);
      const missing = new Set(kinds.map(gvkKey).filter((key) => !known.has(key)));
      const result = compile(rgd, known, options);
      verdicts.set(rgd, verdictOf(rgd, result, { missing, makers, cycle, beyond }));
    }
    const done = waiting.filter((rgd) => verdicts.has(rgd));
    made.push(...done.flatMap((rgd) => verdicts.get(rgd)?.graph?.crd ?? []).flatMap(kindsOfCrd));
    waiting = waiting.filter((rgd) => !verdicts.has(rgd));
  }
  return rgds.map((rgd) => verdicts.get(rgd)!);
}

type Makers = ReadonlyMap<string, ResourceGraphDefinition>;

/**
 * Returns a map from each kind to the RGD that defines the kind. If several RGDs define a kind, the map
 * contains the first of these RGDs.
 */
function makersOf(rgds: readonly ResourceGraphDefinition[]): Makers {
  const makers = new Map<string, ResourceGraphDefinition>();
  for (const rgd of rgds) {
    const key = servedKey(rgd);
    if (key !== undefined && !makers.has(key)) makers.set(key, rgd);
  }
  return makers;
}

function servedKey(rgd: ResourceGraphDefinition): string | undefined {
  const kind = servedKind(rgd);
  return kind && gvkKey(kind);
}

/**
 * Follows `next` from `start` until an RGD occurs for the second time. Returns the RGDs of this cycle,
 * without the RGDs that only lead to it.
 */
function cycleFrom(
  start: ResourceGraphDefinition,
  next: (rgd: ResourceGraphDefinition) => ResourceGraphDefinition | undefined,
): ResourceGraphDefinition[] {
  const way: ResourceGraphDefinition[] = [];
  let at: ResourceGraphDefinition | undefined = start;
  for (; at && !way.includes(at); at = next(at)) way.push(at);
  return way.slice(at ? way.indexOf(at) : 0);
}

/**
 * Facts about the other RGDs and the source of schemas. With these facts, {@link verdictOf} explains why a
 * kind is missing, for example because of a cycle of RGDs.
 */
interface Circumstances {
  missing: ReadonlySet<string>;
  makers: Makers;
  cycle: readonly ResourceGraphDefinition[] | undefined;
  beyond: Beyond;
}

function verdictOf(
  rgd: ResourceGraphDefinition,
  result: Compilation,
  { missing, makers, cycle, beyond }: Circumstances,
): Verdict {
  const problems: Problem[] = [];
  let unknown = 0;
  for (const problem of result.ok ? [] : result.problems) {
    const gvk = problem.code === "KIND" ? kindOfNode(rgd, problem.node) : undefined;
    const maker = gvk && makers.get(gvkKey(gvk));
    if (!gvk || !missing.has(gvkKey(gvk))) problems.push(problem);
    else if (maker === rgd) {
      problems.push(...explainKinds(rgd, [problem], missing, () => rgd));
    } else if (maker) problems.push({ ...problem, ...madeBy(maker, gvk, cycle) });
    else if (beyond.complete || isBuiltIn(gvk.group)) problems.push(problem);
    else {
      unknown += 1;
      problems.push({ ...problem, ...supply(problem, gvk) });
    }
  }
  const first = makers.get(servedKey(rgd) ?? "");
  if (first && first !== rgd && first.metadata.name !== rgd.metadata.name) {
    const message = `the RGD "${first.metadata.name}" already defines this kind`;
    problems.push({ code: "NAMING", path: "schema.kind", message });
  }
  return {
    rgd,
    graph: result.ok && problems.length === 0 ? result.graph : undefined,
    problems,
    unchecked: unknown > 0 && unknown === problems.length,
  };
}

function madeBy(
  maker: ResourceGraphDefinition,
  gvk: GroupVersionKind,
  cycle: readonly ResourceGraphDefinition[] | undefined,
): Partial<Problem> {
  const name = `the RGD "${maker.metadata.name}"`;
  if (!cycle) {
    return { message: `${name} defines ${gvk.kind}, but has problems itself`, hint: undefined };
  }
  const names = [...cycle, cycle[0]!].map((rgd) => rgd.metadata.name).join(" -> ");
  return {
    message: `${name} defines ${gvk.kind}, but needs the kind of this one: ${names}`,
    hint: "neither can come first",
  };
}

/**
 * Returns whether the built-in schemas contain the API group. If so, the built-in schemas contain every kind
 * of the group, and any other kind of the group does not exist.
 */
function isBuiltIn(group: string): boolean {
  return snapshotKinds().some((kind) => kind.group === group);
}

function supply({ hint }: Problem, gvk: GroupVersionKind): Partial<Problem> {
  const how = "supply its CustomResourceDefinition with --crd FILE, or check against a cluster";
  return {
    message: `${gvk.kind} of ${apiVersionOf(gvk)} is not known without a cluster`,
    hint: hint?.startsWith("did you mean") ? `${hint} Else ${how}` : how,
  };
}
