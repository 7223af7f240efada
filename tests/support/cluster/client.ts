/**
 * A Kubernetes client on the shared control plane that records its requests, for tests of the
 * client and of caches.
 */
import assert from "node:assert/strict";
import { ApiError, CRD_KIND, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import {
  connect,
  type ConnectOptions,
  type KubeClient,
  loadConfig,
  type RequestInfo,
} from "../../../src/kube/mod.ts";
import { sharedControlPlane, testNamespace } from "../controlplane/shared.ts";
import { CONFIG_MAP } from "../kinds.ts";
import { eventually } from "../wait.ts";
import { ANY_VALUE, crdOf } from "./crds.ts";

/** The field manager with which the tests of the client write objects. */
export const by = { fieldManager: "client-test" };

/** A Kubernetes client that records its requests. Disposing the object closes the client. */
export interface RecordedClient extends AsyncDisposable {
  readonly client: KubeClient;
  /** All requests that have completed or failed, including watches. */
  readonly sent: readonly RequestInfo[];
  /**
   * Returns the numbers of requests since the last call of this function, without watches. The keys have the
   * form `verb resource`. With `namespace`, counts only requests for objects of that namespace. A test can
   * thereby exclude requests for the deleted namespace of an earlier test.
   */
  requests(namespace?: string): Record<string, number>;
}

/**
 * Connects to the shared control plane as the administrator. If `as` is given, the administrator impersonates
 * this user.
 */
export async function openClient(
  options: Partial<ConnectOptions> = {},
  as?: string,
): Promise<RecordedClient> {
  const { kubeconfig } = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig });
  if (as) config.headers = { "impersonate-user": as };
  const sent: RequestInfo[] = [];
  const onRequest = (info: RequestInfo) => void sent.push(info);
  const client = connect(config, { userAgent: "kro-client-test", onRequest, ...options });
  let taken = 0;
  return {
    client,
    sent,
    requests: (namespace) => {
      const counts: Record<string, number> = {};
      for (const { verb, resource, object = "" } of sent.slice(taken)) {
        // Watches are not counted, because their number varies: a client opens a new watch whenever
        // the API server has ended the last one.
        if (verb === "watch") continue;
        if (namespace && object.includes("/") && !object.startsWith(`${namespace}/`)) continue;
        const key = `${verb} ${resource}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
      taken = sent.length;
      return counts;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(client.close()),
  };
}

/**
 * A client and a namespace for one test. Disposing the object deletes the namespace and closes the
 * client.
 */
export interface ClientSession extends RecordedClient {
  /** The name of the test's own namespace. */
  namespace: string;
  /** Returns a ConfigMap in the test's namespace; does not create it on the API server. */
  configMap(name: string, data?: Record<string, string>): KubeObject;
  /** Returns a reference to a ConfigMap in the test's namespace. */
  ref(name: string): { kind: KindRef; namespace: string; name: string };
}

/** Opens a client and creates a namespace whose name begins with `prefix`. */
export async function clientSession(prefix = "kube"): Promise<ClientSession> {
  const space = await testNamespace(prefix);
  const recorded = await openClient();
  const namespace = space.name;
  return {
    ...recorded,
    namespace,
    configMap: (name, data) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
      ...(data && { data }),
    }),
    ref: (name) => ({ kind: CONFIG_MAP, namespace, name }),
    [Symbol.asyncDispose]: async () => {
      await recorded[Symbol.asyncDispose]();
      await space[Symbol.asyncDispose]();
    },
  };
}

/**
 * Returns a validator for `assert.rejects`. The validator accepts only an ApiError with this reason
 * and a matching message.
 */
export const refusedWith = (reason: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

/**
 * Returns a CRD for the kind KubeTest in this API group. Its objects may have any fields in `spec`,
 * and its short name is `kte`.
 */
export function kubeTestCrd(group: string): KubeObject {
  const crd = crdOf("KubeTest", group, "v1", { spec: { ...ANY_VALUE, type: "object" } });
  const spec = crd.spec as { names: object };
  spec.names = { ...spec.names, shortNames: ["kte"] };
  return crd as unknown as KubeObject;
}

/**
 * Installs a kind that did not exist before, so that the API server's watch cache contains no
 * earlier events of the kind.
 */
export async function freshKind(
  s: ClientSession,
): Promise<{ kind: KindRef; object(name: string): KubeObject }> {
  const group = `${s.namespace}.example.com`;
  const crd = kubeTestCrd(group);
  await s.client.apply({ kind: CRD_KIND, name: crd.metadata.name! }, crd, by);
  const kind = { group, version: "v1", kind: "KubeTest", plural: "kubetests", namespaced: true };
  await eventually("the new kind", () => s.client.list(kind).catch(() => undefined));
  const object = (name: string): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "KubeTest",
    metadata: { namespace: s.namespace, name },
  });
  return { kind, object };
}
