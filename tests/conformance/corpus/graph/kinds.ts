/**
 * Test cases of built-in kinds. Every built-in kind must be permitted in a template, and its fields
 * must have the same types as in upstream.
 */
import { apiVersionOf } from "../../../../src/api/mod.ts";
import { snapshotKinds } from "../../../../src/openapi/mod.ts";
import {
  cases,
  container,
  data,
  deployment,
  type GraphCase,
  resource,
  rgd,
  SPEC,
  withSpec,
} from "./build.ts";

/**
 * Expressions that read the fields of a built-in kind. The fields have special types: untyped, free-form,
 * recursive, quantity, time, and int-or-string.
 */
const FIELDS: [apiVersion: string, kind: string, expression: string][] = [
  ["apps/v1", "Deployment", "x.status"],
  ["apps/v1", "Deployment", "x.spec.strategy"],
  ["apps/v1", "Deployment", "x.spec.template.spec.volumes[0].emptyDir.sizeLimit"],
  ["apps/v1", "Deployment", "x.spec.template.spec.containers[0].resources.limits"],
  ["apps/v1", "Deployment", "x.spec.template.spec.containers[0].livenessProbe.httpGet.port"],
  ["apps/v1", "ControllerRevision", "x.data"],
  ["apps/v1", "ControllerRevision", "x.data.a"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "x.status"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "x.spec"],
  ["autoscaling/v2", "HorizontalPodAutoscaler", "x.status.currentReplicas"],
  ["batch/v1", "Job", "x.status"],
  ["batch/v1", "CronJob", "x.status"],
  ["networking.k8s.io/v1", "Ingress", "x.status"],
  ["networking.k8s.io/v1", "NetworkPolicy", "x.spec.ingress[0].ports"],
  ["policy/v1", "PodDisruptionBudget", "x.spec"],
  ["policy/v1", "PodDisruptionBudget", "x.status"],
  ["rbac.authorization.k8s.io/v1", "Role", "x.rules"],
  ["v1", "Namespace", "x.status"],
  ["v1", "Node", "x.status.capacity"],
  ["v1", "Node", "x.status.capacity['cpu']"],
  ["v1", "PersistentVolumeClaim", "x.status"],
  ["v1", "Pod", "x.status.containerStatuses[0].state"],
  ["v1", "Pod", "x.status.startTime"],
  ["v1", "ResourceQuota", "x.status"],
  ["v1", "Secret", "x.data"],
  ["v1", "Secret", "x.data['k']"],
  ["v1", "Secret", "x.stringData"],
  ["v1", "Service", "x.spec"],
  ["v1", "Service", "x.status"],
  ["v1", "ServiceAccount", "x.secrets"],
];

/** The test cases of built-in kinds. */
export const kinds: GraphCase[] = [
  ...snapshotKinds().map((kind) => ({
    name: `${apiVersionOf(kind)} ${kind.kind}`,
    rgd: rgd({ spec: {}, status: { v: "${x.metadata.name}" } }, [
      resource("x", [apiVersionOf(kind), kind.kind]),
    ]),
  })),
  ...FIELDS.map(([apiVersion, kind, expression]) => ({
    name: `${expression} of ${apiVersion} ${kind}`,
    rgd: rgd({ spec: SPEC, status: { v: `\${${expression}}` } }, [
      resource("x", [apiVersion, kind]),
    ]),
  })),
  ...cases({
    "free content of a ControllerRevision": withSpec(
      resource("x", ["apps/v1", "ControllerRevision"], {
        data: { a: 1, b: ["${schema.spec.name}"] },
      }),
    ),
    "content of a bare object": withSpec(
      resource("x", ["v1", "ConfigMap"], {
        metadata: { name: "x", managedFields: [{ fieldsV1: { "f:data": {} } }] },
      }),
    ),
    "an int in percent": withSpec(
      deployment("x", { strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } } }),
    ),
    "an unknown field in a list": withSpec(container("x", { env: [{ name: "a", val: "b" }] })),
    "a resource claim by a quantity": withSpec(
      container("x", { resources: { requests: { cpu: "${quantity('1')}", memory: "1Gi" } } }),
    ),
    "a time from another object": withSpec(
      data("v"),
      resource("x", ["v1", "Event"], {
        lastTimestamp: "${cm.metadata.creationTimestamp}",
        involvedObject: { kind: "ConfigMap", name: "${cm.metadata.name}" },
      }),
    ),
    "a time by text": withSpec(
      resource("x", ["v1", "Event"], { lastTimestamp: "2024-01-01T00:00:00Z", involvedObject: {} }),
    ),
  }),
];
