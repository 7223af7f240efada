/** The task `deno task page`: bundles the live page into `src/server/live_page_files.ts`. */
import { gunzipSync, gzipSync } from "node:zlib";

const root = new URL("../..", import.meta.url).pathname;
const sources = `${root}src/server/page`;
const target = `${root}src/server/live_page_files.ts`;

/** The style sheets in the order in which they are joined: later rules take precedence. */
const STYLES = [
  "base",
  "controls",
  "frame",
  "tables",
  "overview",
  "panels",
  "drawing",
  "narrow",
];

/** The files of the live page. The keys are the URL paths of the files. */
type Files = Record<string, { type: string; content: string }>;

/** Returns the files of the page, bundled from their sources. */
export async function pageFiles(): Promise<Files> {
  const script = await bundled();
  return {
    "/": {
      type: "text/html; charset=utf-8",
      content: await Deno.readTextFile(`${sources}/index.html`),
    },
    "/page.js": { type: "text/javascript; charset=utf-8", content: script },
    "/icon.svg": {
      type: "image/svg+xml",
      content: await Deno.readTextFile(`${sources}/icon.svg`),
    },
    "/page.css": {
      type: "text/css; charset=utf-8",
      content: await styles(),
    },
  };
}

/** Returns the files that `src/server/live_page_files.ts` contains at present. */
export async function storedFiles(): Promise<Files> {
  const { FILES } = await import("../../src/server/live_page_files.ts");
  return Object.fromEntries(
    Object.entries(FILES).map(([path, { type, gzip }]) => {
      const content = gunzipSync(Uint8Array.fromBase64(gzip)).toString();
      return [path, { type, content }];
    }),
  );
}

async function styles(): Promise<string> {
  const read = (name: string) => Deno.readTextFile(`${sources}/styles/${name}.css`);
  return (await Promise.all(STYLES.map(read))).join("");
}

async function bundled(): Promise<string> {
  const out = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--quiet",
        "--minify",
        "--platform=browser",
        "-o",
        out,
        `${sources}/main.tsx`,
      ],
      cwd: root,
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("deno bundle failed; its output is above");
    return await Deno.readTextFile(out);
  } finally {
    await Deno.remove(out);
  }
}

async function moduleOf(files: Files): Promise<string> {
  const entries = await Promise.all(
    Object.entries(files).map(async ([path, { type, content }]) => {
      const bytes = new TextEncoder().encode(content);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      const etag = `"${hash.slice(0, 32)}"`;
      const gzip = gzipSync(bytes, { level: 9 }).toString("base64");
      return `  ${JSON.stringify(path)}: ${JSON.stringify({ type, etag, gzip })},\n`;
    }),
  );
  return "/** The files of the live page. Written by `deno task page`; do not edit. */\n" +
    'import type { PageFile } from "./page_file.ts";\n\n' +
    "/** The files of the page by path. */\n" +
    `export const FILES: Readonly<Record<string, PageFile>> = {\n${entries.join("")}};\n`;
}

if (import.meta.main) {
  const text = await moduleOf(await pageFiles());
  await Deno.writeTextFile(target, text);
  console.log(`${target} (${(text.length / 1024).toFixed(0)} KiB)`);
}
