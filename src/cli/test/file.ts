/** Reads test files: finds them in folders, parses them, and checks them against their schema. */
import { type JsonObject, type KubeObject, pathText } from "../../api/mod.ts";
import type { NodeState } from "../../reconcile/mod.ts";
import { UsageError } from "../errors.ts";
import { Positions } from "../positions.ts";
import { parseDocuments } from "../yaml.ts";
import { violationsOf } from "./check.ts";
import { type EXPECTED_STATES, TEST_FILE_SCHEMA } from "./file_schema.ts";

/** A reference to one object. */
export interface ObjectReference {
  /** The API version of the object. */
  apiVersion: string;
  /** The kind of the object. */
  kind: string;
  /** The name of the object. */
  name: string;
  /** The namespace of the object; by default the namespace of the test file. */
  namespace?: string;
}

/** The expected result of a step. */
export interface Expectation {
  /** The state of the instance. */
  state?: typeof EXPECTED_STATES[number];
  /** The expected values of some fields of the instance's status. */
  status?: JsonObject;
  /** The status of the instance's conditions, by type. */
  conditions?: Record<string, string>;
  /** The states of nodes, by id. */
  nodes?: Record<string, NodeState | { state: NodeState; reason?: string }>;
  /** Some fields of the instance's objects, or all fields if {@link exact} is true. */
  objects?: KubeObject[];
  /** Whether {@link objects} must list all objects of the instance, each with all of its fields. */
  exact?: boolean;
  /** The objects that the instance must not have. */
  absent?: ObjectReference[];
  /** The path of the snapshot, relative to the test file. */
  snapshot?: string;
}

/** One step of a test. */
export interface Step {
  /** The name of the step. */
  name?: string;
  /** A JSON merge patch that is applied to the instance before the step. */
  instance?: JsonObject;
  /** Objects that other clients create or change before the step, or paths of files with such objects. */
  observed?: (KubeObject | string)[];
  /** The objects that are deleted before the step. */
  delete?: ObjectReference[];
  /** The expected result. */
  expect: Expectation;
}

/**
 * One test of an instance. The fields `observed` and `expect` of the test itself define the first step;
 * `steps` defines the following ones.
 */
export interface Test {
  /** The name of the test. */
  name: string;
  /** The files and folders with RGDs, instead of those of the test file. */
  graphs?: string[];
  /** The instance, or the path of a file with the instance. */
  instance: KubeObject | string;
  /** The objects that exist before the first step. */
  observed?: (KubeObject | string)[];
  /** The expected result of the first step. */
  expect: Expectation;
  /** The further steps. */
  steps?: Step[];
}

/** A problem that an RGD is expected to have. */
export interface ExpectedProblem {
  /** The code of the problem. */
  code: string;
  /** The name of the RGD. */
  rgd?: string;
  /** The id of the node. */
  node?: string;
  /** The path of the field. */
  path?: string;
  /** A string that the message contains. */
  message?: string;
}

/** One test of RGDs that kro rejects. */
export interface Rejection {
  /** The name of the test. */
  name: string;
  /** The files and folders with RGDs. */
  graphs: string[];
  /** All problems of the RGDs. */
  problems: ExpectedProblem[];
}

/** The content of a test file. */
export interface TestContent {
  /** The files and folders with RGDs that the tests use. */
  graphs?: string[];
  /** The files and folders with CRDs that the RGDs use. */
  crds?: string[];
  /** The namespace of objects that have no namespace. */
  namespace?: string;
  /** The tests of instances. */
  tests?: Test[];
  /** The tests of RGDs that kro rejects. */
  rejections?: Rejection[];
}

/** A test file that was read. */
export interface TestFile {
  /** The path of the file. */
  file: string;
  /** The content of the file. */
  content: TestContent;
  /** The positions of the values in the file. */
  positions: Positions;
}

/** The names of test files. */
const TEST_FILE = /\.test\.ya?ml$/;

/**
 * Returns the paths of the test files in a folder and its subfolders, in the order of their names. A path of
 * a file is returned as it is. Hidden folders are ignored.
 */
export async function findTestFiles(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UsageError(`the path "${path}" does not exist`, { cause });
  });
  if (!info.isDirectory) return [path];
  const entries: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(path)) entries.push(entry);
  const base = path === "." ? "" : `${path.replace(/\/+$/, "")}/`;
  const found: string[] = [];
  for (const { name, isDirectory } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isDirectory && !/^\.|^node_modules$/.test(name)) {
      found.push(...await findTestFiles(base + name));
    } else if (!isDirectory && TEST_FILE.test(name)) found.push(base + name);
  }
  return found;
}

/**
 * Parses a test file. Throws UsageError with one line for each violation of the schema, each with file, line
 * and column.
 */
export function parseTestFile(text: string, file: string): TestFile {
  const [content, second] = parseDocuments(text, file);
  if (second !== undefined) {
    throw new UsageError(`${file}: a test file has one YAML document, but this file has several`);
  }
  const positions = new Positions(text);
  const violations = violationsOf(TEST_FILE_SCHEMA, content ?? {});
  if (violations.length === 0) violations.push(...repeatedNames(content as TestContent));
  if (violations.length > 0) {
    throw new UsageError(
      violations.map(({ steps, message }) =>
        `${placeOf({ file, positions }, steps)}: ${steps.length ? `${pathText(steps)}: ` : ""}` +
        message
      ).join("\n"),
    );
  }
  return { file, content: content as TestContent, positions };
}

/** Returns `file:line:column` of a value in a test file. */
export function placeOf(
  { file, positions }: Pick<TestFile, "file" | "positions">,
  steps: readonly (string | number)[],
): string {
  const at = positions.locate(0, steps, "");
  return at ? `${file}:${at.line}:${at.column}` : file;
}

function repeatedNames({ tests = [], rejections = [] }: TestContent) {
  const seen = new Set<string>();
  const all = [
    ...tests.map(({ name }, i) => ({ name, steps: ["tests", i, "name"] })),
    ...rejections.map(({ name }, i) => ({ name, steps: ["rejections", i, "name"] })),
  ];
  return all.filter(({ name }) => seen.has(name) || !seen.add(name))
    .map(({ name, steps }) => ({ steps, message: `another test has the name "${name}"` }));
}
