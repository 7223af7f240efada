/**
 * The task `deno task screenshots`: writes pictures of the live page with made-up data to a folder.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { createHandler, listen } from "../../../src/server/mod.ts";
import { startChromium, TIMEOUT_MS } from "./chromium.ts";
import { sampleExplainer, sampleLive } from "./sample_live.ts";
import { sampleView } from "./sample_view.ts";

/** One picture: the size of the data, the address, and the appearance of the browser. */
interface Picture {
  nodes: number;
  address: string;
  width?: number;
  height?: number;
  isDark?: boolean;
  /** The number of graphs; 40 by default. */
  graphs?: number;
  /** Whether kro requires a token. */
  isRefused?: boolean;
  /** Brings the page into the state that the picture shows, such as by a click. */
  before?: (page: Page) => Promise<void>;
}

const INSTANCE = "#/graphs/catalog/instances/team-0/catalog-0021";
const REVISIONS = "#/graphs/catalog/compare?by=revisions&a=team-0/catalog-0021&from=1&to=3";
const README = { nodes: 8, address: `${INSTANCE}?node=deployment&why=-`, height: 800 };

const PICTURES: Record<string, Picture> = {
  // The two pictures that README.md shows. `deno task screenshots docs page-` writes them.
  "page-light": README,
  "page-dark": { ...README, isDark: true },
  "overview-light": { nodes: 8, address: "#/" },
  "overview-dark": { nodes: 8, address: "#/", isDark: true },
  "overview-narrow": { nodes: 8, address: "#/", width: 360, height: 740 },
  "overview-no-match": { nodes: 8, address: "#/?q=nothing" },
  "overview-empty": { nodes: 8, address: "#/", graphs: 0 },
  "graph-light": { nodes: 8, address: "#/graphs/catalog?node=deployment" },
  "graph-edge-dark": { nodes: 8, address: "#/graphs/catalog?edge=deployment+scaler", isDark: true },
  "graph-narrow": {
    nodes: 8,
    address: "#/graphs/catalog?node=deployment",
    width: 360,
    height: 1200,
  },
  "graph-200-nodes": { nodes: 200, address: "#/graphs/catalog" },
  "graph-instances": { nodes: 8, address: "#/graphs/catalog?tab=instances" },
  "graph-revisions": { nodes: 8, address: "#/graphs/catalog?tab=revisions" },
  "compare": {
    nodes: 8,
    address: "#/graphs/catalog/compare?a=team-0/catalog-0000&b=team-0/catalog-0007",
  },
  "graph-problems": { nodes: 8, address: "#/graphs/ledger-13?tab=problems" },
  "graph-rights-narrow": {
    nodes: 8,
    address: "#/graphs/catalog?tab=rights",
    width: 360,
    height: 740,
  },
  "graph-schema": { nodes: 8, address: "#/graphs/catalog?tab=schema" },
  "instance-light": { nodes: 8, address: INSTANCE },
  "instance-dark": { nodes: 8, address: `${INSTANCE}?node=deployment&why=-`, isDark: true },
  "instance-narrow": { nodes: 8, address: INSTANCE, width: 360, height: 1200 },
  "instance-collection": {
    nodes: 8,
    address: "#/graphs/catalog/instances/team-0/catalog-0000?node=workers",
  },
  "instance-nested": {
    nodes: 8,
    address: "#/graphs/catalog/instances/team-0/catalog-0000?node=network&inner=deployment",
    height: 1400,
  },
  "instance-suspended": {
    nodes: 8,
    address: "#/graphs/catalog/instances/team-0/catalog-0420",
  },
  "instance-deleting": { nodes: 8, address: "#/graphs/catalog/instances/team-0/catalog-1400" },
  "compare-revisions": { nodes: 8, address: REVISIONS },
  "compare-revisions-dark": { nodes: 8, address: REVISIONS, isDark: true },
  "compare-revisions-narrow": { nodes: 8, address: REVISIONS, width: 360, height: 1000 },
  "compare-empty": { nodes: 8, address: "#/graphs/catalog/compare?by=revisions" },
  "unauthorized": { nodes: 8, address: "#/", isRefused: true },
  "unauthorized-dark": { nodes: 8, address: "#/", isRefused: true, isDark: true },
  "compare-narrow": {
    nodes: 8,
    address: "#/graphs/catalog/compare?a=team-0/catalog-0000&b=team-0/catalog-0007",
    width: 360,
    height: 740,
  },
  "graph-missing": { nodes: 8, address: "#/graphs/none" },
  "instance-missing": { nodes: 8, address: "#/graphs/catalog/instances/team-3/none" },
};

/** Writes the pictures into the folder. Only pictures whose name contains `only` are written. */
export async function screenshots(folder: string, only = ""): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await using running = await startChromium();
  for (const [name, picture] of Object.entries(PICTURES)) {
    if (!name.includes(only)) continue;
    const {
      nodes,
      address,
      width = 1280,
      height = 800,
      isDark = false,
      isRefused,
      before,
      graphs = 40,
    } = picture;
    const view = sampleView({ graphs, instances: 5000, nodes, items: 1000 });
    const { url, close } = await listen(
      "127.0.0.1:0",
      createHandler({
        view,
        version: "devel",
        live: sampleLive,
        explainer: sampleExplainer,
        ...isRefused && { mayReadApi: () => Promise.resolve("unauthenticated" as const) },
      }),
    );
    const context = await running.browser.newContext({
      viewport: { width, height },
      colorScheme: isDark ? "dark" : "light",
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") console.error(`${name}: ${message.text()}`);
    });
    page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
    await page.goto(`${url}/${address}`);
    await page.locator("main h1, main .notice").first().waitFor();
    await page.locator('main:not(:has-text("Loading…"))').waitFor();
    await page.evaluate("document.fonts.ready");
    await before?.(page);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await context.close();
    await close();
    console.log(`${folder}/${name}.png`);
  }
}

if (import.meta.main) {
  const [folder = "dist/screenshots", only] = Deno.args;
  await screenshots(folder, only);
}
