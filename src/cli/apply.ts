/**
 * `kro apply`: applies the RGDs (ResourceGraphDefinitions) and instances in files, and waits until they are
 * ready. Without a running operator, the command reconciles them itself.
 */
import {
  apiVersionOf,
  jsonText,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  refKey,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { applyObject } from "./apply_object.ts";
import { ApplyProgress } from "./apply_progress.ts";
import { checkKinds } from "./check_kinds.ts";
import { Exit, UsageError } from "./errors.ts";
import {
  definingRgd,
  type Manifest,
  parseManifests,
  readManifests,
  undefinedKindHint,
} from "./manifests.ts";
import { followReady } from "./follow.ts";
import { onInterrupt } from "./interrupt.ts";
import { LocalReconciler } from "./local_reconciler.ts";
import type { Output } from "./output.ts";
import type { LimitFlags } from "./plan.ts";
import { type PlanFile, readPlan } from "./plan/file.ts";
import { checkLimits } from "./plan/limits.ts";
import { liveObjects } from "./plan/live_objects.ts";
import { checkPlan, outcomeDifferences } from "./plan/saved.ts";
import { isOfKind, refOf, Report, rgdRef } from "./report.ts";
import {
  ensureOwnKinds,
  leftToController,
  type OneShotFlags,
  openSession,
  type Session,
} from "./session.ts";

/** The flags of `kro apply`. */
export interface ApplyFlags extends OneShotFlags, LimitFlags {
  /** The files and folders that `-f` names; absent with `--plan`. */
  filename?: string[];
  /** The path of a saved plan, whose objects are applied. Set by `--plan`. */
  plan?: string;
  /** Whether missing CRDs of kro are installed. False with `--no-install`. */
  install: boolean;
}

/**
 * Runs `kro apply` and returns the exit code. An error, SIGINT and SIGTERM print what was applied. The signals end
 * the process with the exit codes of {@link onInterrupt}.
 */
export async function apply(flags: ApplyFlags, output: Output): Promise<number> {
  const { manifests, saved } = await inputOf(flags);
  const progress = new ApplyProgress(manifests.map(({ object }) => object), saved !== undefined);
  const report = new Report(output);
  using _interrupt = onInterrupt((signal) => {
    if (progress.hasBegun) report.print(flags.output);
    output.err(progress.interruptedText(signal));
  });
  try {
    return await applyAll(manifests, saved, { flags, output, progress, report });
  } catch (error) {
    const applied = progress.failedText();
    if (applied !== undefined) output.err(applied);
    throw error;
  }
}

/** Applies the objects, waits until they are ready, and returns the exit code. */
async function applyAll(
  manifests: readonly Manifest[],
  saved: PlanFile | undefined,
  { flags, output, progress, report }: {
    flags: ApplyFlags;
    output: Output;
    progress: ApplyProgress;
    report: Report;
  },
): Promise<number> {
  const rgds = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  const instances = manifests.filter(({ object }) => !isOfKind(object, RGD_KIND));
  if (saved) checkSavedNamespace(saved, flags);
  using session = await openSession(
    saved ? { ...flags, namespace: saved.namespace } : flags,
    output,
  );
  for (const manifest of instances) checkNamespace(manifest, flags.namespace);
  if (saved) await checkPlan(session, saved, flags);
  else await checkLimits(session, manifests, flags);
  await checkKinds(session, rgds.map(({ object }) => object as ResourceGraphDefinition), instances);
  await ensureOwnKinds(session, flags.install);

  const deadline = performance.now() + flags.timeout;
  const local = await leftToController(session, flags)
    ? undefined
    : new LocalReconciler(session, report, flags.timeout);
  progress.isLeftToController = local === undefined;

  const applied = await Promise.all(
    rgds.map(({ object }) => progress.apply(object, () => applyRgd(session, object))),
  );
  if (local) await local.publish(applied);
  else await followReady(session, applied.map(rgdRef), report, flags.timeout);

  let refs: ObjectRef[] = [];
  for (const manifest of instances) {
    const ref = await applyInstance(session, manifest, { rgds: applied, report, progress });
    if (ref) refs.push(ref);
  }
  if (local && saved) refs = refs.concat(await others(session, saved, refs));
  if (local) await local.converge(refs);
  else await followReady(session, refs, report, flags.timeout);

  const differences = saved ? await outcomeDifferences(session, saved, deadline) : [];
  for (const line of differences) output.err(`differs from the plan: ${line}`);
  report.print(flags.output);
  return report.failed || differences.length > 0 ? Exit.failed : Exit.ok;
}

/** Throws UsageError when `--namespace` names another namespace than the saved plan. */
function checkSavedNamespace(saved: PlanFile, { namespace, plan }: ApplyFlags): void {
  if (namespace === undefined || namespace === saved.namespace) return;
  throw new UsageError(
    `the plan ${plan} was made with the namespace "${saved.namespace}", not "${namespace}" as --namespace ` +
      "says: plan again",
  );
}

/** Returns the objects to apply: the objects in the files, or the objects of a saved plan. */
async function inputOf(
  { filename, plan }: ApplyFlags,
): Promise<{ manifests: Manifest[]; saved?: PlanFile }> {
  if ((filename === undefined) === (plan === undefined)) {
    throw new UsageError("name the objects with -f, or a saved plan with --plan, but not both");
  }
  if (plan === undefined) return { manifests: await readManifests(filename!) };
  const saved = await readPlan(plan);
  const list = { apiVersion: "v1", kind: "List", items: saved.manifests };
  return { manifests: parseManifests(jsonText(list), plan), saved };
}

/**
 * Returns the instances that a saved plan reconciles, without those in `refs`, which `kro apply` has already
 * applied. An instance that no longer exists in the cluster is left out.
 */
async function others(
  { client }: Session,
  { instances }: PlanFile,
  refs: readonly ObjectRef[],
): Promise<ObjectRef[]> {
  const known = new Set(refs.map(refKey));
  const more = instances.filter((ref) => !known.has(refKey(ref)));
  const live = await liveObjects(client, more);
  return more.filter((ref) => live.has(refKey(ref)));
}

async function applyRgd(session: Session, object: KubeObject): Promise<ResourceGraphDefinition> {
  return await applyObject(session.client, rgdRef(object), object) as ResourceGraphDefinition;
}

/**
 * Applies an instance and returns a reference to it. Returns undefined when the RGD that defines the kind of
 * the instance was rejected.
 */
async function applyInstance(
  session: Session,
  { object, file }: Manifest,
  { rgds, report, progress }: {
    rgds: readonly ResourceGraphDefinition[];
    report: Report;
    progress: ApplyProgress;
  },
): Promise<ObjectRef | undefined> {
  const gvk = parseGvk(object.apiVersion, object.kind);
  if (!gvk) throw new UsageError(`${file}: apiVersion "${object.apiVersion}" is not group/version`);
  let kind = await session.discovery.resolve(gvk);
  if (!kind) {
    await session.discovery.refresh();
    kind = await session.discovery.resolve(gvk);
  }
  if (!kind) {
    const own = definingRgd(gvk, rgds);
    if (!own) {
      throw new UsageError(
        `${file}: the cluster has no kind ${gvk.kind} in ${apiVersionOf(gvk)}: ` +
          undefinedKindHint(gvk.kind, rgds),
      );
    }
    const missing = { kind: { ...gvk, plural: "", namespaced: true }, name: object.metadata.name! };
    report.progress(missing, "ERROR", `its graph "${own.metadata.name}" was not accepted`);
    report.ended(missing, "ERROR", undefined, true);
    return undefined;
  }
  const ref = refOf(object, kind, session.namespace);
  const metadata = { ...object.metadata, namespace: ref.namespace };
  await progress.apply(object, () => applyObject(session.client, ref, { ...object, metadata }));
  return ref;
}

/**
 * Throws UsageError when the namespace of an object differs from the value of `--namespace`. kubectl refuses
 * such an object too.
 */
function checkNamespace({ object, file }: Manifest, flag: string | undefined): void {
  const own = object.metadata.namespace;
  if (flag === undefined || own === undefined || own === flag) return;
  throw new UsageError(
    `${file}: ${object.kind} ${object.metadata.name} has the namespace "${own}", ` +
      `not "${flag}" as --namespace says`,
  );
}
