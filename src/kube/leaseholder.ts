/** Holds one Lease while this program lives; waits for it while another holds and renews it. */
import { ApiError, isObject, type JsonObject, type KubeObject } from "../api/mod.ts";
import { LEASE_KIND, leaseRef, microTime } from "./lease.ts";
import { named } from "./permission.ts";
import { Reflector } from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** Which Lease, as whom, and how fast. */
export interface LeaseOptions {
  /** Where. */
  namespace: string;
  /** Which. */
  name: string;
  /** `<host name>_<uuid>` by default. */
  identity?: string;
  /** How long others respect it without a renewal, 15 by default. */
  durationSeconds?: number;
  /** How long failing renewals are borne before it counts as lost, 10 by default. */
  renewDeadlineSeconds?: number;
  /** Between renewals, and between attempts that fail, 2 by default. */
  retrySeconds?: number;
  /** It is held now. */
  acquired?: () => void;
  /** It was held, and is no more or cannot be renewed. */
  lost?: () => void;
  /** Another one holds it; told once for each holder. */
  waiting?: (holder: string) => void;
  /** A request for it failed; the next one follows. */
  onError?: (error: unknown) => void;
  /** Requests for it succeed again. */
  onAnswer?: () => void;
  /** Watching it failed and is tried again; until then its expiry is waited for. */
  onWatchError?: (error: unknown) => void;
}

/** An identity nobody else has. */
export function leaseIdentity(): string {
  try {
    return `${Deno.hostname()}_${crypto.randomUUID()}`;
  } catch (error) {
    throw named("reading the host name", "--allow-sys=hostname", error);
  }
}

/**
 * Acquires, renews and gives back a Lease. Whether another's has expired, and whether an own renewal
 * is too long ago, is judged by this machine's monotonic clock alone: clocks of machines differ.
 */
export class LeaseHolder {
  /** Who holds it when this one does. */
  readonly identity: string;
  readonly #client: KubeClient;
  readonly #options: LeaseOptions;
  readonly #durationMs: number;
  readonly #deadlineMs: number;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  #running?: Promise<void>;
  #held = false;
  #failing = false;
  #lease?: KubeObject;
  /** The resourceVersion last seen. */
  #seen?: string;
  /** When another's Lease was last seen renewed, and for how long it is respected from then on. */
  #seenAt = 0;
  #respectedMs = 0;
  #renewedAt = 0;
  #deadline?: ReturnType<typeof setTimeout>;
  #waitsFor = "";
  /** Resolved when the watch shows something new. */
  #news = Promise.withResolvers<void>();

  /** Starts nothing yet. */
  constructor(client: KubeClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = options;
    this.identity = options.identity ?? leaseIdentity();
    this.#durationMs = (options.durationSeconds ?? 15) * 1000;
    this.#deadlineMs = (options.renewDeadlineSeconds ?? 10) * 1000;
    this.#retryMs = (options.retrySeconds ?? 2) * 1000;
  }

  /**
   * Whether it is held at this very moment: false from the renew deadline on, also in a process that
   * was frozen and has not learnt of the loss yet.
   */
  get held(): boolean {
    return this.#held && performance.now() - this.#renewedAt < this.#deadlineMs;
  }

