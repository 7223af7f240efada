/**
 * Tests of the decision how to delete an RGD: the fact to read next, and the writes with their preconditions.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  decideWithdrawal,
  type Read,
  type WithdrawalFacts,
} from "../../../src/publish/decide_withdrawal.ts";
import type { WithdrawalWrite } from "../../../src/publish/writes.ts";
import { deletion, first, graphs, live, ofAnotherRgd } from "./decisions.ts";
import { revision, rgd, SPECS } from "./fixtures.ts";

/** An RGD that is being deleted. */
const deleted = rgd(SPECS.first, deletion);
const second = revision(SPECS.compatible, graphs.compatible, 2);
const rgdCrd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "resourcegraphdefinitions.kro.run" },
};
const allowed: WithdrawalFacts = { rgd: deleted, allowCrdDeletion: true };
const installed: WithdrawalFacts = { ...allowed, rgdCrd };

const CARTS = {
  group: "shop.example.com",
  version: "v1alpha1",
  kind: "Cart",
  plural: "carts",
  namespaced: true,
};
const REVISIONS: Read = { fact: "revisions" };
const DELETED_CRD = "deleteCrd carts.shop.example.com uid=crd-uid";
const RELEASED_RGD = 'releaseRgd cart resourceVersion=5 {"metadata":{"finalizers":[]}}';

function instance(name: string, metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  return {
    apiVersion: "shop.example.com/v1alpha1",
    kind: "Cart",
    metadata: { name, namespace: "shop", uid: `uid-of-${name}`, ...metadata },
  };
}

/** Returns the type of a write, the name of its object, its precondition and its patch. */
function outline(write: WithdrawalWrite): string {
  const { type, ref: { namespace, name } } = write;
  const at = `${type} ${namespace ? `${namespace}/` : ""}${name}`;
  return "patch" in write
    ? `${at} resourceVersion=${write.resourceVersion} ${JSON.stringify(write.patch)}`
    : `${at} uid=${write.uid}`;
}

/** A test case: the known facts, and the expected decision. */
interface Case {
  name: string;
  facts: WithdrawalFacts;
  writes?: string[];
  read?: Read;
  left?: string[];
}

