/**
 * Compares the report of `kro plan` with the changes that the controller then makes. Each test changes one
 * graph of the conformance corpus to another. A seed chooses the pairs of graphs. CI runs a few pairs;
 * `deno task plans` runs many.
 */
import assert from "node:assert/strict";
import { Manager, RGD_KIND } from "../../../src/api/mod.ts";
import { condition, eventually, kroTest, type Scenario } from "../../support/cluster/mod.ts";
import {
  type CorpusGraph,
  corpusGraphs,
  INSTANCE_SPEC,
  KINDS,
} from "../../support/cluster/corpus_graphs.ts";
import { writes } from "../../support/cluster/kro_requests.ts";
import {
  assertPlanned,
  changesBetween,
  changesOfReport,
  isPlanned,
  planned,
  type SeenChange,
  snapshot,
} from "../../support/cluster/plan.ts";

const PAIRS = Number(Deno.env.get("KRO_PLAN_PAIRS") ?? 3);
const SEED = Number(Deno.env.get("KRO_PLAN_SEED") ?? 1);

/**
 * Returns a generator of pseudo-random numbers from 0 to 1 ("mulberry32"). The same seed generates the same
 * numbers.
 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Chooses `count` pairs of different graphs. The same seed chooses the same pairs. */
function pairsOf(
  all: readonly CorpusGraph[],
  count: number,
  seed: number,
): [CorpusGraph, CorpusGraph][] {
  const next = random(seed);
  const pick = () => all[Math.floor(next() * all.length)]!;
  const pairs: [CorpusGraph, CorpusGraph][] = [];
  while (pairs.length < count) {
    const [old, wanted] = [pick(), pick()];
    if (old !== wanted) pairs.push([old, wanted]);
  }
  return pairs;
}

/**
 * Plans the change of an RGD from `old` to `next`, with an instance in each of two namespaces. Then
 * applies the change, and checks that the objects change as planned.
 */
async function prove(s: Scenario, [old, next]: [CorpusGraph, CorpusGraph]): Promise<SeenChange[]> {
  const other = `${s.namespace}-b`;
  const graph = await s.graph(old.spec);
  await graph.create("one", INSTANCE_SPEC);
  await graph.create("two", INSTANCE_SPEC, { namespace: other });
  await s.cluster.until(graph.instance("one"), ({ status }) => status?.state);
  await s.cluster.until(graph.instance("two", other), ({ status }) => status?.state);
  await s.idle();
  const { report } = await planned(s.cluster, [graph.object(next.spec)]);
  const plan = changesOfReport(report);
  const before = await snapshot(s.cluster, KINDS, graph.group);
  await s.requests();
  const seen = async () =>
    await changesBetween(before, await snapshot(s.cluster, KINDS, graph.group));
  // Applies the changed RGD as `kro apply` does, with the same field manager as the plan. After an apply by
  // another field manager, the API server would keep fields that the changed RGD lacks.
  const { metadata: { generation } } = await s.cluster.client.apply(
    { kind: RGD_KIND, name: graph.rgd.name },
    graph.object(next.spec),
    { fieldManager: Manager.cli, force: true },
  );
  // Waits only for the condition Ready. If kro rejects the change, because it would break the CRD, no other
  // condition gets the new observedGeneration.
  await s.cluster.until(
    graph.rgd,
    (rgd) => condition(rgd, "Ready")?.observedGeneration === generation,
  );
  // A timeout of this wait is ignored, because `assertPlanned` then reports the difference.
  await eventually("the planned objects", async () => isPlanned(plan, await seen()), 40)
    .catch(() => {});
  await s.idle();
  assertPlanned(plan, await seen());
  const names = new Set(plan.map(({ object }) => object.split("/")[1]));
  // The API server rejects some objects of these graphs, and kro repeats the rejected requests. Only accepted
  // requests are compared.
  const accepted = (await s.requests()).filter(({ code }) => code < 300);
  const written = writes(accepted)
    .filter((text) => /^\w+ (configmaps|secrets|services|serviceaccounts|deployments) /.test(text))
    .map((text) => text.split(" ").at(-1));
  assert.deepEqual([...new Set(written)].sort(), [...names].sort());
  await graph.removeAll();
  return plan;
}

kroTest("a planted disagreement between plan and outcome is found", (s) => {
  const field = { path: "data.k", old: "a", new: "b" };
  const seen: SeenChange[] = [{
    object: `ConfigMap ${s.namespace}/m`,
    action: "changed",
    fields: [field],
  }];
  assertPlanned(seen, seen);
  const planted: SeenChange[][] = [
    [],
    [{ ...seen[0]!, action: "pruned" }],
    [{ ...seen[0]!, object: "ConfigMap other/m" }],
    [{ ...seen[0]!, fields: [{ ...field, new: "c" }] }],
    [{ ...seen[0]!, fields: [] }],
    [...seen, { object: "Secret a/b", action: "created", fields: [] }],
  ];
  for (const plan of planted) assert.equal(isPlanned(plan, seen), false, JSON.stringify(plan));
  return Promise.resolve();
});

for (const [index, pair] of pairsOf(await corpusGraphs(), PAIRS, SEED).entries()) {
  const [old, next] = pair.map(({ name }) => name);
  kroTest(`pair ${index + 1} of seed ${SEED}: ${old} becomes ${next}`, async (s) => {
    await s.cluster.createNamespace(`${s.namespace}-b`);
    await prove(s, pair);
  });
}
