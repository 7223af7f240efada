/**
 * `kro apply`: applies the RGDs (ResourceGraphDefinitions) and instances in files, and waits until they are
 * ready. Without a running operator, the command reconciles them itself.
 */
import {
  apiVersionOf,
  type ObjectRef,
  parseGvk,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { applyObject } from "./apply_object.ts";
import { Exit, UsageError } from "./errors.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import { followReady } from "./follow.ts";
import { LocalReconciler } from "./local_reconciler.ts";
import type { Output } from "./output.ts";
import { isOfKind, refOf, Report, rgdRef } from "./report.ts";
import {
  ensureOwnKinds,
  leftToController,
  type OneShotFlags,
  openSession,
  type Session,
} from "./session.ts";

/** The flags of `kro apply`. */
export interface ApplyFlags extends OneShotFlags {
  /** The files and folders that `-f` names; at least one. */
  filename: string[];
  /** Whether missing CRDs of kro are installed. False with `--no-install`. */
  install: boolean;
}

/** Runs `kro apply` and returns the exit code. */
export async function apply(flags: ApplyFlags, output: Output): Promise<number> {
  const manifests = await readManifests(flags.filename);
  const rgds = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  const instances = manifests.filter(({ object }) => !isOfKind(object, RGD_KIND));
  using session = await openSession(flags, output);
  for (const manifest of instances) checkNamespace(manifest, flags.namespace);
  await ensureOwnKinds(session, flags.install);

  const report = new Report(output);
  const local = await leftToController(session, flags)
    ? undefined
    : new LocalReconciler(session, report, flags.timeout);

  const applied = await Promise.all(rgds.map((manifest) => applyRgd(session, manifest)));
  if (local) await local.publish(applied);
  else await followReady(session, applied.map(rgdRef), report, flags.timeout);

  const refs: ObjectRef[] = [];
  for (const manifest of instances) {
    const ref = await applyInstance(session, manifest, applied, report);
    if (ref) refs.push(ref);
  }
  if (local) await local.converge(refs);
  else await followReady(session, refs, report, flags.timeout);

  report.print(flags.output);
  return report.failed ? Exit.failed : Exit.ok;
}

async function applyRgd(session: Session, { object }: Manifest): Promise<ResourceGraphDefinition> {
  return await applyObject(session.client, rgdRef(object), object) as ResourceGraphDefinition;
}

/**
 * Applies an instance and returns a reference to it. Returns undefined when the RGD that defines the kind of
 * the instance was rejected.
 */
async function applyInstance(
  session: Session,
  { object, file }: Manifest,
  rgds: readonly ResourceGraphDefinition[],
  report: Report,
): Promise<ObjectRef | undefined> {
  const gvk = parseGvk(object.apiVersion, object.kind);
  if (!gvk) throw new UsageError(`${file}: apiVersion "${object.apiVersion}" is not group/version`);
  let kind = await session.discovery.resolve(gvk);
  if (!kind) {
    await session.discovery.refresh();
    kind = await session.discovery.resolve(gvk);
  }
  if (!kind) {
    const own = rgds.find((rgd) => rgd.spec?.schema?.kind === gvk.kind);
    if (!own) {
      throw new UsageError(
        `${file}: the cluster has no kind ${gvk.kind} in ${apiVersionOf(gvk)}: ` +
          "add the ResourceGraphDefinition that defines it",
      );
    }
    const missing = { kind: { ...gvk, plural: "", namespaced: true }, name: object.metadata.name! };
    report.progress(missing, "ERROR", `its graph "${own.metadata.name}" was not accepted`);
    report.ended(missing, "ERROR", undefined, true);
    return undefined;
  }
  const ref = refOf(object, kind, session.namespace);
  const metadata = { ...object.metadata, namespace: ref.namespace };
  await applyObject(session.client, ref, { ...object, metadata });
  return ref;
}

/**
 * Throws UsageError when the namespace of the object differs from the value of `--namespace`, as kubectl
 * does.
 */
function checkNamespace({ object, file }: Manifest, flag: string | undefined): void {
  const own = object.metadata.namespace;
  if (flag === undefined || own === undefined || own === flag) return;
  throw new UsageError(
    `${file}: ${object.kind} ${object.metadata.name} has the namespace "${own}", ` +
      `not "${flag}" as --namespace says`,
  );
}
