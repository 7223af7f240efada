/** Tests the health checks of Argo CD and Flux with statuses of RGDs that kro writes in a cluster. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  active,
  condition,
  configMap,
  kroTest,
  type Live,
  refused,
  revisions,
} from "../../support/cluster/mod.ts";
import { healthOf } from "../../support/gitops.ts";
import { withGo } from "../../support/tools/mod.ts";

const { name, ignore = false } = withGo(
  "health of RGDs in each of their states",
  () => Promise.resolve(),
);

kroTest(name, async (s) => {
  const resources = [configMap("map", "one", { a: "b" })];
  const graph = await s.graph({ kind: "Watched", resources });
  const good = await active(s, graph);
  const [revision] = await revisions(s, graph);

  await s.cluster.patch(graph.rgd, {
    metadata: { annotations: { "kro.run/reconcile": "suspended" } },
  });
  const suspended = await s.cluster.until(
    graph.rgd,
    (rgd) => condition(rgd, "ControllerReady")?.reason === "ReconciliationSuspended",
  );
  await s.cluster.patch(graph.rgd, { metadata: { annotations: { "kro.run/reconcile": null } } });
  await active(s, graph);

  const broken = [configMap("map", "one", { a: "${nothing.here}" })];
  await graph.put({ kind: "Watched", resources: broken });
  const invalid = await refused(s, graph, "GraphAccepted");

  const hold = "example.com/hold";
  const finalizers = [...invalid.metadata.finalizers, hold];
  await s.cluster.patch(graph.rgd, { metadata: { finalizers } });
  await s.cluster.delete(graph.rgd);
  const deleting = await s.cluster.get(graph.rgd);
  await s.cluster.patch(graph.rgd, {
    metadata: { finalizers: deleting.metadata.finalizers.filter((each: string) => each !== hold) },
  });

  const unknown = structuredClone(good);
  for (const each of unknown.status.conditions) each.status = "Unknown";
  const states: [name: string, rgd: Live, argo: string, flux: RegExp][] = [
    ["new", { ...good, status: undefined }, "Progressing", /^error: .*no such attribute.*status/],
    ["ready", good, "Healthy", /^Current$/],
    ["revision", revision, "Healthy", /^Current$/],
    ["changed", generation(good, 1), "Progressing", /^InProgress$/],
    ["invalid", invalid, "Degraded", /^Failed$/],
    ["corrected", generation(invalid, 1), "Progressing", /^InProgress$/],
    ["a kind is unavailable", unknown, "Progressing", /^InProgress$/],
    ["suspended", suspended, "Suspended", /^InProgress$/],
    ["deleted", deleting, "Progressing", /^InProgress$/],
  ];
  const health = await healthOf(states.map(([, rgd]) => rgd as KubeObject), "rgd");
  for (const [index, [state, , argo, flux]] of states.entries()) {
    assert.equal(health[index]!.argo, argo, state);
    assert.match(health[index]!.flux, flux, state);
  }
  assert.match(health[4]!.message, /nothing/);
}, { ignore });

/**
 * Returns a copy of the object whose `metadata.generation` is higher by `more`. The status of the copy then
 * describes an older generation.
 */
function generation(object: Live, more: number): Live {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, generation: metadata.generation + more } };
}
