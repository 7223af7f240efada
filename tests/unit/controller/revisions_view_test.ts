/** Tests of the revisions of a graph as the JSON API shows them. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { revisionViews } from "../../../src/controller/revisions_view.ts";

function revision(number: number, value: string, status?: object): KubeObject {
  const resources = [
    { id: "a", template: { kind: "ConfigMap", data: { v: value } } },
    { id: "s", template: { kind: "Secret", stringData: { v: `planted ${value}` } } },
  ];
  return {
    apiVersion: "internal.kro.run/v1alpha1",
    kind: "GraphRevision",
    metadata: { name: `r${number}`, creationTimestamp: "2026-01-02T03:04:05Z" },
    spec: { revision: number, snapshot: { spec: { schema: {}, resources } } },
    ...status && { status },
  };
}

const STATUS = { resources: [{ id: "s", dependencies: [{ id: "a" }] }] };

Deno.test("revisions are sorted by number and have the fields that differ, without values of Secrets", () => {
  const views = revisionViews([revision(10, "2"), revision(9, "1")]);
  assert.deepEqual(views.map(({ revision }) => revision), [10, 9]);
  assert.deepEqual(views.map(({ changes }) => changes), [
    [{ path: "spec.resources.a.template.data.v", old: "1", new: "2" }],
    [],
  ]);
  assert.doesNotMatch(JSON.stringify(views), /planted/);
});

Deno.test("dependencies come from the status, or from the served graph until the status is written", () => {
  const node = { type: "resource", apiVersion: "v1", kind: "Pod", expressions: [] };
  const nodes = [{ ...node, id: "a", dependencies: ["s"] }];
  const dependencies = (...items: KubeObject[]) =>
    revisionViews(items, { revision: 2, nodes }).map(({ dependencies }) => dependencies);
  assert.deepEqual(dependencies(revision(2, "2", STATUS), revision(1, "1", STATUS)), [
    { s: ["a"] },
    { s: ["a"] },
  ]);
  assert.deepEqual(dependencies(revision(2, "2"), revision(1, "1")), [{ a: ["s"] }, {}]);
});
