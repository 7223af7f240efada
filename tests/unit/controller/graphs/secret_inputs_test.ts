/** Tests of the search for the fields of an instance whose values a graph copies into Secrets. */
import assert from "node:assert/strict";
import type { GraphEntry } from "../../../../src/controller/graphs/graph_store.ts";
import { secretInputsOf } from "../../../../src/controller/graphs/secret_inputs.ts";
import { graphOf, rgd, SPEC } from "../../graph/fixtures.ts";

const SECRET = {
  id: "secret",
  template: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "${schema.spec.name}" },
    stringData: { key: "${schema.spec.names[0]}" },
  },
};

Deno.test("the fields that a graph copies into a Secret are known once the graph is compiled", async () => {
  const definition = rgd({ spec: SPEC }, [SECRET]);
  const graph = await graphOf(definition);
  const entry: GraphEntry = { rgd: definition, attempted: false };
  const { instance: kind } = graph;
  assert.equal(secretInputsOf([entry], kind), "whole");
  const served = { ...entry, served: { graph, revision: 1 } };
  const names = new Map([["names", new Map([["*", "whole"]])]]);
  assert.deepEqual(secretInputsOf([served], kind), new Map([["spec", names]]));
  assert.deepEqual(secretInputsOf([served], { ...kind, kind: "Other" }), new Map());
});
