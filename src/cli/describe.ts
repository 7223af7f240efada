/** `kro describe`: shows the state of an instance or a graph with its conditions, waits and Events. */
import type { Command } from "commander";
import {
  ApiError,
  gvkKey,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { addCostFlags } from "./cost_flags.ts";
import { Exit } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { graphDescription, instanceDescription } from "./inspect/description.ts";
import { eventsOf } from "./inspect/events.ts";
import { nameOf } from "./inspect/names.ts";
import { ClusterGraphs, Observer } from "./inspect/observer.ts";
import { checkInstance, existing, kindOf, parseObject, refTo } from "./inspect/target.ts";
import type { Output } from "./output.ts";
import { type ConnectionFlags, openSession, type Session } from "./session.ts";

/** Adds the command `kro describe` to the program. */
export function addDescribeCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const command = program.command("describe")
    .description("show the state, conditions, waits, last error and Events of an instance or graph")
    .argument("<target...>", "KIND/NAME or KIND NAME of an instance or a ResourceGraphDefinition")
    .option("-n, --namespace <name>", "namespace of the instance");
  addClusterFlags(command).addOption(featureGatesOption());
  addCostFlags(command).action(async (target, flags) =>
    done(await describeObject(target, flags, output))
  );
}

/** Runs `kro describe KIND/NAME` and returns the exit code. Sends only requests that read. */
export async function describeObject(
  words: readonly string[],
  flags: ConnectionFlags,
  output: Output,
): Promise<number> {
  const { kind: kindName, name } = parseObject(words);
  using session = await openSession(flags, output);
  const kind = await kindOf(session, kindName);
  const ref = refTo(kind, name, session);
  const object = await existing(session, ref);
  const options = { now: Date.now(), width: output.width };
  if (gvkKey(kind) === gvkKey(RGD_KIND)) {
    const rgd = object as ResourceGraphDefinition;
    const instances = await instancesOf(session, rgd);
    const events = await eventsOf(session.client, { instance: object, removed: [] });
    output.out(graphDescription(rgd, instances, events(nameOf(object)), options));
    return Exit.ok;
  }
  const graphs = new ClusterGraphs(session);
  await checkInstance(graphs, ref, object);
  const observer = new Observer(session, graphs);
  const observed = await observer.observe(ref, object);
  await observer.addEvents(observed);
  output.out(instanceDescription(observed, options));
  return Exit.ok;
}

/** Lists the instances of an RGD in all namespaces; undefined when they cannot be listed. */
async function instancesOf(
  { client, discovery }: Session,
  rgd: ResourceGraphDefinition,
): Promise<KubeObject[] | undefined> {
  const gvk = servedKind(rgd);
  const kind: ObjectRef["kind"] | undefined = gvk && await discovery.resolve(gvk);
  if (!kind) return undefined;
  try {
    return (await client.list(kind)).items;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
