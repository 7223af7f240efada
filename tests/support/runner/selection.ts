/** Selects the test files of a run, and the control plane that each of them needs. */
import { parseArgs } from "node:util";

/** The command line of `deno task test`. */
export interface Request {
  /** Only tests in memory, only tests on a cluster, or both. */
  only: "unit" | "cluster" | undefined;
  /** Deno's filter: a part of a name, or /a regular expression/. */
  filter: string | undefined;
  /** Files and folders; if empty, all tests. */
  paths: string[];
  /** Print the usage and exit. */
  help: boolean;
}

/** The usage text. */
export const usage = `Usage: deno task test [--unit | --cluster] [--filter NAME] [PATH...]

  --unit         only the tests in memory (tests/unit, tests/conformance)
  --cluster      only the tests that need a control plane (all others)
  --filter NAME  only tests whose name contains NAME, or matches /NAME/
  PATH           files or folders; all folders below tests by default

The control plane is started once for all tests, and not at all when none needs it. tests/cluster/upstream
and tests/faults get one without other controllers, as upstream's suite does.
With KRO_TEST_CONTROLPLANE (see \`deno task cluster\`) a running one is used.`;

/** Parses the command line; throws a TypeError on an unknown flag. */
export function parseRequest(args: string[]): Request {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      unit: { type: "boolean", default: false },
      cluster: { type: "boolean", default: false },
      filter: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { unit, cluster, filter, help } = values;
  const only = unit === cluster ? undefined : unit ? "unit" : "cluster";
  return { only, filter, paths: positionals, help };
}

/** What a test needs: no cluster, an API server without other controllers, or a whole control plane. */
export type Ground = "memory" | "api" | "cluster";

/** What the tests of a file need. */
export function groundOf(file: string): Ground {
  const suite = /(?:^|\/)tests\/(cluster\/\w+|\w+)\//.exec(file)?.[1];
  if (suite === "unit" || suite === "conformance") return "memory";
  return suite === "cluster/upstream" || suite === "faults" ? "api" : "cluster";
}

/** All test files under the given paths, sorted; a path that does not exist is an error. */
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

/** Whether Deno's filter selects a test of this name. */
export function takes(filter: string | undefined, name: string): boolean {
  if (filter === undefined) return true;
  const expression = /^\/(.*)\/$/.exec(filter)?.[1];
  return expression === undefined ? name.includes(filter) : new RegExp(expression).test(name);
}
