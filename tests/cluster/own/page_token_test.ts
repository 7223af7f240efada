/** Test of the live page of a kro that requires tokens: the form, a wrong token, and a reload. */
import assert from "node:assert/strict";
import { kubectl, startKro, TestCluster } from "../../support/cluster/mod.ts";
import { startChromium, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";
import { accessible, openTab } from "../../support/page/session.ts";

Deno.test({
  name: "the page asks for a token, refuses a wrong one, and keeps the token in memory only" +
    WITHOUT_CHROMIUM,
  ignore: WITHOUT_CHROMIUM !== "",
  fn: run,
});

async function run(): Promise<void> {
  await using cluster = await TestCluster.open("tokens");
  const account = `${cluster.namespace}:reader`;
  const role = `${cluster.namespace}-reader`;
  await kubectl(["-n", cluster.namespace, "create", "serviceaccount", "reader"]);
  const token = (await kubectl(["-n", cluster.namespace, "create", "token", "reader"])).trim();
  await kubectl(["create", "clusterrole", role, "--verb=get", "--non-resource-url=/graphs"]);
  try {
    await using kro = await startKro(["--http-auth"]);
    await using running = await startChromium();
    const { context, page } = await openTab(running.browser);
    const field = page.getByLabel("Token");
    const enter = async (text: string) => {
      await field.fill(text);
      await page.keyboard.press("Enter");
    };

    await page.goto(kro.url);
    await field.waitFor();
    await accessible(page);
    await enter("nonsense");
    await page.getByText("does not accept this token").waitFor();
    assert.equal(await field.inputValue(), "nonsense", "the reader can correct the token");
    await enter(token);
    await page.getByText("non-resource URL /graphs").waitFor();
    await accessible(page);

    await kubectl([
      "create",
      "clusterrolebinding",
      role,
      `--clusterrole=${role}`,
      `--serviceaccount=${account}`,
    ]);
    await page.getByRole("heading", { name: /^Graphs/ }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    const kept = await page.evaluate<string>(
      "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])",
    );
    assert.ok(!kept.includes(token), kept);
    await page.reload();
    await field.waitFor();
    assert.equal(await field.inputValue(), "");
    await context.close();
  } finally {
    await kubectl(["delete", "clusterrolebinding,clusterrole", role, "--ignore-not-found"]);
  }
}
