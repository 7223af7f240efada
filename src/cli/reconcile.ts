/**
 * `kro reconcile`: reconciles RGDs (ResourceGraphDefinitions) and instances of the cluster once, and exits.
 */
import { type ObjectRef, type ResourceGraphDefinition, RGD_KIND, servedKind } from "../api/mod.ts";
import { Exit, UsageError } from "./errors.ts";
import { followReady } from "./follow.ts";
import { LocalReconciler } from "./local_reconciler.ts";
import { type Format, type Output } from "./output.ts";
import { Report } from "./report.ts";
import {
  type ConnectionFlags,
  ensureOwnKinds,
  kindByName,
  liveController,
  openSession,
  parseTarget,
  type Session,
} from "./session.ts";

/** The flags of `kro reconcile`. */
export interface ReconcileFlags extends ConnectionFlags {
  /** Whether the instances of all namespaces are reconciled, set by `-A`. */
  allNamespaces?: boolean;
  /** The value of `--timeout`, in milliseconds. */
  timeout: number;
  /** The output format that `-o` selects. */
  output: Format;
  /**
   * Whether the command reconciles in its own process even if an operator is running. Set by `--force-local`.
   */
  forceLocal?: boolean;
}

/** Runs `kro reconcile [KIND[/NAME]]...` and returns the exit code. */
export async function reconcileCluster(
  targets: readonly string[],
  flags: ReconcileFlags,
  output: Output,
): Promise<number> {
  if (flags.allNamespaces && flags.namespace) {
    throw new UsageError("-A and -n exclude each other");
  }
  const wanted = targets.map(parseTarget);
  using session = await openSession(flags, output);
  await ensureOwnKinds(session, false);
  const report = new Report(output);
  const controller = flags.forceLocal ? undefined : await liveController(session);
  if (controller) output.err(`left to the controller ${controller} (--force-local overrides)`);

  const { items } = await session.client.list(RGD_KIND);
  const rgds = items as ResourceGraphDefinition[];
  const local = controller ? undefined : new LocalReconciler(session, report, flags.timeout);
  if (local) await local.publish(rgds);
  else await followReady(session, rgds.map(refOfRgd), report, flags.timeout);

  const refs = wanted.length === 0
    ? await instancesOf(session, rgds, flags.allNamespaces)
    : (await Promise.all(wanted.map((w) => named(session, w, flags.allNamespaces)))).flat();
  if (local) await local.converge(refs);
  else await followReady(session, refs, report, flags.timeout);

  if (items.length === 0) output.err("no ResourceGraphDefinitions found");
  report.print(flags.output);
  return report.failed ? Exit.failed : Exit.ok;
}

/** Lists the instances of all kinds that the RGDs define. */
async function instancesOf(
  session: Session,
  rgds: readonly ResourceGraphDefinition[],
  everywhere = false,
): Promise<ObjectRef[]> {
  const refs: ObjectRef[] = [];
  for (const rgd of rgds) {
    const gvk = servedKind(rgd);
    const kind = gvk && await session.discovery.resolve(gvk);
    if (kind) refs.push(...await listed(session, kind, everywhere));
  }
  return refs;
}

async function named(
  session: Session,
  target: { kind: string; name?: string },
  everywhere = false,
): Promise<ObjectRef[]> {
  const kind = await kindByName(session, target.kind);
  if (target.name === undefined) return await listed(session, kind, everywhere);
  const namespace = kind.namespaced ? session.namespace : undefined;
  return [{ kind, namespace, name: target.name }];
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

function refOfRgd(rgd: ResourceGraphDefinition): ObjectRef {
  return { kind: RGD_KIND, name: rgd.metadata.name! };
}
