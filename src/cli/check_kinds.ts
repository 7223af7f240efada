/** Checks that RGDs define the kinds of the instances in files, before `kro apply` writes anything. */
import {
  ApiError,
  gvkKey,
  parseGvk,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import { UsageError } from "./errors.ts";
import { definingRgd, type Manifest, undefinedKind } from "./manifests.ts";
import type { Session } from "./session.ts";

/**
 * Rejects with UsageError when an object has a kind that no RGD defines, neither in the same files nor in the
 * cluster. No controller would ever make such an object ready. Sends no request when the files define all
 * kinds, and checks nothing when the user may not list RGDs.
 *
 * @param rgds The RGDs in the same files.
 */
export async function checkKinds(
  { client }: Session,
  rgds: readonly ResourceGraphDefinition[],
  instances: readonly Manifest[],
): Promise<void> {
  const others = instances.filter(({ object, file }) => {
    const gvk = parseGvk(object.apiVersion, object.kind);
    if (gvk) return !definingRgd(gvk, rgds);
    throw new UsageError(`${file}: apiVersion "${object.apiVersion}" is not group/version`);
  });
  if (others.length === 0) return;
  let live: ResourceGraphDefinition[];
  try {
    live = (await client.list(RGD_KIND)).items as ResourceGraphDefinition[];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason === "Forbidden") return;
    if (!error.isKindMissing) throw error;
    live = [];
  }
  const inCluster = new Set(live.flatMap((rgd) => {
    const kind = servedKind(rgd);
    return kind ? [gvkKey(kind)] : [];
  }));
  for (const manifest of others) {
    const { apiVersion, kind } = manifest.object;
    if (!inCluster.has(gvkKey(parseGvk(apiVersion, kind)!))) {
      throw undefinedKind(manifest, [...rgds, ...live]);
    }
  }
}
