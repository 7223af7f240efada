/**
 * `kro reconcile`: reconciles RGDs (ResourceGraphDefinitions) and instances of the cluster once, and exits.
 */
import {
  gvkKey,
  type ObjectRef,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import { Exit, UsageError } from "./errors.ts";
import { existingOnes, kindOf, refTo } from "./inspect/target.ts";
import { followReady } from "./follow.ts";
import { CommandProgress } from "./command_progress.ts";
import { onInterrupt } from "./interrupt.ts";
import { LocalReconciler } from "./local_reconciler.ts";
import type { Output } from "./output.ts";
import { Report, rgdRef } from "./report.ts";
import {
  ensureOwnKinds,
  leftToController,
  listRgds,
  type OneShotFlags,
  openSession,
  parseTarget,
  type Session,
} from "./session.ts";

/** The flags of `kro reconcile`. */
export interface ReconcileFlags extends OneShotFlags {
  /** Whether the instances of all namespaces are reconciled, set by `-A`. */
  allNamespaces?: boolean;
}

/**
 * Runs `kro reconcile [KIND[/NAME]]...` and returns the exit code. SIGINT and SIGTERM print what was reconciled,
 * and end the process with the exit codes of {@link onInterrupt}.
 */
export async function reconcileCluster(
  targets: readonly string[],
  flags: ReconcileFlags,
  output: Output,
): Promise<number> {
  if (flags.allNamespaces && flags.namespace) {
    throw new UsageError("-A and -n exclude each other");
  }
  const wanted = targets.map(parseTarget);
  const report = new Report(output);
  const progress = new CommandProgress("reconcile", report);
  using _interrupt = onInterrupt((signal) => {
    if (progress.hasBegun) report.print(flags.output);
    output.err(progress.interruptedText(signal));
  });
  using session = await openSession(flags, output);
  await ensureOwnKinds(session, false);

  const local = await leftToController(session, flags)
    ? undefined
    : new LocalReconciler(session, report, flags.timeout);
  progress.isLeftToController = local === undefined;
  const isAll = wanted.length === 0;
  const rgds = isAll ? await listRgds(session) : [];
  const refs = isAll
    ? rgds.map(rgdRef)
    : (await Promise.all(wanted.map((w) => named(session, w, report, flags.allNamespaces)))).flat();
  progress.add(refs);
  const graphs = progress.begin(refs.filter((ref) => gvkKey(ref.kind) === gvkKey(RGD_KIND)));
  if (local) await local.publish(isAll ? rgds : await read(session, graphs, report));
  else await followReady(session, graphs, report, flags.timeout);

  const instances = isAll
    ? await instancesOf(session, rgds, flags.allNamespaces)
    : refs.filter((ref) => !graphs.includes(ref));
  progress.begin(instances);
  if (local) await local.converge(instances);
  else await followReady(session, instances, report, flags.timeout);

  if (isAll && rgds.length === 0) output.err("no ResourceGraphDefinitions found");
  report.print(flags.output);
  return report.failed ? Exit.failed : Exit.ok;
}

/** Reads RGDs. An RGD that does not exist is reported as failed. */
async function read(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
): Promise<ResourceGraphDefinition[]> {
  const found = await Promise.all(refs.map(async (ref) => {
    const object = await session.client.get(ref);
    if (!object) report.ended(ref, "not found", undefined, true);
    return object as ResourceGraphDefinition | undefined;
  }));
  return found.filter((rgd) => rgd !== undefined);
}

/** Lists the instances of all kinds that the RGDs define. */
async function instancesOf(
  session: Session,
  rgds: readonly ResourceGraphDefinition[],
  everywhere = false,
): Promise<ObjectRef[]> {
  const lists: ObjectRef[][] = [];
  for (const rgd of rgds) {
    const gvk = servedKind(rgd);
    const kind = gvk && await session.discovery.resolve(gvk);
    if (kind) lists.push(await listed(session, kind, everywhere));
  }
  return lists.flat();
}

async function named(
  session: Session,
  target: { kind: string; name?: string },
  report: Report,
  everywhere = false,
): Promise<ObjectRef[]> {
  const kind = await kindOf(session, target.kind);
  if (target.name === undefined) return await listed(session, kind, everywhere);
  return await existingOnes(session, [refTo(kind, target.name, session)], report);
}

async function listed(
  session: Session,
  kind: ObjectRef["kind"],
  everywhere: boolean,
): Promise<ObjectRef[]> {
  const namespace = kind.namespaced && !everywhere ? session.namespace : undefined;
  const { items } = await session.client.list(kind, { namespace, metadataOnly: true });
  return items.map(({ metadata }) => ({
    kind,
    namespace: metadata.namespace,
    name: metadata.name!,
  }));
}
