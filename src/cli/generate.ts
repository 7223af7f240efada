/** `kro generate` and `kro graph`: derive files and drawings from RGDs. */
import type { Command } from "commander";
import { addClusterFlags } from "./cluster_flags.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { collect } from "./flag_values.ts";
import { type ApiGenerator, generateApi } from "./generate_api.ts";
import { addRbacFlags, generateRbac } from "./generate_rbac.ts";
import { addDrawFlags, drawGraph } from "./graph.ts";
import type { Output } from "./output.ts";

/**
 * Adds the command `kro generate` with its subcommands to the program.
 *
 * @param done Called with the exit code of the command.
 */
export function addGenerate(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const generate = program.command("generate").description("derive files from RGDs");
  const command = (name: string, description: string) =>
    graphFlags(generate.command(name).description(description));
  addRbacFlags(command("rbac", "print the RBAC roles that the controller needs for RGDs"))
    .action(async (names, flags) => done(await generateRbac(names, flags, output)));
  const describe = (name: ApiGenerator, description: string) =>
    command(name, description)
      .action(async (names, flags) => done(await generateApi(name, names, flags, output)));
  describe("crd", "print the CRDs that kro generates for RGDs");
  describe("jsonschema", "print the JSON Schema of the kind that an RGD defines, for editors");
  describe("instance", "print commented sample instances of RGDs");
  describe("docs", "print a reference of the kinds that RGDs define, as Markdown");
}

/**
 * Adds the command `kro graph` to the program.
 *
 * @param done Called with the exit code of the command.
 */
export function addGraph(program: Command, output: Output, done: (code: number) => void): void {
  const command = program.command("graph").description("draw the graph of an RGD");
  addDrawFlags(graphFlags(command))
    .action(async (names, flags) => done(await drawGraph(names, flags, output)));
}

/** Adds the argument and the flags that name RGDs. */
function graphFlags(command: Command): Command {
  command
    .argument("[names...]", "names of RGDs in the files of -f, or in the cluster without -f")
    .option("-f, --filename <path>", "file or folder with RGDs, or - for standard input", collect)
    .option("--crd <path>", "file or folder with CustomResourceDefinitions", collect)
    .option("--all", "all RGDs of the cluster")
    .addOption(featureGatesOption());
  return addClusterFlags(command);
}
