/**
 * Opens a {@link CachedCluster} on the test's control plane, and counts the API requests that it sends. Also
 * creates child objects that tests apply through the cached cluster.
 */
import { type KindRef, type KubeObject, Label, type ObjectRef } from "../../../src/api/mod.ts";
import { ChildCaches } from "../../../src/clusters/cache/children.ts";
import { ExternalCaches } from "../../../src/clusters/cache/external.ts";
import { CachedCluster, type CachedParts } from "../../../src/clusters/cached.ts";
import { RevertBackoff } from "../../../src/clusters/drift/revert_backoff.ts";
import { KeyedMutex } from "../../../src/clusters/keyed_mutex.ts";
import { LiveLists } from "../../../src/clusters/live_lists.ts";
import { ClusterSchemas } from "../../../src/clusters/schemas.ts";
import { Discovery, type KubeClient } from "../../../src/kube/mod.ts";
import { testNamespace } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";
import { openClient } from "./client.ts";

/**
 * Creates the parts of a {@link CachedCluster}. The caches are empty and watch nothing yet. `now`
 * returns the time for {@link RevertBackoff}, in milliseconds.
 */
export function partsOf(
  client: KubeClient,
  discovery: Discovery,
  schemas: ClusterSchemas,
  now?: () => number,
): CachedParts {
  return {
    client,
    discovery,
    schemas,
    children: new ChildCaches(client, schemas),
    externals: new ExternalCaches(client),
    reverts: new RevertBackoff(now),
    locks: new KeyedMutex(),
    liveLists: new LiveLists(client),
  };
}

/**
 * A {@link CachedCluster} with its client. Records the API requests that the cached cluster sends, and the
 * instances that it requeues.
 */
export interface CachedSetup extends AsyncDisposable {
  readonly parts: CachedParts;
  readonly cluster: CachedCluster;
  readonly client: KubeClient;
  readonly namespace: string;
  /**
   * Returns the numbers of API requests since the last call of this function. The keys have the form
   * `verb resource`, such as `get configmaps`. Watches, and requests for objects in other namespaces, are not
   * counted.
   */
  requests(): Record<string, number>;
  /**
   * Returns the names of the instances that the cluster has requeued since the last call of this function.
   */
  woken(): string[];
  /** Waits until an instance is requeued, and returns the result of {@link woken}. */
  untilWoken(): Promise<string[]>;
  /**
   * Opens another cached cluster for the same namespace. Its caches start empty, as after a restart
   * of kro.
   */
  restarted(): Promise<CachedSetup>;
}

/**
 * Opens a cached cluster that watches these kinds. Creates a namespace unless `within` names one.
 */
export async function cachedSetup(
  kinds: readonly KindRef[],
  { within, now }: { within?: string; now?: () => number } = {},
): Promise<CachedSetup> {
  const stack = new AsyncDisposableStack();
  const { client, requests } = stack.use(await openClient());
  const namespace = within ?? stack.use(await testNamespace("cached")).name;
  const discovery = new Discovery(client);
  const parts = partsOf(client, discovery, new ClusterSchemas(client, discovery), now);
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
    requests: () => requests(namespace),
    woken: () => names.splice(0),
    untilWoken: () =>
      eventually("an instance is requeued", () => names.length > 0 && names.splice(0)),
    restarted: () => cachedSetup(kinds, { within: namespace, now }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The instance that owns the children which {@link childOf} returns. */
export const INSTANCE = { group: "example.com", kind: "Demo", name: "demo", uid: "uid-of-demo" };

/** Returns an object with the labels of a child of {@link INSTANCE}. */
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

/** The environment variables of the container in a test's PodTemplate. */
export const env = [{ name: "A", value: "1" }, { name: "B", value: "2" }];

/** Returns a PodTemplate with one container, which has the labels of a child of {@link INSTANCE}. */
export function podTemplate(ref: ObjectRef, container: Record<string, unknown>): KubeObject {
  return childOf(ref, {
    template: {
      metadata: { labels: { app: ref.name } },
      spec: { containers: [{ name: "main", image: "none", ...container }] },
    },
  });
}

/** Returns the container of a PodTemplate that {@link podTemplate} created. */
export function containerOf(object: KubeObject | undefined): Record<string, unknown> {
  // deno-lint-ignore no-explicit-any
  return (object as any).template.spec.containers[0];
}
