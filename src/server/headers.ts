/** The headers for browsers and caches, which all responses have. */
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";

/**
 * Headers that keep browsers from executing, embedding or storing a response. CORS headers are left out, so
 * that a web page of another origin cannot read a response.
 */
export const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Adds the {@link SECURITY_HEADERS} to each response, except the headers that the handler has set itself. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
};

/**
 * Adds an ETag, the hash of the content, to each successful response. The status is 304 (RFC 9110, section
 * 13.1.2) when the request has the same ETag in If-None-Match. The directive `no-cache` makes a client ask
 * again before it uses a stored response.
 *
 * The middleware `hono/etag` is not used, because it copies each response with `clone()`. A copied body is a
 * stream, whose reading takes longer than the rest of the request.
 */
export const contentIsVersion: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.ok) return;
  const body = new Uint8Array(await c.res.arrayBuffer());
  const tag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  c.res = hasTag(c.req.header("if-none-match") ?? "", tag)
    ? new Response(null, { status: 304 })
    : new Response(body, c.res);
  c.res.headers.set("etag", tag);
  c.res.headers.set("cache-control", "private, no-cache");
};

/** Reports whether the value of If-None-Match contains an ETag. Weak ETags count, as the RFC requires. */
function hasTag(known: string, tag: string): boolean {
  return known.split(",").map((each) => each.trim())
    .some((each) => each === "*" || each.replace(/^W\//, "") === tag);
}
