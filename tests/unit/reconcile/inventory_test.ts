/**
 * Tests that ApplySet IDs and inventory hashes equal upstream's, and tests of the validation of an
 * inventory.
 */
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import { addObject, inventoryFault } from "../../../src/reconcile/inventory.ts";
import { applySetId, inventoryHash, isSuspended } from "../../../src/reconcile/mod.ts";

function instance(name: string, namespace?: string): KubeObject {
  return { apiVersion: "x/v1", kind: "X", metadata: { name, namespace } };
}

function kind(kind: string, group: string): KindRef {
  return { group, version: "v1alpha1", kind, plural: "x", namespaced: true };
}

const FIRST = "applyset-FoAVzo3tC-nwj0pNGpip9WhBjUQoYa_04pIyvrjOgzw-v1";

Deno.test("applySetId returns upstream's id", () => {
  assert.equal(applySetId(kind("ProbeOne", "spec.example.dev"), instance("a", "default")), FIRST);
  assert.equal(
    applySetId(kind("ClusterThing", "kro.run"), instance("g")),
    "applyset-Fjd87LdHwbPc4CUF032KMlQQ_0GJLLIADfoJOi1aDo8-v1",
  );
});

Deno.test("inventoryHash returns upstream's hash", () => {
  assert.equal(
    inventoryHash(FIRST, "ConfigMap", ""),
    "sha256:fYLtX-nDoHsnXCT1pwUxEeKiAtM15200dpxgQbJzTKM",
  );
});

const VALID = {
  "applyset.kubernetes.io/tooling": "kro/v0.9.4",
  "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps",
  "applyset.kubernetes.io/additional-namespaces": "",
};

for (
  const { name, annotations, problem } of [
    { name: "an inventory without a hash", annotations: {}, problem: undefined },
    {
      name: "a correct hash",
      annotations: {
        "internal.kro.run/applyset-inventory-hash": inventoryHash(
          FIRST,
          "ConfigMap,Deployment.apps",
          "",
        ),
      },
      problem: undefined,
    },
    {
      name: "a wrong hash",
      annotations: { "internal.kro.run/applyset-inventory-hash": "sha256:x" },
      problem: /invalid internal\.kro\.run\/applyset-inventory-hash annotation: got "sha256:x"/,
    },
    {
      name: "an empty group kind",
      annotations: { "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,,Pod" },
      problem: /invalid applyset\.kubernetes\.io\/contains-group-kinds annotation: ""/,
    },
    {
      name: "an invalid group",
      annotations: { "applyset.kubernetes.io/contains-group-kinds": "Pod.Apps_x" },
      problem: /contains-group-kinds annotation: "Pod\.Apps_x"/,
    },
    {
      name: "an invalid namespace",
      annotations: { "applyset.kubernetes.io/additional-namespaces": "a,B" },
      problem: /additional-namespaces annotation: "B"/,
    },
  ]
) {
  Deno.test(`inventory: ${name} is ${problem ? "refused" : "accepted"}`, () => {
    const object = instance("a", "default");
    object.metadata.labels = { "applyset.kubernetes.io/id": FIRST };
    object.metadata.annotations = { ...VALID, ...annotations };
    const found = inventoryFault(kind("ProbeOne", "spec.example.dev"), object);
    if (problem) assert.match(found ?? "", problem);
    else assert.equal(found, undefined);
  });
}

Deno.test("isSuspended accepts suspended and disabled in any case, and no other value", () => {
  const suspended = ["suspended", "Disabled", "SUSPENDED", "true", ""].map((value) => {
    const object = instance("a");
    object.metadata.annotations = { "kro.run/reconcile": value };
    return isSuspended(object);
  });
  assert.deepEqual(suspended, [true, true, true, false, false]);
});

Deno.test("an inventory leaves out a namespace that cannot exist", () => {
  const to = { kinds: new Set<string>(), namespaces: new Set<string>() };
  const map = { group: "", kind: "ConfigMap" };
  for (const namespace of ["..", ".", "a/b", "Upper", "a,b", "one"]) {
    addObject(to, map, namespace, instance("a", "default"));
  }
  assert.deepEqual([...to.namespaces], ["one"]);
});
