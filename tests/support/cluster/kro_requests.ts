/** Reads kro's requests to the API server from the API server's audit log. */
import { Api } from "../controlplane/api.ts";
import {
  type AuditEntry,
  AuditLog,
  calls,
  callText,
  controllerCalls,
  isReview,
  isWrite,
} from "../controlplane/audit.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually, steady } from "../wait.ts";

/**
 * Records the API requests of a user on the shared control plane.
 *
 * @example
 * ```ts
 * using requests = await KroRequests.open();
 * await cluster.apply(instance);
 * await graph.active("one");
 * await requests.idle();
 * assert.deepEqual(writes(await requests.take()), ["patch trios one"]);
 * ```
 */
export class KroRequests implements Disposable {
  readonly #api: Api;
  readonly #log: AuditLog;
  readonly #user: string;
  /** Entries of the audit log that {@link idle} has read and that the next call of {@link take} returns. */
  #read: AuditEntry[] = [];

  private constructor(api: Api, log: AuditLog, user: string) {
    this.#api = api;
    this.#log = log;
    this.#user = user;
  }

  /**
   * Starts to record the API requests of this user. Requests that were sent before this call are not
   * included.
   */
  static async open(user = "kro"): Promise<KroRequests> {
    const { server, ca, token, auditLog } = await sharedControlPlane();
    const log = await AuditLog.fromNow(auditLog);
    const requests = new KroRequests(new Api(server, ca, token("reader")), log, user);
    await requests.take();
    return requests;
  }

  /**
   * Returns the user's API requests that have completed since the last call of this function. Leaves out
   * watches, requests for kro's Lease, and reviews of kro's permissions, which kro sends in the background at
   * a time that a test cannot know.
   */
  async take(): Promise<AuditEntry[]> {
    return controllerCalls(await this.#all(), this.#user).filter((entry) => !isReview(entry));
  }

  /**
   * Returns all API requests of the user that have completed since the last call of this function, and all
   * watches that have started since then.
   */
  async takeAll(): Promise<AuditEntry[]> {
    return calls(await this.#all()).filter(({ user }) => user === this.#user);
  }

  async #all(): Promise<AuditEntry[]> {
    await this.#catchUp();
    // Reads the audit log a second time. The API server may log a request only after the client has received
    // the response, so the first reading may lack a request that kro has already completed.
    await this.#catchUp();
    return this.#read.splice(0);
  }

  /**
   * Waits until no kro process has sent a request for `ms` milliseconds. Each check sends a request
   * of its own to the API server. On a slow machine, these requests slow down as well, so the wait
   * becomes longer and a slow kro is not mistaken for an idle one.
   */
  async idle(ms = 500): Promise<void> {
    await steady("requests of kro", async () => {
      await this.#catchUp();
      return String(controllerCalls(this.#read, this.#user).length);
    }, ms);
  }

  /**
   * Sends a request with a unique mark in its URL to the API server, and reads the audit log until it
   * contains this request.
   */
  async #catchUp(): Promise<void> {
    const mark = crypto.randomUUID();
    const { status, text } = await this.#api.call("GET", `/version?mark=${mark}`);
    if (status !== 200) throw new Error(`GET /version was answered ${status}: ${text}`);
    await eventually(
      `request ${mark} in the audit log`,
      async () => {
        const entries = await this.#log.read();
        this.#read.push(...entries);
        return entries.some(({ uri }) => uri.includes(mark));
      },
      undefined,
      5,
    );
  }

  [Symbol.dispose](): void {
    this.#api[Symbol.dispose]();
  }
}

/** Returns the requests that may change an object, each as `verb resource[/subresource] name`. */
export function writes(entries: readonly AuditEntry[]): string[] {
  return entries.filter(isWrite).map((entry) => callText(entry));
}
