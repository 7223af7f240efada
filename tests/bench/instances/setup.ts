/** What the benchmark does as a user: graphs, instances, and waiting for them. */
import {
  type Condition,
  CRD_KIND,
  type KindRef,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import type { RunningControlPlane } from "../../support/controlplane/mod.ts";
import { instance, NAMESPACE } from "./five.ts";

const BY = { fieldManager: "bench" };

/** Lets time pass. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** A client of the administrator; kro's CRDs and the namespace are there. */
export async function administrator(controlPlane: RunningControlPlane): Promise<KubeClient> {
  const config = await loadConfig({ kubeconfig: controlPlane.kubeconfig });
  const client = connect(config, { userAgent: "bench" });
  await installCrds(client);
  const kind = {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    namespaced: false,
  };
  await client.create(
    kind,
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    BY,
  );
  return client;
}

/** Publishes a graph and waits until it is served. */
export async function publish(client: KubeClient, rgd: ResourceGraphDefinition): Promise<void> {
  await client.create(RGD_KIND, rgd, BY);
  await until(async () => {
    const live = await client.get({ kind: RGD_KIND, name: rgd.metadata.name! });
    const { state, conditions = [] } = (live?.status ?? {}) as {
      state?: string;
      conditions?: Condition[];
    };
    // It may be Inactive for a while: upstream's is, until it has compiled a revision.
    const refused = conditions.find(({ type, status }) =>
      type === "GraphAccepted" && status === "False"
    );
    if (refused) throw new Error(refused.message);
    return state === "Active";
  });
}

/** Only the kind of a graph, which nobody serves. */
export async function defineKind(client: KubeClient, rgd: ResourceGraphDefinition): Promise<void> {
  const result = compile(rgd, await resolveKinds(snapshotSource(), kindsOf(rgd)));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { crd } = result.graph;
  await client.create(CRD_KIND, crd, BY);
  await until(async () => {
    const live = await client.get({ kind: CRD_KIND, name: crd.metadata.name! });
    return JSON.stringify(live?.status ?? {}).includes('"Established","') ||
      JSON.stringify(live?.status ?? {}).includes('"type":"Established"');
  });
  await pause(2);
}

/** Creates instances, so many at a time. */
export async function createInstances(
  client: KubeClient,
  kind: KindRef,
  names: readonly string[],
  atATime: number,
): Promise<void> {
  const left = names.values();
  await Promise.all(Array.from({ length: atATime }, async () => {
    for (const name of left) {
      await client.create(kind, instance(kind.kind, name, { value: name }), BY);
    }
  }));
}

/** Resolves when so many instances of the kind have become ACTIVE, as a watch tells. */
export async function active(client: KubeClient, kind: KindRef, count: number): Promise<void> {
  const { items, resourceVersion } = await client.list(kind);
  const names = new Set<string>();
  const stop = new AbortController();
  const note = (object: { metadata: { name?: string }; status?: unknown }) => {
    const { state } = (object.status ?? {}) as { state?: string };
    if (state === "ACTIVE") names.add(object.metadata.name!);
    return names.size >= count;
  };
  for (const item of items) note(item);
  if (names.size >= count) return;
  for await (const event of client.watch(kind, { resourceVersion, signal: stop.signal })) {
    if (event.type !== "BOOKMARK" && note(event.object)) break;
  }
  stop.abort();
}

/** Asks every 50 ms until it holds. */
export async function until(holds: () => Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await pause(0.05);
  }
}
