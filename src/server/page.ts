/**
 * Returns a sorted list in pages. The query parameters `limit` and `continue` select the page, as in the
 * Kubernetes API.
 */

import { BadQuery, type Query } from "./query.ts";

/** One page of a list. */
export interface Page<T> {
  /** The items of the list that are on this page. */
  items: T[];
  /** The number of items in the whole list, after filters. */
  total: number;
  /** The token for the next page, to be sent as `?continue=`; absent on the last page. */
  continue?: string;
}

/** The maximum number of items on a page, which is also the default. */
export const MAX_LIMIT = 500;

/**
 * Returns the requested page of a list. Only the items of this page are read. The token for the next page
 * contains the last key of this page, and the next page starts after this key. An item that exists during all
 * requests is therefore on exactly one page. Throws BadQuery when the query is invalid.
 *
 * @param keys The sorted keys of the whole list.
 * @param read Returns the item with a key; undefined when the item no longer exists.
 */
export function page<T>(
  keys: readonly string[],
  read: (key: string) => T | undefined,
  query: Query,
): Page<T> {
  const limit = parseLimit(query.limit);
  const after = query.continue === undefined ? undefined : decodeToken(query.continue);
  const rest = after === undefined ? keys : keys.filter((key) => key > after);
  const shown = rest.slice(0, limit);
  const items = shown.map(read).filter((item) => item !== undefined);
  const result: Page<T> = { items, total: keys.length };
  if (rest.length > limit) result.continue = encodeToken(shown.at(-1)!);
  return result;
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return MAX_LIMIT;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > MAX_LIMIT) {
    throw new BadQuery(`limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  return limit;
}

function encodeToken(key: string): string {
  return new TextEncoder().encode(key).toBase64({ alphabet: "base64url", omitPadding: true });
}

function decodeToken(token: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true })
      .decode(Uint8Array.fromBase64(token, { alphabet: "base64url" }));
  } catch {
    throw new BadQuery("continue is not a token of this API");
  }
}
