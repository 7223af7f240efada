// A client and a namespace for each test of the client, and kinds of their own.
import assert from "node:assert/strict";
import { ApiError, CRD_KIND, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import {
  connect,
  type ConnectOptions,
  type KubeClient,
  loadConfig,
  type RequestInfo,
} from "../../../src/kube/mod.ts";
import { eventually, sharedControlPlane, testNamespace } from "../controlplane/shared.ts";

export const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
export const by = { fieldManager: "kube-test" };

export interface Session extends AsyncDisposable {
  client: KubeClient;
  infos: RequestInfo[];
  /** A namespace of the test's own. */
  namespace: string;
  configMap(name: string, data?: Record<string, string>): KubeObject;
  ref(name: string): { kind: KindRef; namespace: string; name: string };
}

/** A client, and a namespace that goes when the scope is left. */
export async function session(
  options: Partial<ConnectOptions> = {},
  as?: string,
): Promise<Session> {
  const space = await testNamespace("kube");
  const infos: RequestInfo[] = [];
  const client = await clientOf({ onRequest: (info) => infos.push(info), ...options }, as);
  const namespace = space.name;
  return {
    client,
    infos,
    namespace,
    configMap: (name, data) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
      ...(data && { data }),
    }),
    ref: (name) => ({ kind: CONFIG_MAP, namespace, name }),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await space[Symbol.asyncDispose]();
    },
  };
}

export async function clientOf(
  options: Partial<ConnectOptions> = {},
  as?: string,
): Promise<KubeClient> {
  const { kubeconfig } = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig });
  if (as) config.headers = { "impersonate-user": as };
  return connect(config, { userAgent: "kro-kube-test", ...options });
}

export const refusedWith = (reason: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

/** A CRD of a group of its own. */
export function definition(group: string): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `kubetests.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "kubetests", singular: "kubetest", kind: "KubeTest", shortNames: ["kte"] },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      }],
    },
  };
}

/** A kind that the server has just learnt: it remembers nothing of it from before. */
export async function freshKind(
  s: Session,
): Promise<{ kind: KindRef; object(name: string): KubeObject }> {
  const group = `${s.namespace}.example.com`;
  const crd = definition(group);
  await s.client.apply({ kind: CRD_KIND, name: crd.metadata.name! }, crd, by);
  const kind: KindRef = {
    group,
    version: "v1",
    kind: "KubeTest",
    plural: "kubetests",
    namespaced: true,
  };
  await eventually("the new kind", () => s.client.list(kind).catch(() => undefined));
  const object = (name: string): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "KubeTest",
    metadata: { namespace: s.namespace, name },
  });
  return { kind, object };
}
