import { type GraphSpec } from "../../support/cluster/mod.ts";
// RGDs for tests in which upstream's controller and this project's controller take over each other's objects.
// Together, the RGDs use every feature that creates objects.

const configMap = (name: string, data: Record<string, string>, namespace?: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...(namespace ? { namespace } : {}) },
  data,
});

/**
 * An RGD with dependencies, a collection, includeWhen, an external reference, values that the API
 * server normalizes, and readyWhen.
 */
export const mixed: GraphSpec = {
  kind: "Mixed",
  spec: {
    value: "string | default=x",
    names: '[]string | default=["a","b"]',
    extra: "boolean | default=true",
  },
  status: { first: "${config.data.value}", count: "${size(parts)}" },
  resources: [
    {
      id: "outside",
      externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "outside" } },
    },
    {
      id: "config",
      template: configMap("${schema.metadata.name}", { value: "${schema.spec.value}" }),
    },
    {
      id: "secret",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "${schema.metadata.name}" },
        stringData: { value: "${config.data.value}" },
      },
    },
    {
      id: "parts",
      forEach: [{ name: "${schema.spec.names}" }],
      template: configMap("${schema.metadata.name}-${name}", { from: "${outside.data.value}" }),
    },
    {
      id: "extra",
      includeWhen: ["${schema.spec.extra}"],
      template: configMap("${schema.metadata.name}-extra", { from: "${config.data.value}" }),
    },
    {
      id: "deployment",
      readyWhen: ["${deployment.status.?availableReplicas.orValue(0) > 0}"],
      template: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "${schema.metadata.name}" },
        spec: {
          selector: { matchLabels: { app: "${schema.metadata.name}" } },
          template: {
            metadata: { labels: { app: "${schema.metadata.name}" } },
            spec: {
              containers: [{
                name: "main",
                image: "nginx",
                resources: { requests: { cpu: "1000m", memory: "1024Mi" } },
              }],
            },
          },
        },
      },
    },
    {
      id: "last",
      template: configMap("${schema.metadata.name}-last", {
        from: "${string(deployment.status.availableReplicas)}",
      }),
    },
  ],
};

/** Returns an RGD of a cluster-scoped kind whose child objects are in two namespaces. */
export function spread(first: string, second: string): GraphSpec {
  return {
    kind: "Spread",
    schema: { scope: "Cluster" },
    spec: { value: "string | default=x" },
    resources: [
      {
        id: "one",
        template: configMap("${schema.metadata.name}-one", { v: "${schema.spec.value}" }, first),
      },
      {
        id: "two",
        template: configMap("${schema.metadata.name}-two", { v: "${one.data.v}" }, second),
      },
    ],
  };
}
