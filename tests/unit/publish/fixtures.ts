/** Creates an RGD, its GraphRevisions and its CRD as they exist in a cluster, for tests of publishing. */
import assert from "node:assert/strict";
import {
  type GraphRevision,
  type JsonObject,
  type KubeObject,
  type Problem,
  type ResourceGraphDefinition,
  RGD_KIND,
  type RgdSpec,
} from "../../../src/api/mod.ts";
import { compile, type Graph, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { desiredCrd } from "../../../src/publish/generated_crd.ts";
import { newRevision } from "../../../src/publish/revision_writes.ts";

/** The version of kro that tests pass to `decide`. */
export const VERSION = "v0.9.4";

/** The current time that tests pass to `decide`. */
export const NOW = new Date("2026-02-03T04:05:06Z");

/** Returns the spec of an RGD whose instances have a field `size` of this SimpleSchema type. */
export function spec(size: string): RgdSpec {
  return {
    schema: {
      kind: "Cart",
      apiVersion: "v1alpha1",
      group: "shop.example.com",
      spec: { name: "string", size },
    },
    resources: [{
      id: "map",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.spec.name}" },
        data: { size: "${string(schema.spec.size)}" },
      },
    }],
  };
}

/** The spec of most test cases, a compatible change of this spec, and a breaking change. */
export const SPECS = {
  first: spec("string | default=s"),
  compatible: spec("string | default=m"),
  breaking: spec("integer | default=1"),
};

/** The creation time of all objects. */
const CREATED = "2026-01-01T00:00:00Z";

/** Returns the RGD `cart`, which has kro's finalizer unless `metadata` overrides it. */
export function rgd(
  of: RgdSpec,
  metadata: Partial<KubeObject["metadata"]> = {},
  status?: ResourceGraphDefinition["status"],
): ResourceGraphDefinition {
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: RGD_KIND.kind,
    metadata: {
      name: "cart",
      uid: "rgd-uid",
      generation: 1,
      resourceVersion: "5",
      finalizers: ["kro.run/finalizer"],
      ...metadata,
    },
    spec: of,
    ...status ? { status } : {},
  };
}

/** Compiles the spec of an RGD, and returns its graph. */
export async function graphOf(of: RgdSpec): Promise<Graph> {
  const subject = rgd(of);
  const compiled = compile(subject, await resolveKinds(snapshotSource(), kindsOf(subject)));
  assert.ok(compiled.ok, "the spec compiles");
  return compiled.graph;
}

/** Returns a valid GraphRevision of the RGD `cart`, as it exists in the cluster. */
export function revision(
  of: RgdSpec,
  graph: Graph,
  number: number,
  metadata: Partial<KubeObject["metadata"]> = {},
): GraphRevision {
  const bare = newRevision(rgd(of), graph, number, VERSION);
  const condition = {
    status: "True",
    observedGeneration: 1,
    lastTransitionTime: CREATED,
  } as const;
  return {
    ...bare,
    metadata: {
      ...bare.metadata,
      uid: `uid-${number}`,
      resourceVersion: `${100 + number}`,
      generation: 1,
      creationTimestamp: CREATED,
      ...metadata,
    },
    status: {
      conditions: [
        {
          type: "GraphVerified",
          ...condition,
          reason: "Verified",
          message: "graph revision compiled and verified",
        },
        { type: "Ready", ...condition, reason: "Ready", message: "" },
      ],
      topologicalOrder: [...graph.order],
      resources: graph.resources.map(({ id, dependencies }) => ({ id, dependencies })),
    },
  };
}

/** Returns the established CRD that kro generates for a graph, as it exists in the cluster. */
export function liveCrd(
  of: RgdSpec,
  graph: Graph,
  metadata: Partial<KubeObject["metadata"]> = {},
  conditions: JsonObject[] = [{ type: "Established", status: "True" }],
): KubeObject {
  const desired = desiredCrd(rgd(of), graph, VERSION);
  const labels = { ...desired.metadata.labels, ...metadata.labels };
  return {
    ...desired,
    metadata: { ...desired.metadata, uid: "crd-uid", resourceVersion: "50", ...metadata, labels },
    status: { conditions },
  };
}

/** A problem that compiling an RGD could report. */
export const PROBLEM: Problem = {
  code: "TYPE",
  node: "map",
  path: "template.data.size",
  message: "undefined field 'siez'",
};
