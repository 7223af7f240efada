/** Runs the tests of one test file. */
import {
  gvkKey,
  type KubeObject,
  parseGvk,
  type Problem,
  problemText,
  WARNINGS,
} from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import { UsageError } from "../errors.ts";
import { findingsOf, findingText } from "../findings.ts";
import { mismatchText } from "./compare.ts";
import type { CoverageReport } from "./coverage.ts";
import { resultOf, type StepResult, unexpected } from "./expectations.ts";
import {
  type Expectation,
  type ExpectedProblem,
  placeOf,
  type Rejection,
  type Step,
  type Test,
  type TestFile,
} from "./file.ts";
import { type GraphLoader, objectsOf, type TestedGraph } from "./graphs.ts";
import { Simulation, TestError } from "./simulation.ts";
import type { Snapshots } from "./snapshots.ts";

/** A difference between the expected and the actual result of a test. */
export interface Failure {
  /** The place of the expected value, as `file:line:column`. */
  place: string;
  /** The name or the number of the step; absent if the test has one step. */
  step?: string;
  /** The difference in one line. */
  message: string;
}

/** The result of one test. */
export interface TestResult {
  /** The path of the test file. */
  file: string;
  /** The place of the test, as `file:line:column`. */
  place: string;
  /** The name of the test. */
  name: string;
  /** The differences between the expected and the actual result; empty if the test passed. */
  failures: Failure[];
  /** The duration of the test, in milliseconds. */
  durationMs: number;
}

/** The resources that the tests of a run share. */
export interface TestTools {
  /** Compiles the RGDs. */
  loader: GraphLoader;
  /** Reads and writes the snapshots. */
  snapshots: Snapshots;
  /** Selects the tests to run, by their names. */
  isSelected(name: string): boolean;
  /** Measures the coverage of the graphs; absent if the coverage is not measured. */
  coverage?: CoverageReport;
}

type Steps = readonly (string | number)[];

/** Runs the selected tests of a test file, one after the other. */
export async function runTestFile(file: TestFile, tools: TestTools): Promise<TestResult[]> {
  const { tests = [], rejections = [] } = file.content;
  const runs = [
    ...tests.map((test, i) => ({
      ...test,
      steps: ["tests", i],
      run: () => runTest(file, test, ["tests", i], tools),
    })),
    ...rejections.map((rejection, i) => ({
      ...rejection,
      steps: ["rejections", i],
      run: () => runRejection(file, rejection, ["rejections", i], tools),
    })),
  ].filter(({ name }) => tools.isSelected(name));
  if (tools.coverage) await addGraphs(file, tools.loader, tools.coverage);
  const results: TestResult[] = [];
  for (const { name, steps, run } of runs) {
    const start = performance.now();
    const place = placeOf(file, steps);
    const failures = await run().catch((error) => [{ place, message: testError(error) }]);
    const durationMs = performance.now() - start;
    results.push({ file: file.file, place, name, failures, durationMs });
  }
  return results;
}

/** Adds all graphs of a test file to the coverage. The report then also contains graphs that no test uses. */
async function addGraphs(
  { file, content: { graphs = [], crds } }: TestFile,
  loader: GraphLoader,
  coverage: CoverageReport,
): Promise<void> {
  if (graphs.length === 0) return;
  // An error is ignored here, because each test that uses the graphs reports the error.
  for (const compiled of await loader.load(file, graphs, crds).catch(() => [])) {
    if (compiled.graph) coverage.observed({ ...compiled, graph: compiled.graph });
  }
}

/** Returns the message of an error that ends a test. Rethrows any other error. */
function testError(error: unknown): string {
  if (error instanceof TestError || error instanceof UsageError) return error.message;
  throw error;
}

