/** `kro test`: runs unit tests of RGDs (ResourceGraphDefinitions), without a cluster. */
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions, featureGatesOption, type GateFlags } from "./feature_gates.ts";
import type { Output } from "./output.ts";
import { findTestFiles, parseTestFile } from "./test/file.ts";
import { GraphLoader } from "./test/graphs.ts";
import { formatResults, TEST_FORMATS, type TestFormat } from "./test/report.ts";
import { runTestFile, type TestResult } from "./test/run.ts";
import { Snapshots } from "./test/snapshots.ts";

/** The flags of `kro test`. */
export interface TestFlags extends GateFlags {
  /** The output format that `-o` selects. */
  output: TestFormat;
  /** The string that the names of the tests to run contain, set by `--filter`. */
  filter?: string;
  /** Whether snapshots that differ are written, set by `--update`. */
  update?: boolean;
}

/**
 * Adds the command `kro test` to the program.
 *
 * @param done Called with the exit code of the command.
 */
export function addTestCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  program.command("test").description("run unit tests of RGDs, without a cluster")
    .argument("[paths...]", "test files, or folders with files *.test.yaml (default: .)")
    .addOption(
      new Option("-o, --output <format>", "output format").choices(TEST_FORMATS).default("text"),
    )
    .option("--filter <string>", "run only the tests whose names contain the string")
    .option("--update", "write the snapshots that differ from the objects")
    .addOption(featureGatesOption())
    .action(async (paths: string[], flags) => done(await test(paths, flags, output)));
}

/** Returns the folders to which `kro test` may write snapshots. */
export function snapshotFolders(
  paths: readonly string[],
  { update }: Pick<TestFlags, "update">,
): string[] {
  if (!update) return [];
  return (paths.length > 0 ? paths : ["."]).map((path) =>
    /\.ya?ml$/.test(path) ? dirname(path) : path
  );
}

/** Runs `kro test` and returns the exit code: 1 if a test failed, and 2 if a test file is invalid. */
async function test(
  paths: readonly string[],
  flags: TestFlags,
  output: Output,
): Promise<number> {
  const roots = paths.length > 0 ? paths : ["."];
  const files = (await Promise.all(roots.map(findTestFiles))).flat();
  if (files.length === 0) {
    throw new UsageError(`there is no test file *.test.yaml in ${roots.join(", ")}`);
  }
  const tools = {
    loader: new GraphLoader(compileOptions(flags)),
    snapshots: new Snapshots(flags.update ?? false),
    isSelected: (name: string) => name.includes(flags.filter ?? ""),
  };
  const parsed = [];
  const invalid: string[] = [];
  for (const file of new Set(files)) {
    try {
      parsed.push(parseTestFile(await Deno.readTextFile(file), file));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      invalid.push(error.message);
    }
  }
  for (const message of invalid) output.err(message);
  const results: TestResult[] = [];
  for (const file of parsed) results.push(...await runTestFile(file, tools));
  if (results.length === 0 && invalid.length === 0) {
    throw new UsageError(`no test has a name that contains "${flags.filter}"`);
  }
  output.out(formatResults(results, flags.output));
  for (const path of tools.snapshots.written) output.err(`wrote ${path}`);
  if (invalid.length > 0) return Exit.usage;
  return results.some(({ failures }) => failures.length > 0) ? Exit.failed : Exit.ok;
}
