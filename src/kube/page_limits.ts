/**
 * Limits the pages of one list. An aggregated API server may send a continue token with every page, so that
 * the list has no end.
 */

/** The maximum number of objects in a list or watch. Kubernetes supports about 150,000 objects of a kind. */
export const MAX_OBJECTS = 1_000_000;

/** The maximum number of pages in a list. A list of {@link MAX_OBJECTS} has 2,000 pages of 500 objects. */
const MAX_PAGES = 10_000;

/**
 * The maximum number of pages in a row without an object. An API server may send such a page if the objects
 * of the page do not match the selector (Kubernetes API documentation, `ListMeta.continue`).
 */
const MAX_EMPTY_PAGES = 100;

const MIB = 2 ** 20;

/** The maximum size of a list whose objects are all kept in memory, in bytes. */
const MAX_COLLECTED = 1024 * MIB;

/** Counts the pages and objects of one list. */
export class PageLimits {
  #token = "";
  #pages = 0;
  #emptyPages = 0;
  #objects = 0;
  #bytes = 0;

  /**
   * Adds the next page of the list. Returns the reason why the list may not be read further; undefined when
   * it may.
   *
   * @param objects The number of objects in the page.
   * @param token The continue token of the page; empty in the last page.
   * @param bytes The size of the page if its objects are kept in memory, otherwise 0.
   */
  fault(objects: number, token: string, bytes = 0): string | undefined {
    this.#objects += objects;
    this.#bytes += bytes;
    if (this.#objects > MAX_OBJECTS) return `more than ${MAX_OBJECTS} objects`;
    if (this.#bytes > MAX_COLLECTED) return `more than ${MAX_COLLECTED / MIB} MiB`;
    if (token === "") return undefined;
    if (token === this.#token) return "a page repeats the token of the previous page";
    this.#token = token;
    if (++this.#pages > MAX_PAGES) return `more than ${MAX_PAGES} pages`;
    this.#emptyPages = objects === 0 ? this.#emptyPages + 1 : 0;
    if (this.#emptyPages > MAX_EMPTY_PAGES) {
      return `more than ${MAX_EMPTY_PAGES} pages in a row contain no object`;
    }
    return undefined;
  }
}
