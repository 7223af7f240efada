/** Acts as a user of the cluster: creates RGDs and CRDs, and waits for conditions. */
import {
  type Condition,
  CRD_KIND,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { connect, type KubeClient, loadConfig, waitEstablished } from "../../../src/kube/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import type { RunningControlPlane } from "../../support/controlplane/mod.ts";
import { core, NAMESPACE } from "./graphs.ts";

/** The options of the benchmark's own writes. */
export const BY = { fieldManager: "bench" };

/** The number of requests that {@link concurrently} sends at the same time, as a user's script might. */
const IN_FLIGHT = 20;

/** Waits for the given number of seconds. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/**
 * Polls until the condition is true, by default every 50 ms. Rejects after `seconds`, by default
 * 120.
 */
export async function until(
  holds: () => Promise<boolean>,
  { seconds = 120, every = 0.05 } = {},
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`the condition did not hold within ${seconds} s`);
    await pause(every);
  }
}

/** Returns the names `prefix-0`, `prefix-1`, and so on. */
export function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
}

/** Calls `act` for each of the items, for at most 20 of them at the same time. */
export async function concurrently<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>) {
  const left = Iterator.from(items);
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (let next = left.next(); !next.done; next = left.next()) await act(next.value);
  }));
}

/** Whether an instance is ACTIVE. */
export function isActive(object: KubeObject): boolean {
  return (object.status as { state?: string } | undefined)?.state === "ACTIVE";
}

/**
 * Installs kro's CRDs, creates the benchmark's namespace, and returns a client with the
 * administrator's permissions.
 */
export async function administrator(controlPlane: RunningControlPlane): Promise<KubeClient> {
  const config = await loadConfig({ kubeconfig: controlPlane.kubeconfig });
  const client = connect(config, { userAgent: "bench" });
  await installCrds(client);
  const kind = { ...core("Namespace", "namespaces"), namespaced: false };
  const metadata = { name: NAMESPACE };
  await client.create(kind, { apiVersion: "v1", kind: "Namespace", metadata }, BY);
  return client;
}

/**
 * Creates an RGD, and waits until it is Active. Rejects if the controller does not accept the RGD.
 */
export async function publish(client: KubeClient, rgd: ResourceGraphDefinition): Promise<void> {
  await client.create(RGD_KIND, rgd, BY);
  await until(async () => {
    const live = await client.get({ kind: RGD_KIND, name: rgd.metadata.name! });
    const { state, conditions = [] } = (live?.status ?? {}) as {
      state?: string;
      conditions?: Condition[];
    };
    // Only the condition GraphAccepted shows that the controller rejects the RGD. In upstream, an accepted
    // RGD also has the state Inactive until its revision is compiled.
    const refused = conditions.find(({ type, status }) =>
      type === "GraphAccepted" && status === "False"
    );
    if (refused) throw new Error(refused.message);
    return state === "Active";
  });
}

/** Returns the CRD that kro generates for an RGD. */
export async function crdOf(rgd: ResourceGraphDefinition): Promise<KubeObject> {
  const result = compile(rgd, await resolveKinds(snapshotSource(), kindsOf(rgd)));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.graph.crd;
}

/**
 * Creates the CRD of an RGD without the RGD itself, so that no controller reconciles instances of
 * the kind.
 */
export async function defineKind(client: KubeClient, rgd: ResourceGraphDefinition): Promise<void> {
  const crd = await crdOf(rgd);
  await client.create(CRD_KIND, crd, BY);
  await waitEstablished(client, crd.metadata.name!);
  // Waits, because the API server may still answer requests for the kind with 404 shortly after the CRD is
  // established.
  await pause(2);
}
