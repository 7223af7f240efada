/** Opens the live page of a test's controller in Chromium. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createExplainer } from "../../../src/cli/inspect/explainer.ts";
import { ownReader } from "../../../src/cli/live_reader.ts";
import { createHandler, listen } from "../../../src/server/mod.ts";
import type { Scenario } from "../cluster/mod.ts";
import { TIMEOUT_MS } from "./chromium.ts";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Serves the endpoint of the test's controller at an address such as `127.0.0.1:0`. */
export function serve(s: Scenario, address = "127.0.0.1:0"): ReturnType<typeof listen> {
  const { client } = s.cluster;
  const view = s.controller;
  const explainer = createExplainer(view.servedGraphs, {
    config: client.config,
    userAgent: "kro",
    own: client,
  });
  const options = { view, version: "devel", live: ownReader(client), explainer };
  return listen(address, createHandler(options));
}

/** A tab of the browser. */
export interface Tab {
  /** The context of the tab, which must be closed. */
  readonly context: BrowserContext;
  /** The page. */
  readonly page: Page;
  /** The messages of the page's exceptions and of its errors on the console. */
  readonly errors: string[];
}

/** Opens an empty tab. */
export async function openTab(browser: Browser): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    bypassCSP: false,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  // Chromium's debugger runs this script, so the Content-Security-Policy of the page does not apply to it.
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return { context, page, errors };
}

/** Fails if axe-core finds a violation on the page. */
export async function accessible(page: Page): Promise<void> {
  const violations = await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any
    const { violations } = await (globalThis as any).axe.run();
    // deno-lint-ignore no-explicit-any
    return violations.map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.html).join(" ")}`);
  });
  assert.deepEqual(violations, [], page.url());
}
