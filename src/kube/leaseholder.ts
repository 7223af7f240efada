/** Holds one Lease while this program lives; never takes it from another who renews it. */
import { ApiError, isObject, type JsonObject, type KubeObject } from "../api/mod.ts";
import { LEASE_KIND, leaseRef, microTime } from "./lease.ts";
import { named } from "./permission.ts";
import { sleep } from "./sleep.ts";
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
  /** Between renewals, and between attempts to get it, 2 by default. */
  retrySeconds?: number;
  /** It is held now. */
  acquired?: () => void;
  /** It was held, and is no more or cannot be renewed. */
  lost?: () => void;
  /** A request failed; the next one follows. */
  onError?: (error: unknown) => void;
}

/** An identity nobody else has. */
export function leaseIdentity(): string {
  try {
    return `${Deno.hostname()}_${crypto.randomUUID()}`;
  } catch (error) {
    throw named("reading the host name", "--allow-sys=hostname", error);
  }
}

/** Acquires, renews and gives back a Lease. */
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
  #lease?: KubeObject;
  /** The resourceVersion last read, and when it was first seen, by this machine's monotonic clock. */
  #seen?: string;
  #seenAt = 0;
  #renewedAt = 0;

  /** Starts nothing yet. */
  constructor(client: KubeClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = options;
    this.identity = options.identity ?? leaseIdentity();
    this.#durationMs = (options.durationSeconds ?? 15) * 1000;
    this.#deadlineMs = (options.renewDeadlineSeconds ?? 10) * 1000;
    this.#retryMs = (options.retrySeconds ?? 2) * 1000;
  }

  /** Whether it is held now. */
  get held(): boolean {
    return this.#held;
  }

  /** Begins to acquire and renew, until `release`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops, and gives the Lease back when it is held: others need not wait for it to expire. */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#running;
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
    let raced = false;
    while (!signal.aborted) {
      try {
        await this.#attempt();
        raced = false;
      } catch (error) {
        this.#lease = undefined; // read it again, whatever went wrong
        if (!isRace(error)) this.#options.onError?.(error);
        else if (!raced) {
          // Somebody wrote it: see at once whether it is still ours.
          raced = true;
          continue;
        }
      }
      if (this.#held && performance.now() - this.#renewedAt > this.#deadlineMs) this.#lose();
      await sleep(this.#retryMs, signal);
    }
  }

  /** Renews the Lease if it is ours, takes it if it is nobody's or its holder fell silent. */
  async #attempt(): Promise<void> {
    if (!this.#held || !this.#lease) await this.#look();
    const before = this.#lease ? specOf(this.#lease) : {};
    const holder = typeof before.holderIdentity === "string" ? before.holderIdentity : "";
    const ours = holder === this.identity;
    if (!ours && holder !== "" && !this.#expired(before)) {
      if (this.#held) this.#lose();
      return;
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
    this.#renewedAt = started;
    if (this.#held) return;
    this.#held = true;
    this.#options.acquired?.();
  }

  async #look(): Promise<void> {
    const found = await this.#client.get(leaseRef(this.#options.namespace, this.#options.name));
    const revision = found?.metadata.resourceVersion;
    if (revision !== this.#seen) this.#seenAt = performance.now();
    this.#seen = revision;
    this.#lease = found;
  }

  /** Judged by how long it stayed unchanged here: the holder's clock may differ from ours. */
  #expired(spec: JsonObject): boolean {
    const seconds = typeof spec.leaseDurationSeconds === "number" ? spec.leaseDurationSeconds : 0;
    return performance.now() - this.#seenAt > seconds * 1000;
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
    this.#held = false;
    this.#options.lost?.();
  }
}

function specOf(lease: KubeObject): JsonObject {
  return isObject(lease.spec) ? lease.spec : {};
}

/** Somebody else was faster: no failure. */
function isRace(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.reason === "Conflict" || error.reason === "AlreadyExists");
}
