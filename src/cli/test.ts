/** `kro test`: runs unit tests of RGDs (ResourceGraphDefinitions), without a cluster. */
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { describeError, Exit, UsageError } from "./errors.ts";
import { compileOptions, featureGatesOption, type GateFlags } from "./feature_gates.ts";
import { argument } from "./flag_values.ts";
import { onInterrupt } from "./interrupt.ts";
import { readText } from "./manifests.ts";
import type { Output } from "./output.ts";
import { CoverageReport, percent } from "./test/coverage.ts";
import { findTestFiles, parseTestFile, type TestFile } from "./test/file.ts";
import { GraphLoader } from "./test/graphs.ts";
import { formatResults, TEST_FORMATS, type TestFormat } from "./test/report.ts";
import { runTestFile, type TestResult } from "./test/run.ts";
import { Snapshots } from "./test/snapshots.ts";
import { inputsOf, runOnChange } from "./test/watch.ts";

/** The flags of `kro test`. */
export interface TestFlags extends GateFlags {
  /** The output format that `-o` selects. */
  output: TestFormat;
  /** A string that the names of the selected tests contain, set by `--filter`. */
  filter?: string;
  /** Whether snapshots that are missing or differ from the objects are written, set by `--update`. */
  update?: boolean;
  /** Whether the coverage of the RGDs is reported, set by `--coverage`. */
  coverage?: boolean;
  /** The smallest permitted coverage of each RGD in percent, set by `--min-coverage`. */
  minCoverage?: number;
  /** Whether the tests run again when a file changes, set by `--watch`. */
  watch?: boolean;
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
    .option("--coverage", "report the parts of RGDs that no test reaches")
    .addOption(
      new Option("--min-coverage <percent>", "fail if a smaller part of an RGD is tested")
        .argParser(argument(parsePercent)).implies({ coverage: true }),
    )
    .option("--watch", "run the tests again when a file changes, until SIGINT")
    .addOption(featureGatesOption())
    .action(async (paths: string[], flags) => {
      using _interrupt = onInterrupt();
      if (!flags.watch) return done(await test(paths, flags, output));
      await watchTests(paths, flags, output, new AbortController().signal);
    });
}

/**
 * Runs `kro test --watch`: runs the tests, and again whenever one of their files changes, until the signal is
 * aborted. An error, such as an invalid test file, does not end the command.
 */
export async function watchTests(
  paths: readonly string[],
  flags: TestFlags,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const roots = paths.length > 0 ? paths : ["."];
  // A path that does not exist ends the command, because it cannot be watched.
  await Promise.all(roots.map(findTestFiles));
  const pathsOf = async () => {
    const { parsed } = await readTestFiles(roots);
    return [...new Set([...roots, ...(await Promise.all(parsed.map(inputsOf))).flat()])];
  };
  const run = () =>
    test(paths, flags, output).catch((error) =>
      output.err(`error: ${describeError(error).message}`)
    );
  await runOnChange(pathsOf, run, signal);
}

/** Reads the test files in files and folders, and returns the error of each invalid test file. */
async function readTestFiles(
  roots: readonly string[],
): Promise<{ parsed: TestFile[]; invalid: string[] }> {
  const files = new Set((await Promise.all(roots.map(findTestFiles))).flat());
  const parsed: TestFile[] = [];
  const invalid: string[] = [];
  for (const file of files) {
    try {
      parsed.push(parseTestFile(await readText(file), file));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      invalid.push(error.message);
    }
  }
  return { parsed, invalid };
}

function parsePercent(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 100) return value;
  throw new UsageError(`"${text}" is not a whole number from 0 to 100`);
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
  const { parsed, invalid } = await readTestFiles(roots);
  if (parsed.length + invalid.length === 0) {
    throw new UsageError(`there is no test file *.test.yaml in ${roots.join(", ")}`);
  }
  const tools = {
    loader: new GraphLoader(compileOptions(flags)),
    snapshots: new Snapshots(flags.update ?? false),
    coverage: flags.coverage ? new CoverageReport() : undefined,
    isSelected: (name: string) => name.includes(flags.filter ?? ""),
  };
  for (const message of invalid) output.err(message);
  const results: TestResult[] = [];
  for (const file of parsed) results.push(...await runTestFile(file, tools));
  if (results.length === 0 && invalid.length === 0) {
    throw new UsageError(`no test has a name that contains "${flags.filter}"`);
  }
  for (const warning of new Set(tools.loader.warnings)) output.err(warning);
  const coverage = tools.coverage?.results();
  output.out(formatResults(results, flags.output, coverage));
  for (const path of tools.snapshots.written) output.err(`wrote ${path}`);
  if (invalid.length > 0) return Exit.usage;
  const low = (coverage ?? []).filter((each) => percent(each) < (flags.minCoverage ?? 0));
  for (const each of low) {
    output.err(
      `the coverage of ${each.name} is ${percent(each)} %, less than ${flags.minCoverage} %`,
    );
  }
  const failed = results.some(({ failures }) => failures.length > 0);
  return failed || low.length > 0 ? Exit.failed : Exit.ok;
}