  /** Begins to acquire and renew, until `release`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops, and gives the Lease back when it is held: others need not wait for it to expire. */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    clearTimeout(this.#deadline);
    if (!this.#held || !this.#lease) return;
    this.#held = false;
    try {
      await this.#write({ ...specOf(this.#lease), holderIdentity: "", leaseDurationSeconds: 1 });
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (this.#held) await this.#renew(signal);
      else await this.#acquire(signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    // After a race: see at once whether it is still ours.
    if (await this.#attempted() === "raced") await this.#attempted();
    if (this.#held && !this.held) this.#lose();
    if (this.#held) await sleep(this.#retryMs, signal);
  }

  /** Tries until it is held; in between, the watch tells when to try again. */
  async #acquire(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const end = () => done.abort();
    signal.addEventListener("abort", end, { once: true });
    let watch: Promise<void> | undefined;
    while (!signal.aborted && !this.#held) {
      const news = this.#news.promise;
      const result = await this.#attempted();
      if (this.#held || signal.aborted) break;
      if (result !== "taken") {
        await sleep(result === "raced" ? 0 : this.#retryMs, signal);
        continue;
      }
      watch ??= this.#watch(done.signal);
      await Promise.race([news, sleep(this.#untilExpiry(), signal)]);
    }
    signal.removeEventListener("abort", end);
    done.abort();
    await watch;
  }

  #watch(signal: AbortSignal): Promise<void> {
    const { namespace, name, onWatchError: onError } = this.#options;
    const options = { namespace, fieldSelector: `metadata.name=${name}`, onError };
    const changed = (lease: KubeObject) => this.#observed(lease);
    const deleted = () => this.#observed(undefined);
    const handlers = { added: changed, modified: changed, deleted };
    return new Reflector(this.#client, LEASE_KIND, options, handlers).start(signal);
  }

  /** What the watch shows: a renewal sets back the expiry, anything else is a chance. */
  #observed(lease: KubeObject | undefined): void {
    if (!this.#note(lease)) return;
    // A renewal: the sleep under way ends too early then, and finds out by itself.
    if (lease && holderOf(lease) !== "" && holderOf(lease) === this.#waitsFor) return;
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async #attempted(): Promise<"held" | "taken" | "raced" | "failed"> {
    try {
      const result = await this.#attempt();
      if (this.#failing) this.#options.onAnswer?.();
      this.#failing = false;
      return result;
    } catch (error) {
      this.#lease = undefined; // read it again, whatever went wrong
      if (isRace(error)) return "raced";
      this.#failing = true;
      this.#options.onError?.(error);
      return "failed";
    }
  }

  /** Renews the Lease if it is ours, takes it if it is nobody's or its holder fell silent. */
  async #attempt(): Promise<"held" | "taken" | "raced"> {
    if (!this.#held || !this.#lease) await this.#look();
    const before = this.#lease ? specOf(this.#lease) : {};
    const holder = this.#lease ? holderOf(this.#lease) : "";
    const ours = holder === this.identity;
    if (!ours && this.#untilExpiry() > 0) {
      if (this.#held) this.#lose();
      if (holder !== "" && this.#waitsFor !== holder) {
        this.#options.waiting?.(holder);
        this.#waitsFor = holder;
      }
      return "taken";
    }
    const started = performance.now();
    const now = microTime(Date.now());
    const transitions = Number(before.leaseTransitions ?? 0);
    await this.#write({
      holderIdentity: this.identity,
      leaseDurationSeconds: Math.ceil(this.#durationMs / 1000),
      acquireTime: ours ? before.acquireTime : now,
      renewTime: now,
      leaseTransitions: ours || this.#lease === undefined ? transitions : transitions + 1,
    });
    // Renewed, but so slowly that it is too late to count.
    if (performance.now() - started >= this.#deadlineMs) return "raced";
    this.#renewed(started);
    return "held";
  }

  /** Counts from when the renewal was sent: others count from when they see it, which is later. */
  #renewed(at: number): void {
    this.#renewedAt = at;
    const left = at + this.#deadlineMs - performance.now();
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose(), Math.max(0, left));
    if (this.#held) return;
    this.#held = true;
    this.#waitsFor = "";
    this.#options.acquired?.();
  }

  async #look(): Promise<void> {
    const found = await this.#client.get(leaseRef(this.#options.namespace, this.#options.name));
    this.#note(found);
    this.#lease = found;
  }

  /**
   * Remembers when this state of the Lease was first seen; false when it was before. One that somebody
   * deleted is respected as before: its holder does not know yet, and is about to make it again.
   */
  #note(lease: KubeObject | undefined): boolean {
    const revision = lease?.metadata.resourceVersion;
    if (revision === this.#seen) return false;
    this.#seen = revision;
    if (!lease) return true;
    const { leaseDurationSeconds: seconds } = specOf(lease);
    const isOthers = !["", this.identity].includes(holderOf(lease));
    this.#seenAt = performance.now();
    this.#respectedMs = isOthers && typeof seconds === "number" ? seconds * 1000 : 0;
    return true;
  }

  /** Milliseconds until another's Lease has been silent for as long as it is respected. */
  #untilExpiry(): number {
    return this.#seenAt + this.#respectedMs - performance.now();
  }

  async #write(spec: JsonObject): Promise<void> {
    const { namespace, name } = this.#options;
    const options = { fieldManager: "kro" };
    if (!this.#lease) {
      const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", spec };
      const metadata = { namespace, name };
      this.#lease = await this.#client.create(LEASE_KIND, { ...lease, metadata }, options);
      return;
    }
    const changed = { ...this.#lease, spec };
    this.#lease = await this.#client.replace(leaseRef(namespace, name), changed, options);
  }

  #lose(): void {
    if (!this.#held) return;
    this.#held = false;
    clearTimeout(this.#deadline);
    this.#options.lost?.();
  }
}

function specOf(lease: KubeObject): JsonObject {
  return isObject(lease.spec) ? lease.spec : {};
}

function holderOf(lease: KubeObject): string {
  const { holderIdentity } = specOf(lease);
  return typeof holderIdentity === "string" ? holderIdentity : "";
}

/** Somebody else was faster: no failure. */
function isRace(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.reason === "Conflict" || error.reason === "AlreadyExists");
}
