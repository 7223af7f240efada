/** Creates an RGD with many Deployments, Services and ConfigMaps, and about six expressions for each node. */
import type { JsonObject, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { GROUP } from "./graphs.ts";

/**
 * Returns an RGD of the kind `Large` with the given number of nodes. Node i depends on the nodes
 * i-1, i-2 and i-3.
 */
export function large(nodes: number, name: string): ResourceGraphDefinition {
  const resources = Array.from({ length: nodes }, (_, i) => {
    const before = i < 3 ? undefined : `n${i - 3}.metadata.name`;
    const labels: JsonObject = {
      app: "${schema.spec.name}",
      part: `\${schema.spec.name + '-${i}'}`,
      after: `\${${before ?? "schema.spec.name"}}`,
    };
    const metadata: JsonObject = { name: `\${schema.spec.name}-${i}`, labels };
    return { id: `n${i}`, template: { ...objectOf(i), metadata } };
  });
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name },
    spec: {
      schema: {
        kind: "Large",
        apiVersion: "v1alpha1",
        group: GROUP,
        spec: {
          name: "string",
          replicas: "integer | default=1",
          image: "string | default=nginx",
          ports: "[]integer",
          env: "map[string]string",
        },
      },
      resources,
    },
  };
}

/**
 * Returns the template of node i without its metadata. Deployments, Services and ConfigMaps
 * alternate.
 */
function objectOf(i: number): JsonObject {
  const app: JsonObject = { app: "fixed" };
  if (i % 3 === 0) {
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: {
        replicas: "${schema.spec.replicas > 3 ? 3 : schema.spec.replicas}",
        selector: { matchLabels: app },
        template: {
          metadata: { labels: app },
          spec: {
            containers: [{
              name: "main",
              image: "${schema.spec.image}",
              ports: [{ containerPort: 80 }],
              resources: { limits: { cpu: "1", memory: "64Mi" } },
            }],
          },
        },
      },
    };
  }
  if (i % 3 === 1) {
    return {
      apiVersion: "v1",
      kind: "Service",
      spec: {
        selector: `\${n${i - 1}.spec.selector.matchLabels}`,
        ports: "${schema.spec.ports.map(p, {'port': p, 'name': 'p' + string(p)})}",
      },
    };
  }
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: {
      host: `\${n${i - 1}.metadata.name + '.' + n${i - 1}.metadata.namespace}`,
      ready: `\${string(has(n${i - 2}.status) && n${i - 2}.status.?readyReplicas.orValue(0) > 0)}`,
    },
  };
}
