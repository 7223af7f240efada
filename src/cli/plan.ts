/**
 * `kro plan`: shows what applying RGDs and instances would change in a cluster, without changing anything.
 */
import { type Command, Option } from "commander";
import { didYouMean, jsonText, plainKind, VERSION } from "../api/mod.ts";
import {
  exceeded,
  FORBIDDABLE,
  hasChanges,
  hasRefusals,
  MAX_COMMENT,
  type ObjectAction,
  type Painter,
  planMarkdown,
  type PlanReport,
  planText,
} from "../explain/mod.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { addCostFlags } from "./cost_flags.ts";
import { describeError, UsageError } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { argument, parseCount } from "./flag_values.ts";
import { onInterrupt } from "./interrupt.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import type { Output } from "./output.ts";
import { clusterIdentity, stateOf, writePlan } from "./plan/file.ts";
import { makePlan, type Plan } from "./plan/planner.ts";
import { addRequiredFilename } from "./required_flags.ts";
import { type ConnectionFlags, openSession, type Session } from "./session.ts";
import { checkWritable } from "./write_file.ts";

/** The formats in which `kro plan` prints its report. */
const FORMATS = ["text", "json", "markdown", "github"] as const;

/** The exit codes of `kro plan`, which equal those of `kubectl diff`. */
const PlanExit = {
  unchanged: 0,
  changes: 1,
  /** The API server or kro would refuse a change, a limit is exceeded, or an error occurred. */
  refused: 2,
} as const;

/** The flags that limit a plan. */
export interface LimitFlags {
  /** The largest number of objects that may change, set by `--max-changes`; unlimited when absent. */
  maxChanges?: number;
  /** The largest number of objects that may be deleted, set by `--max-deletes`; unlimited when absent. */
  maxDeletes?: number;
  /** The effects that the plan must not have on any object, set by `--forbid`. */
  forbid?: ObjectAction[];
}

/** The flags of `kro plan`. */
export interface PlanFlags extends ConnectionFlags, LimitFlags {
  /** The files and folders that `-f` names; at least one. */
  filename: string[];
  /** The output format that `-o` selects. */
  output: typeof FORMATS[number];
  /** The file to which the plan is saved, for `kro apply --plan`. */
  out?: string;
}

/** Adds the command `kro plan` to the program. */
export function addPlanCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const command = addRequiredFilename(program.command("plan"))
    .description("show what applying RGDs and instances would change; changes nothing")
    .addOption(
      new Option("-o, --output <format>", "output format; github fits into a comment of 64 KB")
        .choices([...FORMATS]).default("text"),
    )
    .option("--out <file>", "file to save the plan to, for kro apply --plan")
    .option("-n, --namespace <name>", "namespace of objects without one");
  addClusterFlags(command).addOption(featureGatesOption());
  addCostFlags(addLimitFlags(command))
    .action(async (flags) => done(await plan(flags, output)));
}

/** Adds the flags that limit a plan. */
export function addLimitFlags(command: Command): Command {
  const words = Object.keys(FORBIDDABLE).join(", ");
  return command
    .addOption(
      new Option("--max-changes <n>", "refuse if more objects change").argParser(
        argument(parseCount),
      ),
    )
    .addOption(
      new Option("--max-deletes <n>", "refuse if more objects are deleted").argParser(
        argument(parseCount),
      ),
    )
    .addOption(
      new Option("--forbid <actions>", `refuse if an object needs one of: ${words}`).argParser(
        argument(parseForbid),
      ),
    );
}

/** Parses the value of `--forbid`, such as `replace,prune`. Throws UsageError for an unknown action. */
export function parseForbid(text: string): ObjectAction[] {
  return text.split(",").map((part) => part.trim()).filter(Boolean).map((word) => {
    const action = Object.hasOwn(FORBIDDABLE, word) ? FORBIDDABLE[word] : undefined;
    if (action) return action;
    const known = Object.keys(FORBIDDABLE);
    throw new UsageError(
      `unknown action "${word}"; ${didYouMean(word, known) ?? `known are ${known.join(", ")}`}`,
    );
  });
}

/**
 * Runs `kro plan` and returns the exit code. SIGINT and SIGTERM end the process with the exit codes of
 * {@link onInterrupt}.
 */
export async function plan(flags: PlanFlags, output: Output): Promise<number> {
  using _interrupt = onInterrupt((signal) =>
    output.err(`interrupted by ${signal}: the plan is incomplete, and nothing was changed`)
  );
  try {
    const manifests = await readManifests(flags.filename);
    if (flags.out !== undefined) checkWritable(flags.out, "plan");
    using session = await openSession(flags, output);
    const made = await makePlan(session, manifests);
    const { report } = made;
    output.out(formatted(report, flags.output, output));
    if (flags.out !== undefined) await save(flags.out, session, manifests, made);
    const excess = exceeded(report, flags);
    for (const line of excess) output.err(`refused: ${line}`);
    return excess.length > 0 ? PlanExit.refused : exitOf(report);
  } catch (error) {
    const { message } = describeError(error);
    output.err(`error: ${message}`);
    return PlanExit.refused;
  }
}

async function save(
  path: string,
  { client, namespace }: Session,
  manifests: readonly Manifest[],
  { report, states, instances }: Plan,
): Promise<void> {
  writePlan(path, {
    version: VERSION,
    cluster: await clusterIdentity(client),
    namespace,
    manifests: manifests.map(({ object }) => object),
    instances: instances.filter(({ planned }) => planned)
      .map(({ ref: { kind, ...ref } }) => ({ kind: plainKind(kind), ...ref })),
    states: states.map(({ ref: { kind, ...ref }, live }) => ({
      ref: { kind: plainKind(kind), ...ref },
      state: stateOf(live),
    })),
    report,
  });
}

function exitOf(report: PlanReport): number {
  if (hasRefusals(report)) return PlanExit.refused;
  return hasChanges(report) ? PlanExit.changes : PlanExit.unchanged;
}

/** Formats the report in the format that `-o` selects. */
export function formatted(
  report: PlanReport,
  format: PlanFlags["output"],
  { color }: Output,
): string {
  switch (format) {
    case "json":
      return `${jsonText(report, 2)}\n`;
    case "markdown":
      return planMarkdown(report);
    case "github":
      return planMarkdown(report, MAX_COMMENT);
    case "text":
      return planText(report, color && Deno.stdout.isTerminal() ? paintAction : undefined);
  }
}

const COLORS: Record<ObjectAction, number> = {
  created: 32,
  changed: 33,
  adopted: 33,
  replaced: 35,
  pruned: 31,
  refused: 31,
};

const paintAction: Painter = (text, action) => `\x1b[${COLORS[action]}m${text}\x1b[0m`;
