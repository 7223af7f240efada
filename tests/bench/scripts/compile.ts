/**
 * The benchmark case `compile`: measures the time to compile a large RGD, and the heap that a
 * thousand compiled RGDs use. The heap is measured for small and for large RGDs, each before and
 * after all expressions are evaluated for the first time. The script needs the flag `--expose-gc`
 * to collect garbage before it measures the heap.
 */
import type { ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, type Graph, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { percentile, printFigure } from "../kit/case.ts";
import { large } from "../kit/large_graph.ts";

const LARGE = 50;
const USUAL = 8;
const GRAPHS = 1000;
const RUNS = 30;

const source = snapshotSource();

async function compiled(nodes: number, name: string): Promise<{ graph: Graph; ms: number }> {
  // Parses the RGD from JSON, so that its strings are not shared with other RGDs, as with RGDs from the API
  // server.
  const rgd: ResourceGraphDefinition = JSON.parse(JSON.stringify(large(nodes, name)));
  const kinds = await resolveKinds(source, kindsOf(rgd));
  const began = performance.now();
  const result = compile(rgd, kinds);
  const ms = performance.now() - began;
  if (!result.ok) throw new Error(JSON.stringify(result.problems.slice(0, 5), null, 2));
  return { graph: result.graph, ms };
}

/** Collects garbage, and returns the size of the used heap in MB. */
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
  const warm: number[] = [];
  for (let i = 0; i < RUNS; i++) warm.push((await compiled(LARGE, "again")).ms);
  const of = `an RGD of ${LARGE} nodes, ${expressionsOf(first.graph)} expressions`;
  const figure = (what: string, ms: number) =>
    printFigure({ measure: `${of}: ${what}`, unit: "ms", values: { ours: ms } });
  figure("first", first.ms);
  figure("warm, best", Math.min(...warm));
  figure("warm, p50", percentile(warm, 50));
  figure("warm, p95", percentile(warm, 95));
}

async function measureHeap(nodes: number): Promise<void> {
  const before = heap();
  const graphs: Graph[] = [];
  for (let i = 0; i < GRAPHS; i++) graphs.push((await compiled(nodes, `graph-${i}`)).graph);
  const of = `${GRAPHS} RGDs of ${nodes} nodes, ${expressionsOf(graphs[0]!)} expressions each`;
  const figure = (what: string) =>
    printFigure({ measure: `${of}: ${what}`, unit: "MB", values: { ours: heap() - before } });
  figure("heap");
  for (const graph of graphs) {
    for (const node of graph.nodes.values()) {
      for (const field of node.fields) field.expression.program.evaluate({});
    }
  }
  figure("heap after each evaluated all");
  // Uses the compiled graphs once more, so that V8 cannot collect them before the last measurement.
  graphs.length = 0;
}

await measureTime();
await measureHeap(USUAL);
await measureHeap(LARGE);
