/** The commands, their flags and their help; turns arguments into one call and one exit code. */
import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../api/mod.ts";
import { apply } from "./apply.ts";
import { argument } from "./argument.ts";
import { controller } from "./controller.ts";
import { addControllerFlags } from "./controller_flags.ts";
import { addCostFlags, addExpressionBudget } from "./cost_flags.ts";
import { deleteObjects } from "./delete.ts";
import { describeError, Exit } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { FINDING_FORMATS } from "./findings.ts";
import { goStyle } from "./go_flags.ts";
import { type Output, parseDuration, parseFormat, processOutput } from "./output.ts";
import { reconcileCluster } from "./reconcile.ts";
import { render } from "./render.ts";
import { validate } from "./validate.ts";

/** Runs one command line (without the program's name) and answers the exit code; never throws. */
export async function main(
  args: readonly string[],
  output: Output = processOutput(),
): Promise<number> {
  let code: number = Exit.ok;
  const program = createProgram(output, (result) => code = result);
  try {
    await program.parseAsync(withGoFlags(args, program), { from: "user" });
    return code;
  } catch (error) {
    // Help and version end by an error too, with exit code 0; commander has printed what it says.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.ok : Exit.usage;
    const { message, code } = describeError(error);
    output.err(`error: ${message}`);
    return code;
  }
}

/** `kro controller` takes its flags as upstream's controller does. */
function withGoFlags(args: readonly string[], program: Command): string[] {
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const command = program.commands.find((c) => c.name() === "controller");
  if (!command || args[at] !== "controller") return [...args];
  return [...args.slice(0, at + 1), ...goStyle(args.slice(at + 1), command)];
}

function createProgram(output: Output, done: (code: number) => void): Command {
  const program = new Command("kro")
    .description("Kube Resource Orchestrator: new Kubernetes kinds from a few lines of YAML")
    .version(VERSION, "--version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text),
      // One line, with the suggestion behind the fault.
      writeErr: (text) => output.err(text.trim().replace(/\n\(/g, " (")),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });

  const command = (usage: string, description: string) =>
    program.command(usage).description(description);

  addControllerFlags(command("controller", "run the operator until it is told to stop"))
    .action(async (flags) => done(await controller(flags, output)));

  const applyCommand = command(
    "apply",
    "apply RGDs and instances, and reconcile them until they settle",
  )
    .requiredOption("-f, --filename <path>", "file, folder, or - for standard input", collect)
    .option("--no-install", "do not install kro's own CRDs when they are missing")
    .addOption(featureGatesOption());
  connection(oneShot(addCostFlags(applyCommand)))
    .action(async (flags) => done(await apply(flags, output)));

  const reconcileCommand = command("reconcile", "reconcile what is in the cluster, once")
    .argument("[targets...]", "KIND or KIND/NAME; all instances when none is given")
    .option("-A, --all-namespaces", "instances of all namespaces")
    .addOption(featureGatesOption());
  connection(oneShot(addCostFlags(reconcileCommand)))
    .action(async (targets, flags) => done(await reconcileCluster(targets, flags, output)));

  const deleteCommand = command("delete", "delete instances and RGDs; no controller is needed")
    .argument("[targets...]", "KIND/NAME")
    .option("-f, --filename <path>", "file, folder, or - for standard input", collect);
  connection(oneShot(deleteCommand))
    .action(async (targets, flags) => done(await deleteObjects(targets, flags, output)));

  const renderCommand = command(
    "render",
    "show what a graph makes, in memory and without a cluster",
  )
    .requiredOption("-f, --filename <path>", "file, folder, or - for standard input", collect)
    .option("-n, --namespace <name>", "namespace of instances that name none", "default")
    .addOption(featureGatesOption());
  addCostFlags(renderCommand).action(async (flags) => done(await render(flags, output)));

  addExpressionBudget(
    command("validate", "find all that is wrong with RGDs, with or without a cluster"),
  )
    .requiredOption("-f, --filename <path>", "file, folder, or - for standard input", collect)
    .option("--offline", "check against the built-in kinds of Kubernetes and the files alone")
    .option("--crd <path>", "file or folder with CustomResourceDefinitions", collect)
    .addOption(
      new Option("-o, --output <format>", "text, json, or github for workflow annotations")
        .choices(FINDING_FORMATS).default("text"),
    )
    .addOption(featureGatesOption())
    .option("--kubeconfig <file>", "kubeconfig; $KUBECONFIG or ~/.kube/config by default")
    .option("--context <name>", "context of the kubeconfig")
    .action(async (flags) => done(await validate(flags, output)));

  command("version", "print the version").action(() => output.out(`${VERSION}\n`));
  return program;
}

/** Flags of the commands that reconcile in this process. */
function oneShot(command: Command): Command {
  return command
    .option("--timeout <duration>", "how long objects may take", argument(parseDuration), 300_000)
    .addOption(
      new Option("-o, --output <format>", "table, yaml or json")
        .argParser(argument(parseFormat)).default("table"),
    )
    .option("--force-local", "reconcile here even though a controller is running");
}

/** Flags of the commands that talk to a cluster. */
function connection(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "namespace of objects that name none")
    .option("--kubeconfig <file>", "kubeconfig; $KUBECONFIG or ~/.kube/config by default")
    .option("--context <name>", "context of the kubeconfig");
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
