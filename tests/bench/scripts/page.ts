/**
 * The benchmark case `page`: how fast the live page is in Chromium, with made-up data of 500 graphs and 5,000
 * instances: the first paint, the time from an event to the change on the screen, and the layout of 200 nodes.
 */
import type { Change, ControllerView } from "../../../src/controller/mod.ts";
import { createHandler, listen } from "../../../src/server/mod.ts";
import { placesOf } from "../../../src/server/page/layout.ts";
import { startChromium } from "../../support/page/chromium.ts";
import { sampleExplainer, sampleLive } from "../../support/page/sample_live.ts";
import { sampleView } from "../../support/page/sample_view.ts";
import { percentile, printFigure } from "../kit/case.ts";
import { pause } from "../kit/user.ts";

const ROUNDS = 20;
const NODES = 200;
const GRAPH = "catalog";
const AT = { namespace: "team-0", name: "catalog-0021" };

const sample = sampleView({ graphs: 500, instances: 5000, nodes: 8, items: 1000 });
let step = 0;
const listeners = new Set<(change: Change) => void>();
const view: ControllerView = {
  ...sample,
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  instance: (graph, key) => {
    const instance = sample.instance(graph, key);
    return instance && {
      ...instance,
      nodes: instance.nodes.map((node) => ({ ...node, reason: `step ${step}` })),
    };
  },
};

function layoutMs(): number {
  const { nodes } = sampleView({ graphs: 8, instances: 0, nodes: NODES, items: 1 }).graph(GRAPH)!;
  const drawn = nodes.map(({ id, kind, type }) => ({ id, kind, type, isConditional: false }));
  const edges = nodes.flatMap(({ id, dependencies }) =>
    dependencies.map((from) => ({ from, to: id }))
  );
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    placesOf(drawn, edges);
    return performance.now() - began;
  });
  return percentile(times, 50);
}

function figure(measure: string, value: number): void {
  printFigure({ measure, unit: "ms", values: { ours: value } });
}

const { url, close } = await listen(
  "127.0.0.1:0",
  createHandler({ view, version: "devel", live: sampleLive, explainer: sampleExplainer }),
);
{
  await using running = await startChromium();
  const paints: number[] = [];
  const filled: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // A new context has an empty cache and no open event stream.
    const context = await running.browser.newContext();
    const page = await context.newPage();
    const began = Date.now();
    await page.goto(`${url}/#/`);
    await page.getByRole("link", { name: GRAPH, exact: true }).first().waitFor();
    filled.push(Date.now() - began);
    paints.push(
      await page.evaluate<number>(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime",
      ),
    );
    await context.close();
  }
  figure("first paint, p50", percentile(paints, 50));
  figure("overview of 500 graphs on the screen, p50", percentile(filled, 50));

  const page = await running.browser.newPage();
  await page.goto(`${url}/#/graphs/${GRAPH}/instances/${AT.namespace}/${AT.name}`);
  await page.getByText("step 0").first().waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  // The page records the time at which each step is painted: the frame after the change of the document.
  await page.evaluate(`
    globalThis.seen = {};
    new MutationObserver(() => {
      const text = /step \\d+/.exec(document.body.innerText)?.[0];
      requestAnimationFrame(() => setTimeout(() => globalThis.seen[text] ??= Date.now()));
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  `);
  const delays: number[] = [];
  for (step = 1; step <= ROUNDS; step++) {
    await pause(1);
    const emitted = Date.now();
    for (const emit of listeners) emit({ type: "instance", graph: GRAPH, ...AT, state: "ERROR" });
    await page.waitForFunction(
      (key) => key in (globalThis as unknown as { seen: object }).seen,
      `step ${step}`,
    );
    delays.push(
      await page.evaluate<number>(`globalThis.seen["step ${step}"]`) - emitted,
    );
  }
  figure("from an event to the screen, p50", percentile(delays, 50));
  figure("from an event to the screen, the slowest", Math.max(...delays));
  await page.context().close();
}
figure(`layout of ${NODES} nodes, p50`, layoutMs());
await close();
