/** A client of the shared control plane that records its requests, for tests of the client and of caches. */
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

/** The field manager of these tests' writes. */
export const by = { fieldManager: "client-test" };

/** A client and its requests. Leaving the scope closes the client. */
export interface RecordedClient extends AsyncDisposable {
  readonly client: KubeClient;
  /** Every completed or failed request, including watches. */
  readonly sent: readonly RequestInfo[];
  /**
   * Requests since the last call by `verb resource`, without watches. With a namespace, requests for objects of other
   * namespaces are left out too: a cache sends some when the namespace of an earlier test is deleted.
   */
  requests(namespace?: string): Record<string, number>;
}

/** Connects as the administrator, or as the user that `as` impersonates. */
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
        // A watch starts after its list, and again when the server ends it.
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

/** A client and a namespace; leaving the scope deletes the namespace. */
export interface ClientSession extends RecordedClient {
  /** A namespace of the test's own. */
  namespace: string;
  /** A ConfigMap in the namespace. */
  configMap(name: string, data?: Record<string, string>): KubeObject;
  /** Reference to a ConfigMap in the namespace. */
  ref(name: string): { kind: KindRef; namespace: string; name: string };
}

/** Opens a client and creates a namespace. */
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

/** A validator for `assert.rejects`: an ApiError with that reason and a message that matches. */
export const refusedWith = (reason: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

/** The CRD of KubeTests in that group: any fields, short name `kte`. */
export function kubeTestCrd(group: string): KubeObject {
  const crd = crdOf("KubeTest", group, "v1", { spec: { ...ANY_VALUE, type: "object" } });
  const spec = crd.spec as { names: object };
  spec.names = { ...spec.names, shortNames: ["kte"] };
  return crd as unknown as KubeObject;
}

/** A newly installed kind, for which the API server's watch cache has no earlier events. */
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
