/** Tests of the long tables of the live page in Chromium, with made-up data. */
import assert from "node:assert/strict";
import { createHandler, listen } from "../../../src/server/mod.ts";
import { startChromium, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";
import { sampleExplainer, sampleLive } from "../../support/page/sample_live.ts";
import { sampleView } from "../../support/page/sample_view.ts";
import { accessible, openTab } from "../../support/page/session.ts";

Deno.test({
  name: "long tables render the rows on the screen, and scroll with the page or with their panel" +
    WITHOUT_CHROMIUM,
  ignore: WITHOUT_CHROMIUM !== "",
  fn: async () => {
    const view = sampleView({ graphs: 8, instances: 5000, nodes: 8, items: 1000 });
    const { url, close } = await listen(
      "127.0.0.1:0",
      createHandler({ view, version: "devel", live: sampleLive, explainer: sampleExplainer }),
    );
    {
      await using running = await startChromium();
      const { context, page, errors } = await openTab(running.browser);
      const isScrolled = () =>
        page.evaluate<boolean>(
          "[...document.querySelectorAll('.rows')].some((e) => e.scrollHeight > e.clientHeight + 1 && " +
            "getComputedStyle(e).overflowY !== 'clip')",
        );

      await page.goto(`${url}/#/graphs/catalog?tab=instances`);
      await page.getByRole("heading", { name: "Instances 5000", exact: true }).waitFor();
      const rows = page.getByRole("table", { name: "Instances" }).locator("tbody tr");
      assert.ok(await rows.count() < 200);
      await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
      await page.getByRole("link", { name: "team-6/catalog-4997" }).waitFor();
      assert.ok(await rows.count() < 200);
      assert.equal(await isScrolled(), false);
      await accessible(page);

      await page.goto(`${url}/#/graphs/catalog/instances/team-0/catalog-0000?node=workers`);
      const panel = page.locator(".panel");
      await panel.getByRole("button", { name: "catalog-0000-0", exact: true }).waitFor();
      await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await panel.getByRole("button", { name: "catalog-0000-999", exact: true }).waitFor();
      assert.ok(await panel.locator("tbody tr").count() < 200);
      assert.equal(await isScrolled(), false);
      await accessible(page);
      assert.deepEqual(errors, []);
      await context.close();
    }
    await close();
  },
});
