/** Tests of the live page in Chromium, with a controller on the real control plane. */
import assert from "node:assert/strict";
import { kroTest, type Scenario } from "../../support/cluster/mod.ts";
import { startChromium, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";
import { accessible, openTab, serve } from "../../support/page/session.ts";

const HOSTILE = '<img src=x onerror="globalThis.hacked=1">';

const map = (id: string, data: Record<string, string>, more = {}) => ({
  id,
  template: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `\${schema.metadata.name + "-${id}"}` },
    data,
  },
  ...more,
});

/**
 * Applies a graph and an instance with a hostile string in its spec. The second node of the graph is ready
 * when `spec.go` is `yes`.
 */
async function apply(s: Scenario) {
  const graph = await s.graph({
    kind: "Paged",
    spec: { go: "string | default=no", text: "string | default=a" },
    resources: [
      map("first", { text: "${schema.spec.text}", go: "${schema.spec.go}" }),
      map("second", { copy: "${first.data.text}", go: "${first.data.go}" }, {
        readyWhen: ['${second.data.go == "yes"}'],
      }),
    ],
  });
  await graph.create("one", { text: HOSTILE });
  await graph.create("two", { text: "b" });
  return graph;
}

kroTest(
  "the page shows graphs and instances, and follows changes and restarts of kro" + WITHOUT_CHROMIUM,
  run,
  { ignore: WITHOUT_CHROMIUM !== "" },
);

