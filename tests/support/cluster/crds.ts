// CustomResourceDefinitions that scenarios install: a group of the scenario's own, one version, a status.
import type { JsonObject } from "../../../src/api/mod.ts";
import { plural as pluralOf } from "../../../src/graph/mod.ts";
import type { Live, Place } from "./cluster.ts";
import type { Scenario } from "./scenario.ts";

/** A kind that is served. */
export interface InstalledKind {
  /** apiVersion of its objects. */
  apiVersion: string;
  /** As places name it: `Widget.example.com`. */
  kind: string;
}

const CRD = "CustomResourceDefinition.apiextensions.k8s.io";

/** Schema of a value of any type. */
export const unknown: JsonObject = { "x-kubernetes-preserve-unknown-fields": true };

/** What may be said of a kind besides its schema. */
export interface CrdOptions {
  /** By default one of the scenario's own. */
  group?: string;
  /** `v1alpha1` by default. */
  version?: string;
}

/** The CRD of a namespaced kind; `properties` are those beside metadata, a loose `status` by default. */
export function crdOf(
  kind: string,
  group: string,
  version: string,
  properties: JsonObject,
): JsonObject {
  const singular = kind.toLowerCase();
  const plural = pluralOf(singular);
  const schema = {
    type: "object",
    properties: { status: { ...unknown, type: "object" }, ...properties },
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

/** Installs the CRD and waits until its kind is served; it stays for as long as the API server runs. */
export async function crd(
  { cluster }: Scenario,
  kind: string,
  properties: JsonObject,
  options: CrdOptions = {},
): Promise<InstalledKind> {
  const { group = `${cluster.namespace}.example.org`, version = "v1alpha1" } = options;
  const object = crdOf(kind, group, version, properties);
  await cluster.apply(object);
  await cluster.until(
    crdPlace(`${kind}.${group}`),
    (o) => o.status?.conditions?.some((c: Live) => c.type === "Established" && c.status === "True"),
  );
  return { apiVersion: `${group}/${version}`, kind: `${kind}.${group}` };
}

/** Where the CRD of a kind is, given as places name it. */
export function crdPlace(kind: string): Place {
  const [name = "", ...group] = kind.split(".");
  return { kind: CRD, name: `${pluralOf(name.toLowerCase())}.${group.join(".")}` };
}
