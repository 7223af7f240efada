/**
 * `kro delete`: deletes instances and RGDs (ResourceGraphDefinitions). The objects of an instance are deleted
 * in reverse order of their dependencies. The CRD of a deleted RGD stays.
 */
import {
  gvkKey,
  isNotFound,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import { withdrawGraph } from "../publish/mod.ts";
import { Exit, UsageError } from "./errors.ts";
import { existingOnes, kindOf, refTo } from "./inspect/target.ts";
import { CommandProgress } from "./command_progress.ts";
import { onInterrupt } from "./interrupt.ts";
import { readManifests } from "./manifests.ts";
import { followGone } from "./follow.ts";
import { LocalReconciler } from "./local_reconciler.ts";
import type { Output } from "./output.ts";
import { isOfKind, refOf, Report, rgdRef } from "./report.ts";
import {
  leftToController,
  type OneShotFlags,
  openSession,
  parseTarget,
  type Session,
} from "./session.ts";

/** The flags of `kro delete`. */
export interface DeleteFlags extends OneShotFlags {
  /** The files and folders that `-f` names. */
  filename?: string[];
}

/**
 * Runs `kro delete -f FILE|KIND/NAME` and returns the exit code. SIGINT and SIGTERM print what was deleted, and
 * end the process with the exit codes of {@link onInterrupt}.
 */
export async function deleteObjects(
  targets: readonly string[],
  flags: DeleteFlags,
  output: Output,
): Promise<number> {
  const files = flags.filename ?? [];
  if ((files.length > 0) === (targets.length > 0)) {
    throw new UsageError("say what to delete: either -f FILE or KIND/NAME");
  }
  const wanted = targets.map(parseTarget);
  const bare = wanted.find((target) => target.name === undefined);
  if (bare) {
    throw new UsageError(`"${bare.kind}" is a kind without a name: write ${bare.kind}/NAME`);
  }
  const manifests = files.length > 0 ? await readManifests(files) : [];

  const report = new Report(output);
  const progress = new CommandProgress("delete", report);
  using _interrupt = onInterrupt((signal) => {
    if (progress.hasBegun) report.print(flags.output);
    output.err(progress.interruptedText(signal));
  });
  using session = await openSession(flags, output);
  const refs = files.length > 0
    ? (await Promise.all(manifests.map(({ object }) => fileRef(session, object, output))))
      .filter((ref) => ref !== undefined)
    : await existingOnes(
      session,
      await Promise.all(
        wanted.map(async ({ kind, name }) => refTo(await kindOf(session, kind), name!, session)),
      ),
      report,
    );
  // Instances are deleted before RGDs, because an operator deletes the objects of an instance only while its
  // RGD exists.
  const rgds = refs.filter((ref) => gvkKey(ref.kind) === gvkKey(RGD_KIND));
  const instances = refs.filter((ref) => !rgds.includes(ref));
  progress.add([...instances, ...rgds]);

  if (await leftToController(session, flags)) {
    progress.isLeftToController = true;
    for (const group of [instances, rgds]) {
      const going = new Map<ObjectRef, KubeObject>();
      await Promise.all(
        progress.begin(group).map(async (ref) => {
          const object = await startDeletion(session, ref, report);
          if (object) going.set(ref, object);
        }),
      );
      await followGone(session, going, report, flags.timeout);
    }
  } else {
    const before = report.failures;
    await new LocalReconciler(session, report, flags.timeout).remove(
      progress.begin(instances),
    );
    for (const ref of report.failures > before ? [] : rgds) {
      progress.begin([ref]);
      await removeRgd(session, ref, report);
    }
  }
  report.print(flags.output);
  return report.failed ? Exit.failed : Exit.ok;
}

/**
 * Returns a reference to the object of a manifest. If the cluster does not serve the object's kind, the
 * object cannot exist: prints a line that says so and returns undefined.
 */
async function fileRef(
  session: Session,
  object: KubeObject,
  output: Output,
): Promise<ObjectRef | undefined> {
  if (isOfKind(object, RGD_KIND)) return rgdRef(object);
  const gvk = parseGvk(object.apiVersion, object.kind);
  const kind = gvk && await session.discovery.resolve(gvk);
  if (kind) return refOf(object, kind, session.namespace);
  output.err(`${object.kind} ${object.metadata.name}: the cluster has no such kind`);
  return undefined;
}

/**
 * Sends the request that deletes an object. Returns the object as it was before, or undefined when the object
 * does not exist.
 */
async function startDeletion(
  { client }: Session,
  ref: ObjectRef,
  report: Report,
): Promise<KubeObject | undefined> {
  try {
    const object = await client.get(ref);
    await client.delete(ref, { propagation: "Background" });
    return object;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    report.ended(ref, "not found");
    return undefined;
  }
}

/** Deletes an RGD, and removes kro's finalizers from the RGD and from its revisions. */
async function removeRgd(session: Session, ref: ObjectRef, report: Report): Promise<void> {
  const { client } = session;
  const rgd = await client.get(ref) as ResourceGraphDefinition | undefined;
  if (!rgd) return report.ended(ref, "not found");
  await warnOfInstances(session, rgd);
  await client.delete(ref, { propagation: "Background" });
  const going = await client.get(ref) as ResourceGraphDefinition | undefined;
  if (going) await withdrawGraph(going, { client });
  report.progress(ref, "deleted");
  report.ended(ref, "deleted", rgd);
}

async function warnOfInstances(session: Session, rgd: ResourceGraphDefinition): Promise<void> {
  const gvk = servedKind(rgd);
  const kind = gvk && await session.discovery.resolve(gvk);
  const left = kind ? (await session.client.list(kind, { metadataOnly: true })).items.length : 0;
  if (left === 0) return;
  session.output.err(
    `warning: ${left} ${gvk?.kind} remain with all their objects; ` +
      "they are reconciled again once a ResourceGraphDefinition serves their kind",
  );
}
