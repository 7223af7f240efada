/** The commands of kro, with their flags and their help. */
import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../api/mod.ts";
import { apply } from "./apply.ts";
import { addCheckCommand } from "./check.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { clusterNames } from "./completion/names.ts";
import { addCompletion, COMPLETE, printCompletion } from "./completion.ts";
import { confine, hostsOf } from "./confine.ts";
import { controller } from "./controller.ts";
import { addControllerFlags } from "./controller_flags.ts";
import { addCostFlags, addExpressionBudget } from "./cost_flags.ts";
import { addDashboardCommand } from "./dashboard.ts";
import { deleteObjects } from "./delete.ts";
import { addDescribeCommand } from "./describe.ts";
import { describeError, Exit } from "./errors.ts";
import { addExamples } from "./examples.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { collect } from "./flag_values.ts";
import { addGenerate, addGraph } from "./generate.ts";
import { addGetCommand } from "./get.ts";
import { FINDING_FORMATS } from "./findings.ts";
import { goStyle } from "./go_flags.ts";
import { durationOption } from "./durations.ts";
import { FORMATS, type Output, processOutput } from "./output.ts";
import { addLimitFlags, addPlanCommand } from "./plan.ts";
import { withKubectlHint } from "./kubectl_hints.ts";
import { programName } from "./program_name.ts";
import { addRecordCommands } from "./record.ts";
import { reconcileCluster } from "./reconcile.ts";
import { render } from "./render.ts";
import { addRequiredFilename, checkRequiredFlags } from "./required_flags.ts";
import { addTestCommand, snapshotFolders } from "./test.ts";
import { validate } from "./validate.ts";
import { addWhyCommand } from "./why.ts";
import { partialPath } from "./write_file.ts";

/** The default of `--timeout`, in milliseconds. */
const TIMEOUT_MS = 300_000;

/**
 * Runs one command line and returns the exit code ({@link Exit}). Never rejects: an error is printed as one
 * line on `output.err`.
 *
 * @param args The arguments, without the name of the program.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { main } from "./mod.ts";
 *
 * const lines: string[] = [];
 * const output = { out() {}, err: (line: string) => void lines.push(line), color: false };
 * assert.equal(await main(["render", "-f", "missing.yaml"], output), 2);
 * assert.match(lines.join("\n"), /^error: .*missing\.yaml/);
 * ```
 */
export async function main(
  args: readonly string[],
  output: Output = processOutput(),
): Promise<number> {
  let code: number = Exit.ok;
  const program = createProgram(output, (result) => code = result);
  try {
    if (args[0] === COMPLETE) {
      confine({ writes: [] });
      await printCompletion(program, args.slice(1), clusterNames(), output);
      return Exit.ok;
    }
    await program.parseAsync(withGoFlags(args, program), { from: "user" });
    return code;
  } catch (error) {
    // A CommanderError needs no output, because the library commander has already printed its message. After
    // printing help or the version, commander also throws such an error, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.ok : Exit.usage;
    const { message, code } = describeError(error);
    output.err(`error: ${message}`);
    return code;
  }
}

/**
 * Rewrites the flags of `kro controller` from the form of Go's `flag` package, which upstream's manifests
 * use.
 */
function withGoFlags(args: readonly string[], program: Command): string[] {
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const command = program.commands.find((c) => c.name() === "controller");
  if (!command || args[at] !== "controller") return [...args];
  return [...args.slice(0, at + 1), ...goStyle(args.slice(at + 1), command)];
}

/**
 * Builds the parser of all commands with their flags. Parsing arguments with the returned parser runs the
 * command that the arguments name.
 *
 * @param done Called with the exit code of the command.
 * @param name The name of the program in the help.
 */
