/** `kro validate`: reports every problem of the RGDs (ResourceGraphDefinitions) in files. */
import {
  ApiError,
  CRD_KIND,
  type Problem,
  type ResourceGraphDefinition,
  RGD_KIND,
  WARNINGS,
} from "../api/mod.ts";
import {
  type CostLimits,
  dearExpressions,
  type Graph,
  graphCost,
  optionalReads,
} from "../graph/mod.ts";
import { objectText } from "../explain/mod.ts";
import { type KubeClient, NoClusterError } from "../kube/mod.ts";
import { SNAPSHOT_VERSION } from "../openapi/mod.ts";
import { crdProblems } from "../publish/mod.ts";
import { type Beyond, builtIn, compileSet, type Verdict } from "./compile_set.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions } from "./feature_gates.ts";
import { readCrds } from "./graph_source.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import {
  byPosition,
  type CostOfGraph,
  type Finding,
  type FindingFormat,
  findingsOf,
  printFindings,
  yamlFindings,
} from "./findings.ts";
import type { Output } from "./output.ts";
import { invalidAt, invalidInstances, listInstances } from "./plan/invalid.ts";
import { isOfKind } from "./report.ts";
import { type ConnectionFlags, openSession } from "./session.ts";
import { unknownFields } from "./unknown_fields.ts";
import { type AmbiguousScalar, ambiguousScalars } from "./yaml_versions.ts";

/** The flags of `kro validate`. */
export interface ValidateFlags extends Omit<ConnectionFlags, "namespace">, CostFlags {
  /** The files and folders that `-f` names; at least one. */
  filename: string[];
  /** Whether the built-in schemas are used instead of the schemas of a cluster. Set by `--offline`. */
  offline?: boolean;
  /** The files with CRDs whose kinds the RGDs may use. Set by `--crd`. */
  crd?: string[];
  /** The output format that `-o` selects. */
  output: FindingFormat;
  /** Whether the instances that a breaking change would invalidate are printed by name. Set by `-v`. */
  verbose?: boolean;
}

/**
 * Runs `kro validate` and returns the exit code: 0 if all RGDs are valid, 1 if an RGD was rejected, and 2 if
 * an RGD could not be checked.
 */
export async function validate(flags: ValidateFlags, output: Output): Promise<number> {
  if (flags.offline && (flags.kubeconfig !== undefined || flags.context !== undefined)) {
    throw new UsageError("--offline excludes --kubeconfig and --context");
  }
  const manifests = await readManifests(flags.filename);
  const rgds = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  if (rgds.length === 0) throw new UsageError("there is no ResourceGraphDefinition in these files");
  const crds = manifests.filter(({ object }) => isOfKind(object, CRD_KIND));
  if (flags.crd) crds.push(...await readCrds(flags.crd));

  using schemas = await openSchemas(flags, output);
  const check = async () => {
    const compiled = await compileSet(
      rgds.map(({ object }) => object as ResourceGraphDefinition),
      crds.map(({ object }) => object),
      schemas,
      compileOptions(flags),
    );
    const { client } = schemas;
    const report = { output, verbose: flags.verbose ?? false };
    return client ? await Promise.all(compiled.map((v) => compared(v, client, report))) : compiled;
  };
  const verdicts = await check().catch((cause) => {
    if (!(cause instanceof ApiError)) throw cause;
    throw new UsageError(`${cause.message}; --offline checks without a cluster`, { cause });
  });
  const costs = costsOf(rgds, verdicts);
  output.out(printFindings(allFindings(rgds, verdicts, costLimits(flags)), costs, flags.output));
  return summarize(verdicts, output);
}

/**
 * Compares the CRD of a valid RGD with the live CRD. Returns the verdict with the problems that this
 * comparison has found. Returns the verdict unchanged if the RGD has no graph, or if the user may not read
 * the live CRD.
 */
async function compared(
  verdict: Verdict,
  client: KubeClient,
  { output, verbose }: { output: Output; verbose: boolean },
): Promise<Verdict> {
  const { rgd, graph } = verdict;
  if (!graph) return verdict;
  try {
    const found = await crdProblems(rgd, graph, client);
    const problems = await withInstances(found, graph, client, verbose ? output : undefined);
    const rejected = problems.some(({ code }) => !WARNINGS.has(code));
    return { ...verdict, problems, graph: rejected ? undefined : graph };
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "Forbidden") throw error;
    output.err(`not compared with the live CRD: ${error.message}`);
    return verdict;
  }
}

/**
 * Adds to each breaking change of the schema how many live instances the change would invalidate.
 *
 * @param output The stream to which the invalid instances are printed by name; absent without `--verbose`.
 */
