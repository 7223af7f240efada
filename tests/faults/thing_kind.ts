/**
 * A custom kind that kro does not generate, which a test graph uses for a child object. Its CRD is
 * installed before all runs.
 */
import { CRD_KIND, type KindRef, type KubeObject } from "../../src/api/mod.ts";
import { type KubeClient, waitEstablished } from "../../src/kube/mod.ts";
import { crdOf } from "../support/cluster/crds.ts";

/** The custom kind Thing, for child objects of a test graph. */
export const THING: KindRef = {
  group: "others.faults.dev",
  version: "v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
};

/** The reference to the CRD of the kind Thing. */
export const THING_CRD = { kind: CRD_KIND, name: `${THING.plural}.${THING.group}` };

/**
 * Returns the CRD of the kind Thing. `more` lists the names of additional fields of the spec, whose type is
 * string.
 */
export function thingCrd(more: readonly string[] = []): KubeObject {
  const string = { type: "string" };
  const properties = Object.fromEntries(["text", ...more].map((name) => [name, string]));
  const { kind, group, version } = THING;
  return crdOf(kind, group, version, {
    spec: { type: "object", properties },
  }) as unknown as KubeObject;
}

/** Installs the CRD of the kind Thing, and waits until the API server serves the kind. */
export async function installThings(client: KubeClient): Promise<void> {
  await client.apply(THING_CRD, thingCrd(), { fieldManager: "user" });
  await waitEstablished(client, THING_CRD.name);
}