export function createProgram(
  output: Output,
  done: (code: number) => void,
  name: string = programName(),
): Command {
  const program = new Command(name)
    .description("Kube Resource Orchestrator: new Kubernetes kinds from a few lines of YAML")
    .version(VERSION, "--version", "print the version")
    .option("--no-color", "print without colors, as with the environment variable NO_COLOR")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text),
      // For an unknown name, the library commander prints a suggestion such as "(Did you mean apply?)" on a
      // second line. Errors of kro are a single line, so the two lines are joined.
      writeErr: (text) => output.err(withKubectlHint(text.trim().replace(/\n\(/g, " ("))),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });

  program.hook("preAction", (_, command) => {
    checkRequiredFlags(command);
    if (program.opts().color === false) output.color = false;
    confineCommand(command);
  });

  const command = (usage: string, description: string) =>
    program.command(usage).description(description);

  addControllerFlags(command("controller", "run the operator until SIGINT or SIGTERM"))
    .action(async (flags) => done(await controller(flags, output)));

  const applyCommand = command(
    "apply",
    "apply RGDs and instances, and reconcile them until they are ready",
  )
    .option("-f, --filename <path>", "file, folder, or - for standard input", collect)
    .option("--plan <file>", "saved plan of kro plan --out, or - for standard input; instead of -f")
    .option("--no-install", "do not install kro's own CRDs if they are missing")
    .addOption(featureGatesOption());
  connection(oneShot(addCostFlags(addLimitFlags(applyCommand))))
    .action(async (flags) => done(await apply(flags, output)));

  const reconcileCommand = command("reconcile", "reconcile RGDs and instances of the cluster, once")
    .argument("[targets...]", "KIND or KIND/NAME; all RGDs and instances if none is given")
    .option("-A, --all-namespaces", "reconcile instances of all namespaces")
    .addOption(featureGatesOption());
  connection(oneShot(addCostFlags(reconcileCommand)))
    .action(async (targets, flags) => done(await reconcileCluster(targets, flags, output)));

  const deleteCommand = command("delete", "delete instances and RGDs; no controller is needed")
    .argument("[targets...]", "KIND/NAME")
    .option("-f, --filename <path>", "file, folder, or - for standard input", collect);
  connection(oneShot(deleteCommand))
    .action(async (targets, flags) => done(await deleteObjects(targets, flags, output)));

  addGetCommand(program, output, done);
  addDescribeCommand(program, output, done);
  addWhyCommand(program, output, done);
  addDashboardCommand(program, output, done);
  addPlanCommand(program, output, done);

  const renderCommand = addRequiredFilename(
    command("render", "print the objects of a graph, without a cluster"),
  )
    .option(
      "-i, --instance <path>",
      "file or folder with the instances to render; those of -f by default",
      collect,
    )
    .option("-n, --namespace <name>", "namespace of instances without one", "default")
    .option(
      "--observed <path>",
      "file or folder with objects that exist in the cluster, such as external objects",
      collect,
    )
    .addOption(featureGatesOption());
  addCostFlags(renderCommand).action(async (flags) => done(await render(flags, output)));

  const validateCommand = command(
    "validate",
    "report every problem of RGDs, with or without a cluster",
  );
  addRequiredFilename(addExpressionBudget(validateCommand))
    .option("--offline", "check against the built-in kinds of Kubernetes and the files only")
    .option("-v, --verbose", "name the instances that a breaking change would invalidate")
    .option("--crd <path>", "file or folder with CustomResourceDefinitions", collect)
    .addOption(
      new Option("-o, --output <format>", "output format; github prints workflow annotations")
        .choices(FINDING_FORMATS).default("text"),
    )
    .addOption(featureGatesOption());
  addClusterFlags(validateCommand)
    .action(async (flags) => done(await validate(flags, output)));

  addGenerate(program, output, done);
  addGraph(program, output, done);
  addCheckCommand(program, output, done);
  addTestCommand(program, output, done);
  addRecordCommands(program, output, done);

  addCompletion(program, output);
  command("version", "print the version").action(() => output.out(`${VERSION}\n`));
  addExamples(program);
  return program;
}

/**
 * Gives up the permissions that a one-shot command does not need. A command without a cluster may run no
 * program and reach no host; `kro check` and `kro why --server` may reach the host of their URL. The only files
 * that a command may write are the file of `--out` and, for `kro test --update`, the files in the folders of the
 * snapshots.
 */
function confineCommand(command: Command): void {
  if (command.name() === "controller") return;
  const { offline, out, server } = command.opts<
    { offline?: boolean; out?: string; server?: string }
  >();
  const snapshots = command.name() === "test" ? snapshotFolders(command.args, command.opts()) : [];
  const url = command.name() === "check" ? command.args[0] : server;
  const needsCluster = command.options.some(({ long }) => long === "--kubeconfig");
  const isLocal = offline || server !== undefined || !needsCluster;
  const hosts = url === undefined ? [] : hostsOf({ server: url });
  const writes = [...(out ? [out, partialPath(out)] : []), ...snapshots];
  confine({ writes, ...(isLocal && { hosts, run: false }) });
}

/** Adds the flags of commands that reconcile objects in their own process. */
function oneShot(command: Command): Command {
  return command
    .addOption(durationOption("--timeout <duration>", "time to wait for objects", TIMEOUT_MS))
    .addOption(
      new Option("-o, --output <format>", "output format").choices(FORMATS).default("table"),
    )
    .option("--force-local", "reconcile in this process even if a controller is running");
}

/** Adds the flags of commands that connect to a cluster. */
function connection(command: Command): Command {
  return addClusterFlags(
    command.option("-n, --namespace <name>", "namespace of objects without one"),
  );
}