async function withInstances(
  problems: readonly Problem[],
  graph: Graph,
  client: KubeClient,
  output: Output | undefined,
): Promise<Problem[]> {
  const fieldOf = ({ path }: Problem) => /^schema\.(spec\b.*)/.exec(path ?? "")?.[1];
  if (!problems.some(fieldOf)) return [...problems];
  const live = await listInstances(client, graph.instance);
  const invalid = invalidInstances(graph, live);
  for (const instance of invalid) {
    output?.err(`invalid: ${objectText(instance)}: ${instance.problems.join("; ")}`);
  }
  return problems.map((problem) => {
    const field = fieldOf(problem);
    if (field === undefined) return problem;
    const count = invalidAt(invalid, field).length;
    const text = `would invalidate ${count} of ${live.length} live instances`;
    return { ...problem, message: `${problem.message}; ${text}` };
  });
}

/**
 * The source of the schemas against which the RGDs are checked. The client is absent when no cluster is used.
 */
interface Schemas extends Beyond {
  client?: KubeClient;
}

/**
 * With `--offline`, and without a kubeconfig, returns the built-in schemas. Otherwise returns the
 * schemas of the cluster.
 */
async function openSchemas(flags: ValidateFlags, output: Output): Promise<Schemas & Disposable> {
  const offline = { ...builtIn(), [Symbol.dispose]: () => {} };
  if (flags.offline) return offline;
  try {
    const session = await openSession(flags, output);
    const close = () => session[Symbol.dispose]();
    const { schemas: source, client } = session;
    return { source, client, complete: true, [Symbol.dispose]: close };
  } catch (error) {
    // With `--context`, a missing kubeconfig is an error: the user asked for the schemas of that cluster, not
    // for the built-in schemas.
    if (!(error instanceof NoClusterError) || flags.context !== undefined) throw error;
    output.err(`no kubeconfig: checked against the kinds of Kubernetes ${SNAPSHOT_VERSION}`);
    return offline;
  }
}

/** Returns the problems and warnings of all RGDs, in the order of the files. */
function allFindings(
  rgds: readonly Manifest[],
  verdicts: readonly Verdict[],
  limits: CostLimits,
): Finding[] {
  const seen = new Set<string>();
  // Each file is searched for ambiguous scalars only once, because a file may have thousands of documents.
  const scalars = new Map<string, AmbiguousScalar[]>();
  return verdicts.flatMap(({ graph, problems }, i) => {
    const rgd = rgds[i]!;
    const document = [rgd.document, rgd.file].join(" ");
    const isFirst = !seen.has(document);
    seen.add(document);
    const found = findingsOf(rgd, [
      ...problems,
      ...unknownFields(verdicts[i]!.rgd),
      ...(graph ? warnings(graph, limits) : []),
    ]);
    if (!isFirst) return found;
    const ambiguous = scalars.get(rgd.text) ?? ambiguousScalars(rgd.text);
    scalars.set(rgd.text, ambiguous);
    return [...found, ...yamlFindings(rgd, ambiguous)].sort(byPosition);
  });
}

/**
 * Returns warnings about optional fields that are read as if they were required, and about expensive
 * expressions.
 */
function warnings(graph: Graph, limits: CostLimits): Problem[] {
  return [...optionalReads(graph), ...costWarnings(graph, limits)];
}

/** Returns a warning for each expression whose worst-case cost exceeds the limit for one evaluation. */
function costWarnings(graph: Graph, limits: CostLimits): Problem[] {
  const budget = limits.expression;
  return dearExpressions(graphCost(graph), limits).map(({ cost, ...place }) => ({
    code: "COST",
    ...place,
    message: `with as much data as its schemas allow it may cost ${countOf(cost.max)}, ` +
      `but the budget of an evaluation is ${countOf(budget)}`,
    hint:
      "bound the lists and strings that it walks by maxItems and maxLength, or nest fewer loops",
  }));
}

function countOf(units: number): string {
  return units.toLocaleString("en-US");
}

function costsOf(rgds: readonly Manifest[], verdicts: readonly Verdict[]): CostOfGraph[] {
  return verdicts.flatMap(({ rgd, graph }, i) =>
    graph ? { file: rgds[i]!.file, name: rgd.metadata.name!, ...graphCost(graph) } : []
  );
}

function summarize(verdicts: readonly Verdict[], output: Output): number {
  const all = verdicts.length;
  const unchecked = verdicts.filter((verdict) => verdict.unchecked).length;
  const rejected = verdicts.filter((verdict) => !verdict.graph).length - unchecked;
  const parts = [
    `${all - rejected - unchecked} valid`,
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(unchecked > 0 ? [`${unchecked} could not be checked`] : []),
  ];
  output.err(`${all} ResourceGraphDefinition${all === 1 ? "" : "s"}: ${parts.join(", ")}`);
  if (rejected > 0) return Exit.failed;
  return unchecked > 0 ? Exit.usage : Exit.ok;
}
