/** Made-up live objects and explanations, for screenshots and measurements of the live page. */
import type { KubeObject, ManagedFieldsEntry } from "../../../src/api/mod.ts";
import type { Explainer, LiveReader } from "../../../src/server/mod.ts";

/** The managed fields of an autoscaler that has changed the replicas of a Deployment. */
const SCALED: ManagedFieldsEntry = {
  manager: "cluster-autoscaler",
  operation: "Update",
  time: before(90_000),
  fieldsV1: { "f:spec": { "f:replicas": {} } },
};

/**
 * A reader of made-up live objects. It returns an object for each reference, an Event about each object, and
 * three revisions of each graph.
 */
export const sampleLive: LiveReader = {
  get: ({ kind: { kind }, namespace, name }) =>
    Promise.resolve({
      apiVersion: "v1",
      kind,
      metadata: {
        name,
        namespace,
        uid: "0-1",
        creationTimestamp: before(86_400_000),
        labels: { app: name },
        managedFields: kind === "Deployment" ? [SCALED] : [],
      },
      spec: {
        replicas: 2 + name.length % 2 + Number(name.endsWith("7")),
        image: "registry.example.com/catalog:1.4.2",
      },
      status: { observedGeneration: 3, replicas: 2 },
    }),
  list: ({ kind }, { labelSelector = "" }) => {
    if (kind === "Event") return Promise.resolve([sampleEvent()]);
    if (kind === "GraphRevision") return Promise.resolve([1, 2, 3].map(sampleRevision));
    const [, namespace, name] = /=([^/]*)\/([^,]*)/.exec(labelSelector) ?? [];
    return Promise.resolve(
      Array.from({ length: 1000 }, (_, i) => ({
        apiVersion: "batch/v1",
        kind,
        metadata: { namespace, name: `${name}-${i}` },
      })),
    );
  },
};

/**
 * An explainer for the live page, which explains each node as failed because the API server refused its
 * object. Every seventh object of a collection waits.
 */
export const sampleExplainer: Explainer = {
  explain: (_graph, _at, subject = "the instance") =>
    Promise.resolve({
      topic: "node",
      state: "Failed",
      text: `${subject} is Failed: the API server refused the object`,
      because: [{
        topic: "expression",
        text: "spec.replicas is ${schema.spec.replicas}",
        because: [{ topic: "value", text: "schema.spec.replicas is -1", because: [] }],
      }],
    }),
  compareRevisions: (_graph, { namespace, name }, { from, to }) =>
    Promise.resolve({
      from: { revision: from, problems: [], unknown: [] },
      to: {
        revision: to,
        problems: [],
        unknown: [{
          node: "ingress",
          state: "Pending",
          reason: "service.status.loadBalancer is missing",
        }],
      },
      objects: [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          namespace,
          name: `${name}-deployment`,
          node: "deployment",
          change: "changed",
          fields: [
            {
              path: "spec.template.spec.containers[name=app].image",
              old: `registry.example.com/catalog:1.${from}.0`,
              new: `registry.example.com/catalog:1.${to}.0`,
            },
            { path: "spec.replicas", old: 2, new: 3 },
            {
              path: "spec.template.spec.containers[name=app].resources",
              new: { requests: { cpu: "100m", memory: "128Mi" } },
            },
          ],
        },
        {
          apiVersion: "v1",
          kind: "Service",
          namespace,
          name: `${name}-service`,
          node: "service",
          change: "added",
          fields: [{ path: "spec.ports", new: [{ port: 80, targetPort: 8080 }] }],
        },
        {
          apiVersion: "v1",
          kind: "Secret",
          namespace,
          name: `${name}-token`,
          node: "token",
          change: "removed",
          fields: [{ path: "data.password", old: "hidden" }],
        },
      ],
      equal: 4,
    }),
  collection: () => ({
    kind: { group: "batch", version: "v1", kind: "Job", plural: "jobs", namespaced: true },
    states: (objects) =>
      objects.map((_, i) =>
        i % 7 === 3
          ? { state: "Waiting", reason: "readyWhen condition evaluated to false" }
          : { state: "Ready" }
      ),
  }),
};

function before(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

function sampleEvent(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "one" },
    type: "Warning",
    reason: "FailedCreate",
    message: "exceeded quota: pods, requested: 1, used: 20, limited: 20",
    count: 4,
    lastTimestamp: before(240_000),
    source: { component: "replicaset-controller" },
  };
}

function sampleRevision(revision: number): KubeObject {
  const template = (replicas: string, image: string) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: { replicas, template: { spec: { containers: [{ name: "app", image }] } } },
  });
  const resources = [
    { id: "deployment", template: template("${schema.spec.replicas}", `app:1.${revision}`) },
    ...(revision > 2 ? [{ id: "service", template: { apiVersion: "v1", kind: "Service" } }] : []),
  ];
  return {
    apiVersion: "internal.kro.run/v1alpha1",
    kind: "GraphRevision",
    metadata: { name: `r${revision}`, creationTimestamp: before((5 - revision) * 86_400_000) },
    spec: { revision, snapshot: { spec: { schema: { kind: "App" }, resources } } },
    status: { resources: [{ id: "service", dependencies: [{ id: "deployment" }] }] },
  };
}
