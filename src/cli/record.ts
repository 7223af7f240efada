/** `kro record` and `kro replay`: save a pass over an instance to a file, and repeat it without the cluster. */
import { type Command, Option } from "commander";
import { gvkKey, jsonText, refText, RGD_KIND } from "../api/mod.ts";
import type { NodeOutcome } from "../reconcile/mod.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { addCostFlags } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { existing, kindOf, parseObject, refTo } from "./inspect/target.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { readRecord, recordText, writeRecord } from "./record/file.ts";
import { graphOf, isComputedFromSecrets, recordInstance, replayPass } from "./record/pass.ts";
import { differencesOf, type ReplayResult, replayText } from "./record/report.ts";
import { type ConnectionFlags, listRgds, openSession } from "./session.ts";
import { checkWritable } from "./write_file.ts";
import { toYaml } from "./yaml.ts";

/** The flags of `kro record`. */
export interface RecordFlags extends ConnectionFlags {
  /** The file to which the record is written; stdout when absent. */
  out?: string;
}

/** The flags of `kro replay`. */
export interface ReplayFlags {
  /** The output format that `-o` selects. */
  output: typeof REPLAY_FORMATS[number];
}

/** The formats in which `kro replay` prints the result of the pass. */
const REPLAY_FORMATS = ["text", "json", "yaml"] as const;

/**
 * Adds the commands `kro record` and `kro replay` to the program.
 *
 * @param done Called with the exit code of the command.
 */
export function addRecordCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const record = program.command("record")
    .description("save what one pass over an instance reads, for kro replay; changes nothing")
    .argument("<target...>", "KIND/NAME or KIND NAME of an instance")
    .option("--out <file>", "file to write instead of standard output")
    .option("-n, --namespace <name>", "namespace of the instance");
  addClusterFlags(record).addOption(featureGatesOption());
  addCostFlags(record).action(async (target, flags) => done(await recordTo(target, flags, output)));
  program.command("replay")
    .description("repeat the pass of a record, without a cluster")
    .argument("<file>", "file that kro record has written, or - for standard input")
    .addOption(
      new Option("-o, --output <format>", "output format").choices(REPLAY_FORMATS).default("text"),
    )
    .action(async (file, flags) => done(await replay(file, flags, output)));
}

/** Runs `kro record` with the words `KIND/NAME` or `KIND NAME`, and returns the exit code. */
async function recordTo(
  words: readonly string[],
  flags: RecordFlags,
  output: Output,
): Promise<number> {
  using _interrupt = onInterrupt();
  const { kind: kindName, name } = parseObject(words);
  if (flags.out !== undefined) checkWritable(flags.out, "record");
  using session = await openSession(flags, output);
  const kind = await kindOf(session, kindName);
  if (gvkKey(kind) === gvkKey(RGD_KIND)) {
    throw new UsageError(
      "kro record records an instance: name the kind that the ResourceGraphDefinition defines",
    );
  }
  const rgds = await listRgds(session);
  const source = await graphOf(session, kind, rgds);
  if (!source) {
    throw new UsageError(
      `no ResourceGraphDefinition defines ${kind.kind}: kro record records instances of graphs`,
    );
  }
  const ref = refTo(source.graph.instance, name, session);
  const instance = await existing(session, ref);
  const isConfidential = await isComputedFromSecrets(session, instance, rgds);
  const record = await recordInstance(session, source, ref, instance, isConfidential);
  if (flags.out === undefined) output.out(recordText(record));
  else writeRecord(flags.out, record);
  const { calls, unreproducible } = record;
  output.err(`recorded ${refText(ref)}: ${calls.length} answers`);
  if (unreproducible.length > 0) {
    output.err(`values of Secrets are replaced; not reproducible: ${unreproducible.join(", ")}`);
  }
  return Exit.ok;
}

/** Runs `kro replay FILE`. Returns the exit code: 1 if a node has another result than in the record. */
async function replay(file: string, flags: ReplayFlags, output: Output): Promise<number> {
  const record = await readRecord(file);
  const { state, conditions, nodes, removed, next } = await replayPass(record);
  const result: ReplayResult = {
    kroVersion: record.kroVersion,
    time: record.time,
    instance: {
      apiVersion: record.instance.apiVersion,
      kind: record.instance.kind,
      ...(record.instance.metadata.namespace && { namespace: record.instance.metadata.namespace }),
      name: record.instance.metadata.name!,
    },
    state,
    conditions,
    nodes: nodes.map((node) => marked(node, record.unreproducible)),
    removed,
    next,
  };
  if (flags.output === "json") output.out(`${jsonText(result, 2)}\n`);
  else if (flags.output === "yaml") output.out(toYaml(result));
  else output.out(replayText(result, output));
  const differences = differencesOf(record, nodes);
  for (const difference of differences) output.err(difference);
  return differences.length > 0 ? Exit.failed : Exit.ok;
}

function marked(node: NodeOutcome, unreproducible: readonly string[]) {
  return { ...node, reproducible: !unreproducible.includes(node.id) };
}
