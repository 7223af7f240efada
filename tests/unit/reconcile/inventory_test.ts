/** Derived values that upstream computes too, byte for byte; and what makes an inventory valid. */
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import { inventoryFault } from "../../../src/reconcile/inventory.ts";
import { applySetId, inventoryHash, isSuspended } from "../../../src/reconcile/mod.ts";

function instance(name: string, namespace?: string): KubeObject {
  return { apiVersion: "x/v1", kind: "X", metadata: { name, namespace } };
}

function kind(kind: string, group: string): KindRef {
  return { group, version: "v1alpha1", kind, plural: "x", namespaced: true };
}

const FIRST = "applyset-FoAVzo3tC-nwj0pNGpip9WhBjUQoYa_04pIyvrjOgzw-v1";

Deno.test("the ApplySet id is upstream's", () => {
  assert.equal(applySetId(kind("ProbeOne", "spec.example.dev"), instance("a", "default")), FIRST);
  assert.equal(
    applySetId(kind("ClusterThing", "kro.run"), instance("g")),
    "applyset-Fjd87LdHwbPc4CUF032KMlQQ_0GJLLIADfoJOi1aDo8-v1",
  );
});

Deno.test("the inventory hash is upstream's", () => {
  assert.equal(
    inventoryHash(FIRST, "ConfigMap", ""),
    "sha256:fYLtX-nDoHsnXCT1pwUxEeKiAtM15200dpxgQbJzTKM",
  );
});

const SOUND = {
  "applyset.kubernetes.io/tooling": "kro/v0.9.4",
  "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps",
  "applyset.kubernetes.io/additional-namespaces": "",
};

for (
  const { name, annotations, fault } of [
    { name: "one written before hashes existed", annotations: {}, fault: undefined },
    {
      name: "a hash that fits",
      annotations: {
        "internal.kro.run/applyset-inventory-hash": inventoryHash(
          FIRST,
          "ConfigMap,Deployment.apps",
          "",
        ),
      },
      fault: undefined,
    },
    {
      name: "a hash that does not",
      annotations: { "internal.kro.run/applyset-inventory-hash": "sha256:x" },
      fault: /invalid internal\.kro\.run\/applyset-inventory-hash annotation: got "sha256:x"/,
    },
    {
      name: "an empty group kind",
      annotations: { "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,,Pod" },
      fault: /invalid applyset\.kubernetes\.io\/contains-group-kinds annotation: ""/,
    },
    {
      name: "a group that is none",
      annotations: { "applyset.kubernetes.io/contains-group-kinds": "Pod.Apps_x" },
      fault: /contains-group-kinds annotation: "Pod\.Apps_x"/,
    },
    {
      name: "a namespace that is none",
      annotations: { "applyset.kubernetes.io/additional-namespaces": "a,B" },
      fault: /additional-namespaces annotation: "B"/,
    },
  ]
) {
  Deno.test(`inventory: ${name} is ${fault ? "refused" : "accepted"}`, () => {
    const object = instance("a", "default");
    object.metadata.labels = { "applyset.kubernetes.io/id": FIRST };
    object.metadata.annotations = { ...SOUND, ...annotations };
    const found = inventoryFault(kind("ProbeOne", "spec.example.dev"), object);
    if (fault) assert.match(found ?? "", fault);
    else assert.equal(found, undefined);
  });
}

Deno.test("the suspend annotation takes both words in any case, and nothing else", () => {
  const suspended = ["suspended", "Disabled", "SUSPENDED", "true", ""].map((value) => {
    const object = instance("a");
    object.metadata.annotations = { "kro.run/reconcile": value };
    return isSuspended(object);
  });
  assert.deepEqual(suspended, [true, true, true, false, false]);
});
