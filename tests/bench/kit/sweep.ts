/**
 * Removes the objects that remain after the measurement of a controller, so that the next controller starts
 * with the same objects in the API server.
 */
import {
  CRD_KIND,
  isNotFound,
  type KindRef,
  type KubeObject,
  REVISION_KIND,
  RGD_KIND,
} from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { GROUP, KINDS, NAMESPACE } from "./graphs.ts";
import { BY, concurrently, until } from "./user.ts";

/**
 * Removes the benchmark's RGDs, the kinds that they define, and all objects in the benchmark's
 * namespace. No controller may run during this call.
 */
export async function sweep(client: KubeClient): Promise<void> {
  const crds = (await client.list(CRD_KIND)).items.filter((crd) => specOf(crd).group === GROUP);
  const graphs = new Set(
    (await client.list(RGD_KIND)).items.filter(isOurs).map(({ metadata }) => metadata.name!),
  );
  await removeAll(client, RGD_KIND, isOurs);
  await removeAll(
    client,
    REVISION_KIND,
    ({ metadata }) => graphs.has(metadata.name!.replace(/-r\d+$/, "")),
  );
  for (const kind of crds.map(served)) await removeAll(client, kind, () => true);
  await removeAll(client, CRD_KIND, (crd) => specOf(crd).group === GROUP);
  for (const kind of Object.values(KINDS)) {
    await removeAll(client, kind, ({ metadata }) => metadata.namespace === NAMESPACE);
  }
  await until(async () =>
    !(await client.list(CRD_KIND)).items.some((crd) => specOf(crd).group === GROUP)
  );
}

/**
 * Removes a kind whose CRD was created without an RGD: the CRD, the instances, and all objects whose names
 * begin with the name of the kind.
 */
export async function sweepKind(client: KubeClient, kind: KindRef): Promise<void> {
  const prefix = `${kind.kind.toLowerCase()}-`;
  await removeAll(client, kind, () => true);
  for (const of of Object.values(KINDS)) {
    await removeAll(client, of, ({ metadata }) => metadata.name!.startsWith(prefix));
  }
  await removeAll(client, CRD_KIND, (crd) => specOf(crd).names.kind === kind.kind);
}

function isOurs({ spec }: KubeObject): boolean {
  return (spec as { schema?: { group?: string } }).schema?.group === GROUP;
}

interface CrdSpec {
  group: string;
  names: { kind: string; plural: string };
  versions: { name: string }[];
}

function specOf(crd: KubeObject): CrdSpec {
  return crd.spec as unknown as CrdSpec;
}

function served(crd: KubeObject): KindRef {
  const { group, names, versions } = specOf(crd);
  return { group, version: versions[0]!.name, ...names, namespaced: true };
}

async function removeAll(
  client: KubeClient,
  kind: KindRef,
  which: (object: KubeObject) => boolean,
): Promise<void> {
  const items = await itemsOf(client, kind);
  await concurrently(items.filter(which), async ({ metadata: { name, namespace, finalizers } }) => {
    const ref = namespace ? { kind, namespace, name: name! } : { kind, name: name! };
    // If the object no longer exists, the error is ignored: Kubernetes' garbage collector may have deleted it
    // together with its owner.
    try {
      if (finalizers?.length && kind !== CRD_KIND) {
        await client.mergePatch(ref, { metadata: { finalizers: null } }, BY);
      }
      await client.delete(ref);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
}

/** Returns all objects of a kind; an empty list if the kind's CRD has just been deleted. */
async function itemsOf(client: KubeClient, kind: KindRef): Promise<KubeObject[]> {
  try {
    return (await client.list(kind)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
