/** A kind of somebody else's that a subject has children of; its CRD is there before all lives. */
import { CRD_KIND, type KindRef, type KubeObject } from "../../src/api/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { eventually } from "../support/controlplane/shared.ts";

/** The kind. */
export const THING: KindRef = {
  group: "others.faults.dev",
  version: "v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
};

/** Where its CRD is. */
export const THING_CRD = { kind: CRD_KIND, name: `${THING.plural}.${THING.group}` };

/** Its CRD; `more` are further fields of the spec, each a text. */
export function thingCrd(more: readonly string[] = []): KubeObject {
  const { group, version, kind, plural } = THING;
  const text = { type: "string" };
  const spec = {
    type: "object",
    properties: Object.fromEntries(["text", ...more].map((name) => [name, text])),
  };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: THING_CRD.name },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: "thing", listKind: "ThingList" },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** Makes it and waits until it is served. */
export async function installThings(client: KubeClient): Promise<void> {
  await client.apply(THING_CRD, thingCrd(), { fieldManager: "user" });
  await eventually("Things served", async () => {
    const crd = await client.get(THING_CRD);
    const { conditions } = (crd?.status ?? {}) as {
      conditions?: { type: string; status: string }[] | null;
    };
    return conditions?.some((c) => c.type === "Established" && c.status === "True");
  });
}
