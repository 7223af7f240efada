// A cached cluster on the control plane with its requests counted, and objects to put through it.
import { type KindRef, type KubeObject, Label, type ObjectRef } from "../../../src/api/mod.ts";
import { ChildCaches } from "../../../src/clusters/cache/children.ts";
import { ExternalCaches } from "../../../src/clusters/cache/external.ts";
import { CachedCluster, type CachedParts } from "../../../src/clusters/cached.ts";
import { RevertBackoff } from "../../../src/clusters/drift/revert_backoff.ts";
import { KeyedMutex } from "../../../src/clusters/keyed_mutex.ts";
import { LiveLists } from "../../../src/clusters/live_lists.ts";
import { ClusterSchemas } from "../../../src/clusters/schemas.ts";
import { connect, Discovery, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";

export const DEPLOYMENT: KindRef = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};

/** PodTemplates: as rich as a Deployment, and nobody else writes to them. */
export const POD_TEMPLATE: KindRef = {
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  namespaced: true,
};

/** Secrets. */
export const SECRET: KindRef = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
};

/** A client that counts what it sends. */
export interface Counted extends AsyncDisposable {
  client: KubeClient;
  /** Requests since the last question, by verb and resource. */
  requests(): Record<string, number>;
}

export async function counted(): Promise<Counted> {
  const { kubeconfig } = await sharedControlPlane();
  let counts: Record<string, number> = {};
  const client = connect(await loadConfig({ kubeconfig }), {
    userAgent: "kro-test",
    onRequest: ({ verb, resource }) => {
      // A watch begins when its list is done, and again when the server ends it.
      if (verb === "watch") return;
      const key = `${verb} ${resource}`;
      counts[key] = (counts[key] ?? 0) + 1;
    },
  });
  return {
    client,
    requests: () => {
      const before = counts;
      counts = {};
      return before;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(client.close()),
  };
}

export function partsOf(
  client: KubeClient,
  discovery: Discovery,
  schemas: ClusterSchemas,
): CachedParts {
  return {
    client,
    discovery,
    schemas,
    children: new ChildCaches(client, schemas),
    externals: new ExternalCaches(client),
    reverts: new RevertBackoff(),
    locks: new KeyedMutex(),
    liveLists: new LiveLists(client),
  };
}

/** A cached cluster over some kinds, its requests and whom it wakes. */
export interface Bench extends AsyncDisposable {
  parts: CachedParts;
  cluster: CachedCluster;
  client: KubeClient;
  namespace: string;
  requests: Counted["requests"];
  /** Names of instances that were woken since the last question. */
  woken(): string[];
  /** A second controller over the same objects, as after a restart. */
  restarted(): Promise<Bench>;
}

const NAMESPACE: KindRef = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

/** A namespace that goes when the stack is disposed of: through the client at hand, which is quick. */
export async function namespaceOf(
  client: KubeClient,
  stack: AsyncDisposableStack,
): Promise<string> {
  const name = `clusters-${crypto.randomUUID().slice(0, 8)}`;
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await client.create(NAMESPACE, object, { fieldManager: "kro-test" });
  stack.defer(() => client.delete({ kind: NAMESPACE, name }));
  return name;
}

export async function bench(kinds: readonly KindRef[], within?: string): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const { client, requests } = stack.use(await counted());
  const namespace = within ?? await namespaceOf(client, stack);
  const discovery = new Discovery(client);
  const parts = partsOf(client, discovery, new ClusterSchemas(client, discovery));
  stack.defer(() => parts.children.stop());
  stack.defer(() => parts.externals.stop());
  parts.children.reads.add(INSTANCE, new Map([["node", "whole"]]));
  for (const kind of kinds) await parts.children.ensure(kind, "test");
  const names: string[] = [];
  parts.children.onChange((instance) =>
    instance.namespace === namespace && names.push(instance.name)
  );
  requests();
  return {
    parts,
    cluster: new CachedCluster(parts, "instance"),
    client,
    namespace,
    requests,
    woken: () => names.splice(0),
    restarted: () => bench(kinds, namespace),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const INSTANCE = { group: "example.com", kind: "Demo", name: "demo", uid: "uid-of-demo" };

export function childOf(
  ref: ObjectRef,
  rest: Record<string, unknown>,
  partOf = "demo",
): KubeObject {
  const { kind, namespace, name } = ref;
  const labels = {
    [Label.owned]: "true",
    [Label.applySetPartOf]: `applyset-${partOf}-v1`,
    [Label.instanceGroup]: INSTANCE.group,
    [Label.instanceVersion]: "v1",
    [Label.instanceKind]: INSTANCE.kind,
    [Label.instanceNamespace]: namespace!,
    [Label.instanceName]: INSTANCE.name,
    [Label.instanceId]: INSTANCE.uid,
    [Label.nodeId]: "node",
  };
  return {
    apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version,
    kind: kind.kind,
    metadata: { name, namespace, labels },
    ...rest,
  };
}

export const env = [{ name: "A", value: "1" }, { name: "B", value: "2" }];

/** A pod's containers in an object that no controller touches. */
export function podTemplate(ref: ObjectRef, container: Record<string, unknown>): KubeObject {
  return childOf(ref, {
    template: {
      metadata: { labels: { app: ref.name } },
      spec: { containers: [{ name: "main", image: "none", ...container }] },
    },
  });
}

export function containerOf(object: KubeObject | undefined): Record<string, unknown> {
  // deno-lint-ignore no-explicit-any
  return (object as any).template.spec.containers[0];
}
