/**
 * The bare loop, a program that the benchmark case `ceiling` measures. For each instance that its watch
 * reports, it sends the same writes as kro, and does no other work: seven writes for a new instance, five
 * writes for a changed spec. `bare_loop.ts <kubeconfig> <kind> <concurrency>` prints `ready` and runs until
 * it is killed.
 */
import type { KubeObject } from "../../../src/api/mod.ts";
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { instanceKind, KINDS, NAMESPACE } from "./graphs.ts";
import { follow } from "./object_watch.ts";

const [kubeconfig = "", kind = "", concurrency = ""] = Deno.args;
const client = connect(await loadConfig({ kubeconfig }), { userAgent: "bare" });
const of = instanceKind(kind);
const applyAs = { fieldManager: "kro.run/applyset", force: false };

/**
 * Returns labels and annotations that have the number and the size of those which kro sets on a child object.
 * The keys differ from kro's, so that kro's watches do not select the objects.
 */
function metadata(owner: string, node: string) {
  const labels = Object.fromEntries([
    ...["id", "name", "group", "version", "kind", "namespace"]
      .map((key) => [`bar.run/instance-${key}`, owner]),
    ["bar.run/owned", "true"],
    ["bar.run/kro-version", "bare"],
    ["bar.run/node-id", node],
    ["app.kubernetes.io/managed-by", "kro"],
    ["applyset.kubernetes.io/part-of", `applyset-${owner}-v1`],
  ]);
  const annotations = { "internal.bar.run/apply-order": "1" };
  return { name: `${owner}-${node}`, namespace: NAMESPACE, labels, annotations };
}

/**
 * Sends the first write for a new instance, which sets the finalizer and the ApplySet inventory on the
 * instance.
 */
function adopt({ metadata: { name, resourceVersion } }: KubeObject): Promise<KubeObject> {
  return client.mergePatch({ kind: of, namespace: NAMESPACE, name: name! }, {
    metadata: {
      resourceVersion,
      finalizers: ["kro.run/finalizer"],
      labels: { "kro.run/owned": "true", "applyset.kubernetes.io/id": `applyset-${name}-v1` },
      annotations: { "applyset.kubernetes.io/contains-group-kinds": Object.keys(KINDS).join(",") },
    },
  }, { fieldManager: "kro" });
}

/** Sends all writes that kro sends for one instance. */
async function reconcile(instance: KubeObject): Promise<void> {
  const { name = "", generation } = instance.metadata;
  const { value } = instance.spec as { value: string };
  const ref = { kind: of, namespace: NAMESPACE, name };
  const isNew = generation === 1;
  const live = isNew ? await adopt(instance) : instance;
  const apply = (node: string, to: keyof typeof KINDS, fields: Record<string, unknown> = {}) =>
    client.apply({ kind: KINDS[to], namespace: NAMESPACE, name: `${name}-${node}` }, {
      apiVersion: "v1",
      kind: to,
      metadata: metadata(name, node),
      ...fields,
    }, applyAs);
  const d = isNew ? apply("d", "ServiceAccount") : undefined;
  await apply("a", "ConfigMap", { data: { value } });
  await Promise.all([
    d,
    apply("c", "Secret", { data: { value: btoa(value) } }),
    apply("b", "ConfigMap", { data: { value } }).then(() =>
      apply("e", "Service", { spec: { selector: { app: value }, ports: [{ port: 80 }] } })
    ),
  ]);
  const condition = (type: string) => ({
    type,
    status: "True",
    reason: "Ready",
    message: "all resources are created and ready",
    lastTransitionTime: new Date().toISOString(),
    observedGeneration: generation,
  });
  const conditions = ["InstanceManaged", "GraphResolved", "ResourcesReady", "Ready"].map(condition);
  const status = { state: "ACTIVE", value, address: "10.0.0.1", conditions };
  await client.replace(ref, { ...live, status }, { fieldManager: "kro", subresource: "status" });
}

const waiting: KubeObject[] = [];
let busy = 0;

/**
 * Starts to process the instances in `waiting`, up to the number of instances that may be processed
 * concurrently.
 */
function work(): void {
  while (busy < Number(concurrency) && waiting.length > 0) {
    busy++;
    void reconcile(waiting.shift()!).finally(() => {
      busy--;
      work();
    });
  }
}

/**
 * The newest generation of each instance that {@link reconcile} has processed or will process. The
 * keys are the names of the instances.
 */
const started = new Map<string, number>();

const { resourceVersion } = await client.list(of);
console.log("ready");
await follow(client, of, resourceVersion, new AbortController().signal, (object, type) => {
  const { name, generation = 0 } = object.metadata;
  if (type === "DELETED" || generation <= (started.get(name!) ?? 0)) return;
  started.set(name!, generation);
  waiting.push(object);
  work();
});
