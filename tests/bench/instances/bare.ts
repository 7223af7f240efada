/**
 * The ceiling: the seven writes of an instance from a loop that does nothing else. Run as a process of
 * its own: `bare.ts <kubeconfig> <kind> <count> <concurrency>`; it prints its instances a second.
 */
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { instance, instanceKind, KINDS, NAMESPACE } from "./five.ts";

const [kubeconfig = "", kind = "", count = "", concurrency = ""] = Deno.args;
const client = connect(await loadConfig({ kubeconfig }), { userAgent: "bare" });
const of = instanceKind(kind);
const applyAs = { fieldManager: "kro.run/applyset", force: false };

/** As many labels and annotations as kro puts on a child. */
function metadata(owner: string, node: string) {
  const labels = Object.fromEntries([
    ...["id", "name", "group", "version", "kind", "namespace"].map((
      of,
    ) => [`kro.run/instance-${of}`, owner]),
    ["kro.run/owned", "true"],
    ["kro.run/kro-version", "bare"],
    ["kro.run/node-id", node],
    ["app.kubernetes.io/managed-by", "kro"],
    ["applyset.kubernetes.io/part-of", `applyset-${owner}-v1`],
  ]);
  const annotations = { "internal.kro.run/apply-order": "1" };
  return { name: `${owner}-${node}`, namespace: NAMESPACE, labels, annotations };
}

async function one(name: string): Promise<void> {
  const ref = { kind: of, namespace: NAMESPACE, name };
  const created = await client.create(of, instance(kind, name, { value: name }), {
    fieldManager: "bench",
  });
  const patched = await client.mergePatch(ref, {
    metadata: {
      resourceVersion: created.metadata.resourceVersion,
      finalizers: ["kro.run/finalizer"],
      labels: { "kro.run/owned": "true", "applyset.kubernetes.io/id": `applyset-${name}-v1` },
      annotations: { "applyset.kubernetes.io/contains-group-kinds": Object.keys(KINDS).join(",") },
    },
  }, { fieldManager: "kro" });
  const apply = (node: string, to: keyof typeof KINDS, fields: Record<string, unknown> = {}) =>
    client.apply({ kind: KINDS[to], namespace: NAMESPACE, name: `${name}-${node}` }, {
      apiVersion: "v1",
      kind: to,
      metadata: metadata(name, node),
      ...fields,
    }, applyAs);
  const d = apply("d", "ServiceAccount");
  await apply("a", "ConfigMap", { data: { value: name } });
  await Promise.all([
    d,
    apply("c", "Secret", { data: { value: btoa(name) } }),
    apply("b", "ConfigMap", { data: { value: name } }).then(() =>
      apply("e", "Service", { spec: { selector: { app: name }, ports: [{ port: 80 }] } })
    ),
  ]);
  const condition = (type: string) => ({
    type,
    status: "True",
    reason: "Ready",
    message: "all resources are created and ready",
    lastTransitionTime: new Date().toISOString(),
    observedGeneration: 1,
  });
  const conditions = ["InstanceManaged", "GraphResolved", "ResourcesReady", "Ready"].map(condition);
  const status = { state: "ACTIVE", value: name, address: "10.0.0.1", conditions };
  await client.replace(ref, { ...patched, status }, { fieldManager: "kro", subresource: "status" });
}

const names = Array.from({ length: Number(count) }, (_, i) => `${kind.toLowerCase()}-${i}`)
  .values();
// Connections are made before the clock runs, as a running controller has them.
await client.list(of);
const began = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, async () => {
  for (const name of names) await one(name);
}));
console.log(Number(count) / ((performance.now() - began) / 1000));
client.close();
