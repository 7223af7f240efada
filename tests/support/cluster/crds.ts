/** CustomResourceDefinitions that tests install: one version, a status with any fields. */
import type { JsonObject } from "../../../src/api/mod.ts";
import { plural as pluralOf } from "../../../src/graph/mod.ts";
import { isEstablished } from "../../../src/kube/mod.ts";
import type { Live, Place, TestCluster } from "./cluster.ts";

/** A served kind. */
export interface InstalledKind {
  /** apiVersion of its objects. */
  apiVersion: string;
  /** As a {@link Place} names it: `Widget.example.com`. */
  kind: string;
}

const CRD = "CustomResourceDefinition.apiextensions.k8s.io";

/** Schema of a value of any type. */
export const ANY_VALUE: JsonObject = { "x-kubernetes-preserve-unknown-fields": true };

/** The CRD of a namespaced kind; `properties` are those besides metadata, by default a `status` with any fields. */
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

/** A CRD's group and version. */
export interface CrdOptions {
  /** By default a group of the test's own. */
  group?: string;
  /** `v1alpha1` by default. */
  version?: string;
}

/** Installs the CRD of a kind and waits until it is served; it stays for as long as the API server runs. */
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

/** The place of the CRD of a kind, which is named as in a {@link Place}. */
export function crdPlace(kind: string): Place {
  const [name = "", ...group] = kind.split(".");
  return { kind: CRD, name: `${pluralOf(name.toLowerCase())}.${group.join(".")}` };
}

/** The schema under `spec` of a CRD's only version. */
export function specSchema(crd: Live): Live {
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
}
