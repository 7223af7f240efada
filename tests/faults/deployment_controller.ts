/**
 * A substitute for the Deployment controller, for control planes that do not run it. The substitute reports
 * the replicas of a Deployment as ready some time after each change of the Deployment.
 */
import type { KubeObject } from "../../src/api/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { DEPLOYMENT } from "../support/kinds.ts";

/**
 * The interval at which Deployments are polled, in milliseconds. A Deployment becomes ready one to
 * two intervals after a change.
 */
const LOOK_MS = 400;

/**
 * Starts a loop that reports the replicas of all Deployments as ready. Disposing the returned
 * object ends the loop.
 */
export function deploymentsProgress(client: KubeClient): AsyncDisposable {
  let running = true;
  let wake = () => {};
  const seen = new Map<string, number>();
  const work = (async () => {
    while (running) {
      // An error of the list request is ignored, because some scenarios stop the API server.
      const { items } = await client.list(DEPLOYMENT).catch(() => ({ items: [] }));
      for (const item of items) await progress(client, item, seen).catch(() => {});
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      running = false;
      wake();
      await work;
    },
  };
}

async function progress(
  client: KubeClient,
  { metadata, spec, status }: KubeObject,
  seen: Map<string, number>,
): Promise<void> {
  const { name = "", namespace, generation = 0, uid = "" } = metadata;
  const observed = (status as { observedGeneration?: number } | undefined)?.observedGeneration;
  if (observed === generation) return;
  const isNew = seen.get(uid) !== generation;
  seen.set(uid, generation);
  if (isNew) return;
  const { replicas = 1 } = spec as { replicas?: number };
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas };
  await client.mergePatch(
    { kind: DEPLOYMENT, name, namespace },
    { status: { ...counts, availableReplicas: replicas, observedGeneration: generation } },
    { fieldManager: "deployments", subresource: "status" },
  );
}
