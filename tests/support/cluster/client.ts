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

/** A client, and what it has sent. Leaving the scope closes it. */
export interface RecordedClient extends AsyncDisposable {
  readonly client: KubeClient;
  /** Every request that was answered or failed, watches included. */
  readonly sent: readonly RequestInfo[];
  /**
   * Requests since the last call by `verb resource`, watches left out. With a namespace, requests for objects
   * of other namespaces too: a cache makes some when the namespace of an earlier test is deleted.
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
        // A watch begins when its list is done, and again when the server ends it.
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

/** A client, and a namespace that goes with the scope. */
export interface ClientSession extends RecordedClient {
  /** A namespace of the test's own. */
  namespace: string;
  /** A ConfigMap in it. */
  configMap(name: string, data?: Record<string, string>): KubeObject;
  /** Where a ConfigMap in it is. */
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

/** Asserts that an error is an ApiError of that reason with a message that matches; for `assert.rejects`. */
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

/** A kind that the API server has just begun to serve, so that it remembers no events of it from before. */
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