const cases: Case[] = [
  {
    name: "a CRD that must not be deleted stays, and nothing about it is read",
    facts: { rgd: deleted, allowCrdDeletion: false },
    read: REVISIONS,
  },
  {
    name: "before the generated CRD is read, kro's own CRD shows whether kro is being uninstalled",
    facts: allowed,
    read: { fact: "rgdCrd", name: "resourcegraphdefinitions.kro.run" },
  },
  {
    name: "the generated CRD stays if kro's own CRD is gone",
    facts: { ...allowed, rgdCrd: null },
    read: REVISIONS,
  },
  {
    name: "the generated CRD stays if kro's own CRD is being deleted",
    facts: { ...allowed, rgdCrd: { ...rgdCrd, metadata: { ...rgdCrd.metadata, ...deletion } } },
    read: REVISIONS,
  },
  {
    name: "the generated CRD has the name of the RGD's kind and group",
    facts: installed,
    read: { fact: "crd", name: "carts.shop.example.com" },
  },
  {
    name: "an RGD that names no kind has no CRD",
    facts: { ...installed, rgd: { ...deleted, spec: {} as typeof deleted.spec } },
    read: REVISIONS,
  },
  {
    name: "the generated CRD is gone already",
    facts: { ...installed, crd: null },
    read: REVISIONS,
  },
  {
    name: "a CRD that was generated for another RGD stays",
    facts: { ...installed, crd: ofAnotherRgd() },
    read: REVISIONS,
  },
  {
    name: "a CRD that kro did not generate stays",
    facts: { ...installed, crd: { ...live, metadata: { ...live.metadata, labels: {} } } },
    read: REVISIONS,
  },
  {
    name: "the instances of the generated CRD are listed in its storage version",
    facts: { ...installed, crd: live },
    read: { fact: "instances", kind: CARTS },
  },
  {
    name: "a malformed CRD is deleted, because its instances cannot be listed",
    facts: { ...installed, crd: { ...live, spec: { names: { kind: "Cart", plural: "carts" } } } },
    writes: [DELETED_CRD],
    read: REVISIONS,
  },
  {
    name: "instances are deleted by their uid, except those that are being deleted",
    facts: {
      ...installed,
      crd: live,
      instances: [instance("one"), instance("two", deletion), instance("three")],
    },
    writes: [
      "deleteInstance shop/one uid=uid-of-one",
      "deleteInstance shop/three uid=uid-of-three",
    ],
    left: ["one", "two", "three"],
  },
  {
    name: "a cluster-scoped instance is deleted without a namespace",
    facts: { ...installed, crd: live, instances: [instance("one", { namespace: undefined })] },
    writes: ["deleteInstance one uid=uid-of-one"],
    left: ["one"],
  },
  {
    name: "instances that are all being deleted are waited for",
    facts: { ...installed, crd: live, instances: [instance("one", deletion)] },
    left: ["one"],
  },
  {
    name: "without instances, the CRD is deleted by its uid before the revisions are listed",
    facts: { ...installed, crd: live, instances: [] },
    writes: [DELETED_CRD],
    read: REVISIONS,
  },
  {
    name: "the revisions lose kro's finalizer before the RGD, unless they changed meanwhile",
    facts: { ...allowed, revisions: [second, first] },
    writes: [
      'releaseRevision cart-r00002 resourceVersion=102 {"metadata":{"finalizers":[]}}',
      'releaseRevision cart-r00001 resourceVersion=101 {"metadata":{"finalizers":[]}}',
      RELEASED_RGD,
    ],
  },
  {
    name: "the CRD is not deleted again after the revisions were listed",
    facts: { ...installed, crd: live, instances: [], revisions: [] },
    writes: [RELEASED_RGD],
  },
  {
    name: "a revision without kro's finalizer is not written",
    facts: {
      ...allowed,
      revisions: [{ ...first, metadata: { ...first.metadata, finalizers: undefined } }],
    },
    writes: [RELEASED_RGD],
  },
  {
    name: "an RGD without kro's finalizer is not written",
    facts: {
      ...allowed,
      rgd: rgd(SPECS.first, { ...deletion, finalizers: ["a.example.com/f"] }),
      revisions: [],
    },
  },
  {
    name: "finalizers of other controllers stay",
    facts: {
      ...allowed,
      rgd: rgd(SPECS.first, {
        ...deletion,
        finalizers: ["a.example.com/f", "kro.run/finalizer", "b.example.com/f"],
      }),
      revisions: [],
    },
    writes: [
      'releaseRgd cart resourceVersion=5 {"metadata":{"finalizers":["a.example.com/f","b.example.com/f"]}}',
    ],
  },
];

for (const { name, facts, ...expected } of cases) {
  Deno.test(`decideWithdrawal: ${name}`, () => {
    const { writes, read, instancesLeft } = decideWithdrawal(facts);
    const left = instancesLeft.map(({ metadata }) => metadata.name!);
    assert.deepEqual({ writes: writes.map(outline), read, left }, {
      writes: [],
      read: undefined,
      left: [],
      ...expected,
    });
  });
}

Deno.test("decideWithdrawal does not change its input and returns the same decision again", () => {
  for (const { name, facts } of cases) {
    const before = structuredClone(facts);
    const decision = structuredClone(decideWithdrawal(facts));
    assert.deepEqual(facts, before, name);
    assert.deepEqual(decideWithdrawal(facts), decision, name);
  }
});

Deno.test("decideWithdrawal asks only for facts that are not known", () => {
  for (const { name, facts } of cases) {
    const { read } = decideWithdrawal(facts);
    if (read) assert.equal(facts[read.fact], undefined, name);
  }
});

Deno.test("every write of a deletion has a reason, and its refusal fails the whole step", () => {
  for (const { name, facts } of cases) {
    for (const write of decideWithdrawal(facts).writes) {
      assert.ok(write.reason.length > 0, `${name}: ${write.type}`);
      assert.equal(write.part, undefined, `${name}: ${write.type}`);
    }
  }
});