async function run(s: Scenario): Promise<void> {
  const graph = await apply(s);
  let endpoint = await serve(s);
  await using running = await startChromium();
  const { context, page, errors } = await openTab(running.browser);
  const rgd = graph.rgd.name;

  await s.step("overview: search, filter by health, link to the graph", async () => {
    await page.goto(endpoint.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(rgd);
    await page.getByRole("link", { name: rgd }).waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "error" }).click();
    await page.getByText("No graph matches").waitFor();
    assert.match(page.url(), /health=error/);
    await page.getByRole("button", { name: "Show all graphs" }).click();
    await page.getByRole("link", { name: rgd }).first().click();
  });

  await s.step("graph: nodes, edges, keyboard and tabs", async () => {
    const first = page.locator('.node[data-id="first"]');
    await first.click();
    await page.locator(".panel").getByText("${schema.spec.text}").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.locator(".panel h2", { hasText: "second" }).waitFor();
    await page.getByText('${second.data.go == "yes"}').waitFor();
    await accessible(page);
    await page.getByRole("table", { name: "Nodes" }).getByRole("button", { name: "first" }).last()
      .click();
    await page.getByText("second reads first").last().waitFor();
    assert.match(await page.locator(".panel").innerText(), /first\.data\.text/);
    await page.keyboard.press("Escape");
    const edge = (await page.locator(".edge .hit").boundingBox())!;
    await page.mouse.click(edge.x + edge.width / 2, edge.y + edge.height / 2);
    await page.getByText("second reads first").last().waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Select a node to see its template").waitFor();
    for (const tab of ["Problems", "Schema", "Revisions", "Rights", "Instances"]) {
      await page.getByRole("link", { name: new RegExp(`^${tab}`) }).click();
      await page.locator(".tabs a[aria-current]", { hasText: tab }).waitFor();
      await accessible(page);
    }
    await page.getByRole("link", { name: `${s.namespace}/one` }).click();
  });

  await s.step("instance: a change of a node appears without a reload", async () => {
    const second = page.locator('.node[data-id="second"]');
    await page.locator(".node .note", { hasText: "Waiting" }).waitFor();
    assert.equal(await page.locator("main > .view").count(), 1, "the earlier view is gone");
    await second.click();
    await page.getByRole("button", { name: "Why is second as it is?" }).click();
    await page.locator(".tree", { hasText: 'second.data.go == "yes"' }).waitFor();
    await page.getByRole("button", { name: "data.go" }).click();
    await page.locator(".tree", { hasText: "schema.spec.go" }).waitFor();
    await page.locator(".panel pre", { hasText: "copy: <img src=x" }).waitFor();
    await accessible(page);
    await page.evaluate(() => Object.assign(globalThis, { kept: true }));
    await s.cluster.patch({ kind: `Paged.${graph.group}`, name: "one" }, { spec: { go: "yes" } });
    await page.locator('.node[data-id="second"] .note', { hasText: "Ready" }).waitFor();
    assert.ok(await page.evaluate(() => "kept" in globalThis));
  });

  await s.step("comparison: the fields of spec that differ", async () => {
    const a = `${s.namespace}/one`;
    await page.goto(`${endpoint.url}/#/graphs/${rgd}/compare?a=${a}`);
    await page.getByLabel("Second").fill("two");
    await page.keyboard.press("Enter");
    await page.locator("td", { hasText: "spec.text" }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 2);
    await accessible(page);
  });

  await s.step("comparison: the objects of one instance under two revisions", async () => {
    const changed = [
      map("first", { text: "${schema.spec.text + '!'}", go: "${schema.spec.go}" }),
      map("added", { copy: "${first.data.text}" }),
    ];
    await s.cluster.patch(graph.rgd, { spec: { resources: changed } });
    const compare = `/graphs/${rgd}/compare`;
    await page.goto(`${endpoint.url}/#/graphs/${rgd}?tab=revisions`);
    await page.getByRole("button", { name: /^2 / }).waitFor();
    await page.locator('.node[data-id="added"] .note', { hasText: "added" }).waitFor();
    // The edges are the dependencies of both revisions: from first to second, and from first to added.
    await page.locator(".edge").nth(1).waitFor({ state: "attached" });
    assert.equal(await page.locator(".edge").count(), 2);
    await page.goto(`${endpoint.url}/#${compare}?a=${s.namespace}/two`);
    await page.getByRole("link", { name: "Two revisions" }).click();
    const table = page.getByRole("table", { name: "Objects under revisions 1 and 2" });
    const heading = (text: string) => table.locator("th", { hasText: text }).locator(".mark");
    await heading("two-added").getByText("added").waitFor();
    await heading("two-second").getByText("removed").waitFor();
    const row = table.locator("tr", { hasText: "data.text" });
    const cells = await row.locator("td").allInnerTexts();
    assert.deepEqual(cells.map((text) => text.trim()), ["data.text", "b", "b!"]);
    await accessible(page);
    await page.getByLabel("From revision").selectOption("2");
    await page.getByText("The objects are equal").waitFor();
    assert.match(page.url(), /by=revisions&from=2/);
    await page.goto(`${endpoint.url}/#${compare}?by=revisions&a=${s.namespace}/two&from=1&to=9`);
    await page.getByText("has no revision 9").waitFor();
    await accessible(page);
    assert.match(errors.pop()!, /status of 404/);
  });

  await s.step("at a width of 360 pixels, no view is wider than the screen", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const tabs = ["graph", "instances", "schema", "rights"].map((tab) =>
      `/graphs/${rgd}?tab=${tab}`
    );
    const instance = `/graphs/${rgd}/instances/${s.namespace}/one?node=first`;
    const comparison = `/graphs/${rgd}/compare?by=revisions&a=${s.namespace}/two&from=1&to=2`;
    for (const address of ["/", ...tabs, instance, comparison]) {
      await page.goto(`${endpoint.url}/#${address}`);
      await page.locator("main h1").waitFor({ state: "attached" });
      const [content, screen] = await page.evaluate<number[]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      assert.equal(content, screen, address);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await s.step("hostile text is shown as text", async () => {
    const bad = map("third", { text: `\${${JSON.stringify(HOSTILE)} + missing.x}` });
    await s.cluster.patch(graph.rgd, {
      spec: { resources: [map("first", { text: "${schema.spec.text}" }), bad] },
    });
    await page.goto(`${endpoint.url}/#/`);
    await page.locator(".causes .text", { hasText: "missing" }).first().click();
    await accessible(page);
    assert.equal(await page.evaluate(() => "hacked" in globalThis), false);
  });
  assert.deepEqual(errors, []);

  await s.step("the page follows the next start of kro", async () => {
    const address = endpoint.url.replace("http://", "");
    await s.restart(async () => {
      await endpoint.close();
      await page.getByText("Disconnected").waitFor();
    });
    endpoint = await serve(s, address);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("link", { name: rgd }).first().waitFor();
    // The browser also logs each connection that was refused while kro was stopped. The test ignores these
    // errors.
    const other = errors.filter((text) =>
      !/ERR_CONNECTION|ERR_INCOMPLETE|Failed to load/.test(text)
    );
    assert.deepEqual(other, []);
  });
  await context.close();
  await endpoint.close();
}
