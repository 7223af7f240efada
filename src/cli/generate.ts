/** `kro generate`: derives files from RGDs. */
import type { Command } from "commander";
import { featureGatesOption } from "./feature_gates.ts";
import { addRbacFlags, generateRbac } from "./generate_rbac.ts";
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
    graphFlags(generate.command(`${name} [names...]`).description(description));
  addRbacFlags(command("rbac", "print the RBAC roles that the controller needs for RGDs"))
    .action(async (names, flags) => done(await generateRbac(names, flags, output)));
}

/** Adds the flags that name RGDs. */
function graphFlags(command: Command): Command {
  const collect = (value: string, previous: string[] = []) => [...previous, value];
  return command
    .option("-f, --filename <path>", "file or folder with RGDs, or - for standard input", collect)
    .option("--crd <path>", "file or folder with CustomResourceDefinitions", collect)
    .option("--all", "all RGDs of the cluster")
    .addOption(featureGatesOption())
    .option("--kubeconfig <file>", "kubeconfig file; $KUBECONFIG or ~/.kube/config by default")
    .option("--context <name>", "context of the kubeconfig; the current one by default");
}
