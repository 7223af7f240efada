/** Pages of sorted lists by `?limit=&continue=`, as in the Kubernetes API. */

/** A page of a list. */
export interface Page<T> {
  /** The items of this page. */
  items: T[];
  /** Number of items in the whole list. */
  total: number;
  /** Token of the next page, for `?continue=`; absent on the last page. */
  continue?: string;
}

/** The query of a request is invalid. The response contains the message. */
export class BadQuery extends Error {
  /** Always `BadQuery`. */
  override readonly name = "BadQuery";
}

/** Default and largest number of items of a page. */
export const MAX_LIMIT = 500;

/**
 * Returns the requested page of a list that is sorted by `key`. The token holds the last key of the page, so
 * an item that exists during all requests is on exactly one page. Throws BadQuery.
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  query: { limit?: string; continue?: string },
): Page<T> {
  const limit = parseLimit(query.limit);
  const after = query.continue === undefined ? undefined : decodeToken(query.continue);
  const rest = after === undefined ? items : items.filter((item) => key(item) > after);
  const shown = rest.slice(0, limit);
  const result: Page<T> = { items: shown, total: items.length };
  if (rest.length > limit) result.continue = encodeToken(key(shown.at(-1)!));
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
