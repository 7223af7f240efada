/** Tests of checkKinds, which refuses objects whose kind no RGD defines before `kro apply` writes anything. */
import assert from "node:assert/strict";
import type { KubeObject, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { checkKinds } from "../../../src/cli/check_kinds.ts";
import { parseManifests } from "../../../src/cli/manifests.ts";
import type { Session } from "../../../src/cli/session.ts";

/** Returns an RGD with this schema. */
function rgd(name: string, schema: Record<string, string>): ResourceGraphDefinition {
  const apiVersion = "kro.run/v1alpha1";
  const kind = "ResourceGraphDefinition";
  return { apiVersion, kind, metadata: { name }, spec: { schema, resources: [] } } as never;
}

const SHOP = rgd("shop", { apiVersion: "v1", group: "example.com", kind: "Shop" });

/** Calls checkKinds for an object of this kind. Returns the message of the error; undefined without an error. */
async function refusal(
  apiVersion: string,
  kind: string,
  { inFiles = [], inCluster = [] }: {
    inFiles?: ResourceGraphDefinition[];
    inCluster?: ResourceGraphDefinition[];
  },
): Promise<string | undefined> {
  const list = () => Promise.resolve({ items: inCluster as unknown as KubeObject[] });
  const session = { client: { list } } as unknown as Session;
  const text = `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: corner}}`;
  try {
    await checkKinds(session, inFiles, parseManifests(text, "shop.yaml"));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const UNDEFINED = "UsageError: shop.yaml: no ResourceGraphDefinition serves the kind";

Deno.test("an object is accepted if an RGD of the files or of the cluster defines its kind", async () => {
  assert.equal(await refusal("example.com/v1", "Shop", { inFiles: [SHOP] }), undefined);
  assert.equal(await refusal("example.com/v1", "Shop", { inCluster: [SHOP] }), undefined);
  const other = rgd("other", { apiVersion: "v1", group: "other.com", kind: "Shop" });
  const both = { inFiles: [other], inCluster: [SHOP] };
  assert.equal(await refusal("example.com/v1", "Shop", both), undefined);
});

Deno.test("an RGD without a version does not refuse the objects of its kind, because it is rejected itself", async () => {
  const incomplete = rgd("shop", { kind: "Shop" });
  assert.equal(await refusal("example.com/v1", "Shop", { inFiles: [incomplete] }), undefined);
});

Deno.test("an object with another group or version than its RGD is refused, and the error names both", async () => {
  for (const [version, where] of [["example.com/v2", "inFiles"], ["kro.run/v1", "inCluster"]]) {
    assert.equal(
      await refusal(version!, "Shop", { [where!]: [SHOP] }),
      `${UNDEFINED} Shop in ${version}: the ResourceGraphDefinition "shop" defines Shop in example.com/v1`,
    );
  }
});