async function runTest(
  file: TestFile,
  test: Test,
  at: Steps,
  tools: TestTools,
): Promise<Failure[]> {
  const { content: { graphs = [], crds, namespace = "default" } } = file;
  const [instance, ...others] = await objectsOf(file.file, [test.instance], "instance");
  if (others.length > 0) throw new TestError(`${test.instance} contains several objects`);
  const paths = test.graphs ?? graphs;
  if (paths.length === 0) throw new TestError('no RGD; name the files of RGDs under "graphs"');
  const compiled = graphOf(instance!, await tools.loader.load(file.file, paths, crds));
  const graph = tools.coverage?.observed(compiled) ?? compiled.graph;
  const simulation = new Simulation(graph, instance!, namespace);
  const failures: Failure[] = [];
  const steps: { step: Step; at: Steps }[] = [
    { step: { observed: test.observed, expect: test.expect }, at },
    ...(test.steps ?? []).map((step, i) => ({ step, at: [...at, "steps", i] })),
  ];
  for (const [number, { step, at }] of steps.entries()) {
    const name = steps.length > 1 ? step.name ?? `step ${number + 1}` : undefined;
    const fail = (message: string, ...further: Steps) =>
      failures.push({ place: placeOf(file, [...at, ...further]), step: name, message });
    try {
      const result = await runStep(file, step, simulation);
      tools.coverage?.add(compiled, result.outcome?.nodes ?? []);
      for (const mismatch of unexpected(step.expect, result, simulation)) {
        fail(mismatchText(mismatch), "expect", ...mismatch.steps);
      }
      for (const message of await snapshotFailures(file, step.expect, result, simulation, tools)) {
        fail(`snapshot: ${message}`, "expect", "snapshot");
      }
    } catch (error) {
      fail(testError(error));
      break;
    }
  }
  return failures;
}

async function runStep(file: TestFile, step: Step, simulation: Simulation): Promise<StepResult> {
  if (step.instance) await simulation.change(step.instance);
  for (const object of await objectsOf(file.file, step.observed ?? [])) {
    await simulation.observe(object);
  }
  for (const name of step.delete ?? []) await simulation.delete(name);
  return await resultOf(simulation);
}

async function snapshotFailures(
  { file }: TestFile,
  { snapshot }: Expectation,
  { objects }: StepResult,
  simulation: Simulation,
  { snapshots }: TestTools,
): Promise<string[]> {
  return snapshot === undefined ? [] : await snapshots.check(file, snapshot, objects, simulation);
}

/** Returns the graph that serves the instance. Throws TestError if the files contain no such graph. */
function graphOf(
  instance: KubeObject,
  compiled: readonly TestedGraph[],
): TestedGraph & { graph: Graph } {
  const problems = compiled.flatMap(({ manifest, problems }) => findingsOf(manifest, problems))
    .filter(({ code }) => !WARNINGS.has(code));
  if (problems.length > 0) {
    throw new TestError(`kro rejects the RGD: ${problems.map(findingText).join("; ")}`);
  }
  const gvk = parseGvk(instance.apiVersion, instance.kind);
  const own = compiled.find(({ graph }) => graph && gvk && gvkKey(graph.instance) === gvkKey(gvk));
  if (own?.graph) return { ...own, graph: own.graph };
  const kinds = compiled.flatMap(({ graph }) => graph?.crd ? [servedText(graph)] : []);
  throw new TestError(
    `no RGD serves the kind ${instance.kind} ${instance.apiVersion}; the RGDs serve ${
      kinds.join(", ")
    }`,
  );
}

function servedText({ instance: { group, version, kind } }: Graph): string {
  return `${kind} ${group}/${version}`;
}

/** Compares the problems of the RGDs with the expected problems. */
async function runRejection(
  file: TestFile,
  { graphs, problems }: Rejection,
  at: Steps,
  { loader }: TestTools,
): Promise<Failure[]> {
  const compiled = await loader.load(file.file, graphs, file.content.crds);
  const left = new Set(
    compiled.flatMap(({ rgd, problems }) =>
      problems.filter(({ code }) => !WARNINGS.has(code))
        .map((problem) => ({ rgd: rgd.metadata.name!, problem }))
    ),
  );
  const failures: Failure[] = [];
  for (const [i, expected] of problems.entries()) {
    const match = [...left].find(({ rgd, problem }) => isExpected(expected, rgd, problem));
    if (match) left.delete(match);
    else {
      const message = `no such problem: ${JSON.stringify(expected)}`;
      failures.push({ place: placeOf(file, [...at, "problems", i]), message });
    }
  }
  for (const { rgd, problem } of left) {
    const message = `unexpected problem: ${rgd}: ${problemText(problem)}`;
    failures.push({ place: placeOf(file, [...at, "problems"]), message });
  }
  return failures;
}

function isExpected(expected: ExpectedProblem, rgd: string, problem: Problem): boolean {
  return expected.code === problem.code &&
    (expected.rgd === undefined || expected.rgd === rgd) &&
    (expected.node === undefined || expected.node === problem.node) &&
    (expected.path === undefined || expected.path === problem.path) &&
    (expected.message === undefined || problem.message.includes(expected.message));
}
