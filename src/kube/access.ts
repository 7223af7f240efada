/**
 * Authorizes the requests that clients send to this process, for a path such as `/metrics`. The API server
 * checks the client's token (TokenReview) and permission (SubjectAccessReview). Kubernetes components protect
 * their own metrics in the same way (Kubernetes documentation, "Authorization": non-resource requests).
 */
import { isObject, type JsonObject } from "../api/mod.ts";
import { review } from "./review.ts";
import { Semaphore } from "./semaphore.ts";
import type { KubeClient } from "./types.ts";

/**
 * The result of authorizing a request. `unauthenticated` means that the request has no valid token.
 * `forbidden` means that the token is valid, but its user lacks the permission to get the path.
 */
export type AccessVerdict = "allowed" | "unauthenticated" | "forbidden";

const ALLOWED_MS = 30_000;
const REFUSED_MS = 10_000;
const MAX_TOKENS = 200;
/**
 * The maximum number of concurrent reviews. Any client can send tokens that kro has to review, and the reviews
 * must leave kro connections for its own requests, such as the renewal of its Lease.
 */
const MAX_REVIEWS = 4;

/** A cached verdict. */
interface Entry {
  /** The time at which the verdict expires, in milliseconds; Infinity while the review runs. */
  until: number;
  readonly verdict: Promise<AccessVerdict>;
  isAllowed: boolean;
}

/**
 * Authorizes GET requests that clients send to one path of this process, by their bearer tokens. The verdict
 * `allowed` is cached for 30 s, every other verdict for 10 s. Concurrent requests with the same token share
 * one review. At most four reviews run at the same time, and further reviews wait.
 *
 * @example
 * ```ts
 * import { AccessReviewer, connect, loadConfig } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const verdict = await new AccessReviewer(client, "/metrics").verdict("Bearer TOKEN");
 * ```
 */
export class AccessReviewer {
  readonly #client: KubeClient;
  readonly #path: string;
  readonly #now: () => number;
  /**
   * The cached verdicts, oldest first. The keys are the SHA-256 hashes of the tokens, because the tokens
   * themselves must not be stored.
   */
  readonly #verdicts = new Map<string, Entry>();
  readonly #slots = new Semaphore(MAX_REVIEWS);

  /**
   * Creates a reviewer for one path. No request is sent before {@link verdict} is called.
   *
   * @param path The non-resource URL to authorize, such as `/metrics`.
   * @param now A monotonic clock that returns milliseconds.
   */
  constructor(client: KubeClient, path: string, now: () => number = () => performance.now()) {
    this.#client = client;
    this.#path = path;
    this.#now = now;
  }

  /**
   * Authorizes the bearer token of an Authorization header. Rejects with ApiError when the API server
   * refuses the TokenReview or the SubjectAccessReview.
   *
   * @param authorization The value of the Authorization header; null when the request lacks the header.
   */
  async verdict(authorization: string | null): Promise<AccessVerdict> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "unauthenticated";
    const key = await digest(token);
    const known = this.#verdicts.get(key);
    if (known && known.until > this.#now()) return await known.verdict;
    const entry: Entry = { until: Infinity, verdict: this.#review(token), isAllowed: false };
    this.#verdicts.delete(key);
    this.#verdicts.set(key, entry);
    this.#dropOldest();
    try {
      const verdict = await entry.verdict;
      entry.isAllowed = verdict === "allowed";
      entry.until = this.#now() + (verdict === "allowed" ? ALLOWED_MS : REFUSED_MS);
      return verdict;
    } catch (error) {
      if (this.#verdicts.get(key) === entry) this.#verdicts.delete(key);
      throw error;
    }
  }

  /** Drops the oldest verdicts. The verdict `allowed` is dropped last, because invalid tokens cost nothing. */
  #dropOldest(): void {
    for (const isLast of [false, true]) {
      for (const [oldest, { isAllowed }] of this.#verdicts) {
        if (this.#verdicts.size <= MAX_TOKENS) return;
        if (isLast || !isAllowed) this.#verdicts.delete(oldest);
      }
    }
  }

  async #review(token: string): Promise<AccessVerdict> {
    const release = await this.#slots.acquire();
    try {
      return await this.#reviewed(token);
    } finally {
      release();
    }
  }

  async #reviewed(token: string): Promise<AccessVerdict> {
    const review = await this.#ask("authentication.k8s.io", "TokenReview", { token });
    const user = isObject(review.user) ? review.user : undefined;
    if (review.authenticated !== true || !user) return "unauthenticated";
    const { username, groups = null, uid = null, extra = null } = user;
    const access = await this.#ask("authorization.k8s.io", "SubjectAccessReview", {
      user: username!,
      groups,
      uid,
      extra,
      nonResourceAttributes: { path: this.#path, verb: "get" },
    });
    return access.allowed === true ? "allowed" : "forbidden";
  }

  #ask(group: string, kind: string, spec: JsonObject): Promise<JsonObject> {
    return review(this.#client, { group, kind }, spec);
  }
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
