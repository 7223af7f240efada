/** Selects the test files of a run, and determines which control plane each file needs. */
import { parseArgs } from "node:util";

/** The parsed command line of `deno task test`. */
export interface Request {
  /**
   * Which tests to run: `unit` for tests that need no cluster, `cluster` for tests that need a cluster,
   * undefined for all tests.
   */
  only: "unit" | "cluster" | undefined;
  /** Deno's test filter: a part of a test's name, or a regular expression between slashes. */
  filter: string | undefined;
  /** The files and folders whose tests run; empty for all tests. */
  paths: string[];
  /** The version of Kubernetes on which the tests run; undefined for the version in go.mod. */
  kubernetes: string | undefined;
  /** Whether to print the usage and exit. */
  help: boolean;
}

/** The help text of `deno task test`. */
export const usage =
  `Usage: deno task test [--unit | --cluster] [--filter NAME] [--kubernetes VERSION] [PATH...]

  --unit         only the tests in memory (tests/unit, tests/conformance)
  --cluster      only the tests that need a control plane (all others)
  --filter NAME  only tests whose name contains NAME, or matches /NAME/
  --kubernetes VERSION
                 only the tests that need a control plane, on this version of Kubernetes, such as 1.34
  PATH           files or folders; all folders below tests by default

The control plane is started once for all tests, and not at all when none needs it. tests/cluster/upstream
and tests/faults get one without other controllers, as upstream's suite does.
With KRO_TEST_CONTROLPLANE (see \`deno task cluster\`) a running one is used.`;

/** Parses the command line; throws a TypeError if a flag is unknown. */
export function parseRequest(args: string[]): Request {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      unit: { type: "boolean", default: false },
      cluster: { type: "boolean", default: false },
      filter: { type: "string" },
      kubernetes: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { unit, cluster, filter, kubernetes, help } = values;
  if (kubernetes !== undefined && !/^v?1\.\d+(\.\d+)?$/.test(kubernetes)) {
    throw new TypeError(
      `--kubernetes is "${kubernetes}", expected a version such as 1.34 or v1.34.4`,
    );
  }
  const one = unit === cluster ? undefined : unit ? "unit" : "cluster";
  return { only: kubernetes ? "cluster" : one, filter, kubernetes, paths: positionals, help };
}

/**
 * What a test needs to run: nothing (`memory`), an API server without other controllers (`api`), or
 * a complete control plane (`cluster`).
 */
export type Ground = "memory" | "api" | "cluster";

/** Returns what the tests of a file need to run. */
export function groundOf(file: string): Ground {
  const suite = /(?:^|\/)tests\/(cluster\/\w+|\w+)\//.exec(file)?.[1];
  if (suite === "unit" || suite === "conformance") return "memory";
  return suite === "cluster/upstream" || suite === "faults" ? "api" : "cluster";
}

/**
 * Returns the sorted paths of all test files in the given files and folders. Throws an error if a
 * path does not exist.
 */
export async function testFiles(paths: string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(filesUnder));
  return [...new Set(found.flat())].sort();
}

async function filesUnder(path: string): Promise<string[]> {
  const clean = path.replace(/^\.\//, "").replace(/\/$/, "");
  if ((await Deno.stat(clean)).isFile) return [clean];
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(clean)) {
    if (isDirectory) files.push(...await filesUnder(`${clean}/${name}`));
    else if (name.endsWith("_test.ts")) files.push(`${clean}/${name}`);
  }
  return files;
}

/** Whether Deno's test filter selects a test with this name. */
export function takes(filter: string | undefined, name: string): boolean {
  if (filter === undefined) return true;
  const expression = /^\/(.*)\/$/.exec(filter)?.[1];
  return expression === undefined ? name.includes(filter) : new RegExp(expression).test(name);
}
