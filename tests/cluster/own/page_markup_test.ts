/** Tests in Chromium that the live page shows HTML in objects, conditions and Events as text. */
import assert from "node:assert/strict";
import { kroTest, kubectl, NAME, type Scenario } from "../../support/cluster/mod.ts";
import { startChromium, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";
import { openTab, serve } from "../../support/page/session.ts";

const MARKUP =
  `<img src="x" onerror="document.title='owned'"><script>document.title="owned"</script>`;

kroTest("the page shows HTML in values, conditions and Events as text" + WITHOUT_CHROMIUM, run, {
  ignore: WITHOUT_CHROMIUM !== "",
});

async function run(s: Scenario): Promise<void> {
  const graph = await s.graph({
    kind: "Marked",
    spec: { text: "string" },
    status: { copy: "${map.data.text}" },
    resources: [{
      id: "map",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: NAME, annotations: { text: "${schema.spec.text}" } },
        data: { text: "${schema.spec.text}" },
      },
    }, {
      id: "refused",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.metadata.name}-refused", labels: { a: "${schema.spec.text}" } },
      },
    }],
  });
  await graph.create("one", { text: MARKUP });
  const map = await s.cluster.until({ kind: "ConfigMap", name: "one" }, () => true);
  await kubectl(["-n", s.namespace, "create", "-f", "-"], {
    stdin: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "marked" },
      type: "Warning",
      reason: MARKUP,
      message: MARKUP,
      source: { component: MARKUP },
      involvedObject: {
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "one",
        namespace: s.namespace,
        uid: map.metadata.uid,
      },
    },
  });
  await s.cluster.until(graph.instance("one"), ({ status }) => status?.state === "ERROR");
  const endpoint = await serve(s);
  await using running = await startChromium();
  const { context, page, errors } = await openTab(running.browser);
  const at = `${endpoint.url}/#/graphs/${graph.rgd.name}/instances/${s.namespace}/one`;
  for (const node of ["map", "refused"]) {
    await s.step(`the node ${node}`, async () => {
      await page.goto(at);
      await page.locator(`.node[data-id="${node}"]`).click();
      const panel = page.locator(".panel");
      await panel.getByText("onerror=").first().waitFor();
      if (node === "map") await panel.locator(".conditions p", { hasText: "onerror=" }).waitFor();
      assert.equal(await page.locator("img[onerror], .panel script").count(), 0);
      assert.notEqual(await page.title(), "owned");
    });
  }
  assert.deepEqual(errors, []);
  await context.close();
  await endpoint.close();
}
