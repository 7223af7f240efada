/** Serves the files of the live page. */
import type { Context, Hono } from "hono";
import type { Env } from "./access.ts";
import type { PageFile } from "./page_file.ts";
import { ASK_AGAIN, PAGE_POLICY } from "./headers.ts";

/** The paths of the page's files. The page needs no permission, because it contains no data of the cluster. */
const PATHS = ["/", "/page.js", "/page.css", "/icon.svg"] as const;

/** Serves the page at `/`. The files are loaded at the first request. */
export function servePage(app: Hono<Env>): void {
  for (const path of PATHS) {
    app.get(path, async (c) => {
      const { FILES } = await import("./live_page_files.ts");
      return respond(c, FILES[path]!);
    });
  }
}

async function respond(c: Context<Env>, { type, etag, gzip }: PageFile): Promise<Response> {
  const headers = {
    "cache-control": ASK_AGAIN,
    "content-security-policy": PAGE_POLICY,
    "content-type": type,
    etag,
    vary: "accept-encoding",
  };
  if (c.req.header("if-none-match")?.includes(etag)) {
    return new Response(null, { status: 304, headers });
  }
  const packed = Uint8Array.fromBase64(gzip);
  if (/\bgzip\b/.test(c.req.header("accept-encoding") ?? "")) {
    return new Response(packed, { headers: { ...headers, "content-encoding": "gzip" } });
  }
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(await new Response(plain).arrayBuffer(), { headers });
}
