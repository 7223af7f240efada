// Runs the contract tests of the interface `Cluster` on the in-memory cluster. The clusters that use an API
// server must pass the same tests.
import type { KubeObject } from "../../../src/api/mod.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";
import { clusterContract, CONFIG_MAP, SECRET, WIDGET } from "../../support/contract/cluster.ts";

clusterContract("memory cluster", () => {
  const kinds = [CONFIG_MAP, SECRET, WIDGET].map((kind) => ({ ...kind, schema: {} }));
  const cluster = new MemoryCluster({ kinds });
  const addData = (draft: KubeObject, { data }: KubeObject) => {
    draft.data = { ...draft.data as object, ...data as object };
  };
  return Promise.resolve({
    cluster,
    namespaces: ["one", "two"],
    foreign: async (ref, object) =>
      await cluster.getLive(ref)
        ? cluster.edit(ref, (draft) => addData(draft, object), "foreign")
        : cluster.put(ref.kind, object, "foreign"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
