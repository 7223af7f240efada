/** Compiles the graphs that a command line names: RGDs of files, or RGDs of a cluster. */
import {
  CRD_KIND,
  didYouMean,
  type KubeObject,
  problemText,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { buildGraph } from "../publish/mod.ts";
import { type Beyond, builtIn, compileSet } from "./compile_set.ts";
import { UsageError } from "./errors.ts";
import { compileOptions } from "./feature_gates.ts";
import { findingsOf, findingText } from "./findings.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import type { Output } from "./output.ts";
import { isOfKind } from "./report.ts";
import { type ConnectionFlags, listRgds, openSession, type Session } from "./session.ts";
import { unknownFields } from "./unknown_fields.ts";

/** The flags that name graphs. */
export interface GraphFlags extends Omit<ConnectionFlags, "namespace"> {
  /** The files and folders with RGDs, set by `-f`. Without `-f`, the RGDs are read from the cluster. */
  filename?: string[];
  /** The files and folders with CRDs whose kinds the RGDs may use, set by `--crd`. */
  crd?: string[];
  /** Whether to read all RGDs of the cluster, set by `--all`. */
  all?: boolean;
}

/** An RGD with its compiled graph. */
export interface NamedGraph {
  /** The RGD. */
  rgd: ResourceGraphDefinition;
  /** The graph of the RGD. */
  graph: Graph;
}

/**
 * Compiles the RGDs of the files or of the cluster, sorted by name. Files are compiled against the built-in
 * kinds of Kubernetes and the CRDs of the files, or against the cluster if `--kubeconfig` or `--context` is
 * given. Prints the problems of RGDs to stderr, and returns undefined if an RGD has problems. Rejects with
 * UsageError when no RGD has one of the requested names.
 *
 * @param names The names of the RGDs; empty for all RGDs of the files.
 */
export async function loadGraphs(
  names: readonly string[],
  flags: GraphFlags,
  output: Output,
): Promise<NamedGraph[] | undefined> {
  const { filename, crd, all } = flags;
  if (filename) {
    if (all) throw new UsageError("--all reads the RGDs of the cluster; drop --all or -f");
    return sorted(await fromFiles(filename, names, flags, output));
  }
  if (crd) throw new UsageError("--crd is for RGDs of files: add -f");
  if (Boolean(all) === names.length > 0) {
    throw new UsageError("name RGDs by one of -f FILE, NAME, and --all");
  }
  using session = await openSession(flags, output);
  return sorted(await fromCluster(session, names, output));
}

/** Reads the CRDs in files and folders. Rejects with UsageError when the files contain no CRD. */
export async function readCrds(paths: readonly string[]): Promise<Manifest[]> {
  const crds = (await readManifests(paths)).filter(({ object }) => isOfKind(object, CRD_KIND));
  if (crds.length > 0) return crds;
  throw new UsageError(
    `there is no CustomResourceDefinition of ${CRD_KIND.group}/v1 in ${paths.join(", ")}`,
  );
}

async function fromFiles(
  filename: readonly string[],
  names: readonly string[],
  flags: GraphFlags,
  output: Output,
): Promise<NamedGraph[] | undefined> {
  const manifests = await readManifests(filename);
  const rgds = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  if (rgds.length === 0) throw new UsageError("there is no ResourceGraphDefinition in these files");
  checkNames(names, rgds.map(({ object }) => object), "these files");
  const crds = [
    ...manifests.filter(({ object }) => isOfKind(object, CRD_KIND)),
    ...flags.crd ? await readCrds(flags.crd) : [],
  ];
  using beyond = await schemasBeyond(flags, output);
  const verdicts = await compileSet(
    rgds.map(({ object }) => object as ResourceGraphDefinition),
    crds.map(({ object }) => object),
    beyond,
    compileOptions(flags),
  );
  const wanted = verdicts.map((verdict, i) => ({ ...verdict, manifest: rgds[i]! }))
    .filter(({ rgd }) => names.length === 0 || names.includes(rgd.metadata.name!));
  for (const { manifest, rgd, problems } of wanted) {
    const found = [...problems, ...unknownFields(rgd)];
    for (const finding of findingsOf(manifest, found)) output.err(findingText(finding));
  }
  const graphs = wanted.flatMap(({ rgd, graph }) => graph ? [{ rgd, graph }] : []);
  return graphs.length === wanted.length ? graphs : undefined;
}

async function fromCluster(
  session: Session,
  names: readonly string[],
  output: Output,
): Promise<NamedGraph[] | undefined> {
  const { schemas, compile } = session;
  const all = await listRgds(session);
  checkNames(names, all, "the cluster");
  const wanted = all.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name!));
  const graphs: NamedGraph[] = [];
  for (const rgd of wanted) {
    const { graph, problems } = await buildGraph(rgd, { schemas, compile });
    if (graph) graphs.push({ rgd, graph });
    for (const problem of problems) output.err(`${rgd.metadata.name}: ${problemText(problem)}`);
  }
  return graphs.length === wanted.length ? graphs : undefined;
}

async function schemasBeyond(flags: GraphFlags, output: Output): Promise<Beyond & Disposable> {
  if (flags.kubeconfig === undefined && flags.context === undefined) {
    return { ...builtIn(), [Symbol.dispose]: () => {} };
  }
  const session = await openSession(flags, output);
  const close = () => session[Symbol.dispose]();
  return { source: session.schemas, complete: true, [Symbol.dispose]: close };
}

function checkNames(
  names: readonly string[],
  rgds: readonly KubeObject[],
  where: string,
): void {
  const known = rgds.map(({ metadata }) => metadata.name!);
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) ?? `there are ${known.join(", ") || "no RGDs"}`;
    throw new UsageError(`there is no ResourceGraphDefinition "${name}" in ${where}; ${hint}`);
  }
}

function sorted(graphs: NamedGraph[] | undefined): NamedGraph[] | undefined {
  return graphs?.sort((a, b) => (a.rgd.metadata.name! < b.rgd.metadata.name! ? -1 : 1));
}
