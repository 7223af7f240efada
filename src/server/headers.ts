/** The headers for browsers and caches, which all responses have. */
import type { MiddlewareHandler } from "hono";
import { etag } from "hono/etag";

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

/**
 * The Content-Security-Policy of the live page: scripts, styles and requests of kro's own origin only. Trusted
 * Types (W3C) make the browser refuse strings that a script would insert as HTML.
 */
export const PAGE_POLICY: string = [
  SECURITY_HEADERS["content-security-policy"],
  "connect-src 'self'",
  "img-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The Cache-Control of responses that have an ETag: a client asks again before it uses a stored response. */
export const ASK_AGAIN = "private, no-cache";

/** Adds the {@link SECURITY_HEADERS} to each response, except the headers that the handler has set itself. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
};

const addTag = etag();

/**
 * Adds an ETag, the hash of the content, to each successful response. The status is 304 (RFC 9110, section
 * 13.1.2) when the request has the same ETag in If-None-Match.
 */
export const contentIsVersion: MiddlewareHandler = async (c, next) => {
  await addTag(c, async () => {
    await next();
    if (c.res.ok) c.res.headers.set("cache-control", ASK_AGAIN);
  });
};
