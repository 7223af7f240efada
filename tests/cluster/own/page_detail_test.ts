/** Tests of the live page in Chromium: nested instances, collections, suspension and deletion. */
import assert from "node:assert/strict";
import { kroTest, type Scenario } from "../../support/cluster/mod.ts";
import { startChromium, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";
import { accessible, openTab, serve } from "../../support/page/session.ts";

const HOLD = "x.dev/hold";

function map(id: string, name: string, data: Record<string, string>, more = {}) {
  const template = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
  return { id, template, ...more };
}

/** Applies a graph, and a second graph with an instance of the first one and with a collection. */
async function apply(s: Scenario) {
  const inner = await s.graph({
    kind: "Inner",
    resources: [map("core", "${schema.metadata.name}-core", { a: "b" })],
  });
  const outer = await s.graph({
    kind: "Outer",
    spec: { names: "[]string" },
    resources: [
      {
        id: "inside",
        template: {
          apiVersion: inner.apiVersion,
          kind: "Inner",
          metadata: { name: "${schema.metadata.name}-inside" },
        },
      },
      map("parts", "${schema.metadata.name}-${name}", { go: "${name}" }, {
        forEach: [{ name: "${schema.spec.names}" }],
        readyWhen: ['${each.data.go == "yes"}'],
      }),
    ],
  });
  await outer.create("one", { names: ["yes", "no"] });
  return outer;
}

kroTest(
  "the page unfolds nested instances and collections, and explains suspension and deletion" +
    WITHOUT_CHROMIUM,
  run,
  { ignore: WITHOUT_CHROMIUM !== "" },
);

async function run(s: Scenario): Promise<void> {
  const graph = await apply(s);
  const kind = `Outer.${graph.group}`;
  const endpoint = await serve(s);
  await using running = await startChromium();
  const { context, page, errors } = await openTab(running.browser);
  const at = `${endpoint.url}/#/graphs/${graph.rgd.name}/instances/${s.namespace}/one`;
  const panel = page.locator(".panel");

  await s.step("a nested instance unfolds below the drawing", async () => {
    await page.goto(at);
    await page.locator('.node[data-id="inside"]').click();
    const nested = page.locator(".nested");
    await nested.getByRole("link", { name: "one-inside" }).waitFor();
    await nested.locator('.node[data-id="core"]').click();
    await nested.locator('.node.chosen[data-id="core"] .note', { hasText: "Ready" }).waitFor();
    assert.match(page.url(), /inner=core/);
    await accessible(page);
  });

  await s.step("each object of a collection has a state", async () => {
    await page.locator('.node[data-id="parts"]').click();
    const rows = panel.getByRole("table", { name: "Objects" }).locator("tbody tr");
    await rows.filter({ hasText: "one-yes" }).getByText("Ready").waitFor();
    await rows.filter({ hasText: "one-no" }).getByText("Waiting").waitFor();
    await accessible(page);
  });

  await s.step("a suspended instance names the field manager that has suspended it", async () => {
    await s.cluster.annotate({ kind, name: "one" }, { "kro.run/reconcile": "suspended" });
    await page.goto(at);
    await page.getByText("does not reconcile this instance").waitFor();
    // The drawing keeps the states of the last pass before the suspension.
    await page.locator('.node[data-id="inside"] .note', { hasText: "Ready" }).waitFor();
    await page.locator('.node[data-id="parts"] .note', { hasText: "Waiting ×2" }).waitFor();
    await panel.locator(".owners").getByText("kro.run/reconcile").waitFor();
    await accessible(page);
  });

  await s.step("a deletion names the object and the finalizer that block it", async () => {
    const held = { kind: "ConfigMap", name: "one-yes" };
    await s.cluster.patch(held, { metadata: { finalizers: [HOLD] } });
    await s.cluster.annotate({ kind, name: "one" }, { "kro.run/reconcile": null });
    await s.cluster.delete({ kind, name: "one" });
    await panel.getByText("Deletion", { exact: true }).waitFor();
    await panel.locator(".tree").getByText(HOLD).first().waitFor();
    await panel.locator(".tree").getByText("one-yes").first().waitFor();
    await accessible(page);
    await s.cluster.patch(held, { metadata: { finalizers: null } });
    await page.getByText("does not exist").waitFor();
  });
  // The browser logs the response 404 to requests about the deleted instance.
  assert.deepEqual(errors.filter((text) => !/status of 404/.test(text)), []);
  await context.close();
  await endpoint.close();
}
