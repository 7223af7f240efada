/**
 * `deno task bench:compile`: how long a large RGD takes to compile, and how much heap a thousand graphs
 * hold, large ones and those of usual size: as they are compiled, and when each has evaluated all of
 * its expressions. Needs --expose-gc, else garbage is counted too.
 */
import type { ResourceGraphDefinition } from "../../src/api/mod.ts";
import { compile, type Graph, kindsOf } from "../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../src/openapi/mod.ts";
import { large } from "./instances/large.ts";

const LARGE = 50;
const USUAL = 8;
const GRAPHS = 1000;
const RUNS = 30;

const source = snapshotSource();

async function compiled(nodes: number, name: string): Promise<{ graph: Graph; ms: number }> {
  // As it comes from the API server: no two RGDs share a string.
  const rgd: ResourceGraphDefinition = JSON.parse(JSON.stringify(large(nodes, name)));
  const kinds = await resolveKinds(source, kindsOf(rgd));
  const began = performance.now();
  const result = compile(rgd, kinds);
  const ms = performance.now() - began;
  if (!result.ok) throw new Error(JSON.stringify(result.problems.slice(0, 5), null, 2));
  return { graph: result.graph, ms };
}

function heap(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  return Deno.memoryUsage().heapUsed / 1e6;
}

function expressionsOf(graph: Graph): number {
  return [...graph.nodes.values()].reduce((sum, node) => sum + node.fields.length, 0);
}

async function measureTime(): Promise<void> {
  const first = await compiled(LARGE, "first");
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push((await compiled(LARGE, "again")).ms);
  times.sort((a, b) => a - b);
  const quantile = (q: number) => times[Math.floor(q * (times.length - 1))]!.toFixed(1);
  const expressions = expressionsOf(first.graph);
  console.log(`one RGD of ${LARGE} nodes, ${expressions} expressions (target: under 150 ms warm)`);
  console.log(`  first  ${first.ms.toFixed(1)} ms`);
  const warm = [quantile(0), quantile(0.5), quantile(0.95)];
  console.log(`  warm   ${warm[0]} ms at best, ${warm[1]} ms median, ${warm[2]} ms at 95 %`);
}

async function measureHeap(nodes: number): Promise<void> {
  const before = heap();
  const graphs: Graph[] = [];
  for (let i = 0; i < GRAPHS; i++) graphs.push((await compiled(nodes, `graph-${i}`)).graph);
  const megabytes = heap() - before;
  const expressions = expressionsOf(graphs[0]!);
  console.log(
    `${graphs.length} RGDs of ${nodes} nodes, ${expressions} expressions each (target: under 300 MB)`,
  );
  console.log(`  heap   ${megabytes.toFixed(0)} MB`);
  for (const graph of graphs) {
    for (const node of graph.nodes.values()) {
      for (const field of node.fields) field.expression.program.evaluate({});
    }
  }
  const after = heap() - before;
  console.log(
    `  heap   ${after.toFixed(0)} MB when all ${graphs.length} have evaluated everything`,
  );
}

await measureTime();
await measureHeap(USUAL);
await measureHeap(LARGE);
