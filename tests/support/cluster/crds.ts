/**
 * CustomResourceDefinitions that tests install. Each has one version, and by default a status that
 * accepts any fields.
 */
import type { JsonObject } from "../../../src/api/mod.ts";
import { plural as pluralOf } from "../../../src/graph/mod.ts";
import { isEstablished } from "../../../src/kube/mod.ts";
import type { Live, Place, TestCluster } from "./cluster.ts";

/** A custom kind that the API server serves. */
export interface InstalledKind {
  /** The apiVersion of the kind's objects. */
  apiVersion: string;
  /**
   * The kind with its API group, such as `Widget.example.com`, for use as the `kind` of a {@link
   * Place}.
   */
  kind: string;
}

const CRD = "CustomResourceDefinition.apiextensions.k8s.io";

/** A schema that accepts a value of any type. */
export const ANY_VALUE: JsonObject = { "x-kubernetes-preserve-unknown-fields": true };

/**
 * Returns the CRD of a namespaced kind. `properties` contains the schemas of the top-level fields, such as
 * `spec`. If it contains no `status`, the status may have any fields.
 */
export function crdOf(
  kind: string,
  group: string,
  version: string,
  properties: JsonObject,
): JsonObject & { metadata: { name: string } } {
  const singular = kind.toLowerCase();
  const plural = pluralOf(singular);
  const schema = {
    type: "object",
    properties: { status: { ...ANY_VALUE, type: "object" }, ...properties },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular, listKind: `${kind}List` },
      versions: [{
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      }],
    },
  };
}

/** The API group and version of a CRD. */
export interface CrdOptions {
  /** The API group; by default a group that only this test uses. */
  group?: string;
  /** The version; `v1alpha1` by default. */
  version?: string;
}

/**
 * Installs the CRD of a kind, and waits until the API server serves the kind. The CRD is not
 * removed after the test.
 */
export async function installCrd(
  cluster: TestCluster,
  kind: string,
  properties: JsonObject,
  options: CrdOptions = {},
): Promise<InstalledKind> {
  const { group = `${cluster.namespace}.example.org`, version = "v1alpha1" } = options;
  await cluster.apply(crdOf(kind, group, version, properties));
  await cluster.until(crdPlace(`${kind}.${group}`), isEstablished);
  return { apiVersion: `${group}/${version}`, kind: `${kind}.${group}` };
}

/**
 * Returns the name of a kind's CRD. The kind contains its API group, such as `Widget.example.com`.
 */
export function crdPlace(kind: string): Place {
  const [name = "", ...group] = kind.split(".");
  return { kind: CRD, name: `${pluralOf(name.toLowerCase())}.${group.join(".")}` };
}

/** Returns the schema of `spec` in a CRD with one version. */
export function specSchema(crd: Live): Live {
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
}
