/**
 * Leader election with a Lease. Acquiring, renewing and releasing work as in client-go's package
 * `leaderelection`. Unlike client-go, a process that waits for the Lease watches the Lease instead of
 * polling it.
 */
import { isObject, isOutrun, type JsonObject, type KubeObject } from "../api/mod.ts";
import { LEASE_KIND, leaseRef, microTime } from "./lease.ts";
import { permissionError } from "./deno_permission.ts";
import { Reflector } from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/**
 * The default timings of {@link LeaseOptions}, in seconds. client-go and upstream kro have the same
 * defaults.
 */
export const LEASE_DEFAULTS = {
  durationSeconds: 15,
  renewDeadlineSeconds: 10,
  retrySeconds: 2,
} as const;

/** The Lease to hold, its timings, and the callbacks of the holder. */
export interface LeaseOptions {
  /** The namespace of the Lease. */
  namespace: string;
  /** The name of the Lease. */
  name: string;
  /** The identity of this process in the Lease; `<host name>_<uuid>` by default. */
  identity?: string;
  /**
   * The time without renewal after which another process may acquire the Lease, in seconds; 15 by default.
   */
  durationSeconds?: number;
  /**
   * The time without renewal after which this process treats the Lease as lost, in seconds; 10 by default.
   * Should be shorter than `durationSeconds`, so that this process stops before another process acquires
   * the Lease.
   */
  renewDeadlineSeconds?: number;
  /** The delay between two renewals, and the delay after a failed attempt, in seconds; 2 by default. */
  retrySeconds?: number;
  /** Called when this process has acquired the Lease. */
  acquired?: () => void;
  /**
   * Called when this process has lost the Lease: another process has acquired the Lease, or the renew
   * deadline has passed.
   */
  lost?: () => void;
  /** Called when another process holds the Lease, once per holder. */
  waiting?: (holder: string) => void;
  /** Called when a request for the Lease fails. The request is then repeated. */
  onError?: (error: unknown) => void;
  /** Called when a request for the Lease succeeds. */
  onAnswer?: () => void;
  /**
   * Called when the watch of the Lease fails. The watch is then repeated. Without the watch, the Lease is
   * read only when it expires.
   */
  onWatchError?: (error: unknown) => void;
}

/**
 * Returns a unique identity, `<host name>_<uuid>`. Throws ConfigError when Deno lacks the permission to
 * read the host name.
 */
export function leaseIdentity(): string {
  try {
    return `${Deno.hostname()}_${crypto.randomUUID()}`;
  } catch (error) {
    throw permissionError("reading the host name", "--allow-sys=hostname", error);
  }
}

/**
 * The state of this process: it holds the Lease, or waits for the Lease. Times are values of
 * `performance.now()`, in milliseconds.
 */
type State =
  /**
   * This process does not hold the Lease. `holder` is the process that holds the Lease, as last passed to the
   * callback {@link LeaseOptions.waiting}.
   */
  | { readonly name: "waiting"; readonly holder?: string }
  /**
   * This process holds the Lease. `renewedAt` is the time at which the last renewal was sent. The timer
   * `deadline` fires when this process must treat the Lease as lost.
   */
  | {
    readonly name: "held";
    readonly renewedAt: number;
    readonly deadline: ReturnType<typeof setTimeout>;
  };

/** The last change of the Lease that this process has observed. */
interface Observation {
  /** The resourceVersion of the Lease; undefined when the Lease does not exist. */
  readonly revision?: string;
  /**
   * The time at which this process first observed this version of the Lease, as a value of
   * `performance.now()`.
   */
  readonly at: number;
  /**
   * The time after {@link at} for which this process must not acquire the Lease, in milliseconds; 0 when the
   * Lease is free.
   */
  readonly respectedMs: number;
}

/** The maximum of the field `leaseTransitions`, an int32. The API server refuses a larger number. */
const MAX_TRANSITIONS = 2 ** 31 - 1;

/**
 * Acquires, renews and releases one Lease. Expiry is always measured with the monotonic clock of this
 * machine, because the clocks of different machines differ.
 *
 * @example
 * ```ts
 * import { connect, LeaseHolder, loadConfig } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const holder = new LeaseHolder(client, { namespace: "kro-system", name: "controller.kro.run" });
 * holder.start();
 * if (holder.held) console.log("this process is the leader");
 * await holder.release();
 * ```
 */
export class LeaseHolder {
  /** The identity that this process writes into the Lease. */
  readonly identity: string;
  readonly #client: KubeClient;
  readonly #options: LeaseOptions;
  readonly #durationMs: number;
  readonly #deadlineMs: number;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  #running?: Promise<void>;
  #state: State = { name: "waiting" };
  /** The Lease as it was last read or written; undefined when the Lease must be read again. */
  #lease?: KubeObject;
  #seen: Observation = { at: 0, respectedMs: 0 };
  /** A promise that resolves when the watch shows that the Lease may have become free. */
  #changed = Promise.withResolvers<void>();

  /** Creates a holder. The first request is sent after {@link start} is called. */
  constructor(client: KubeClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = options;
    this.identity = options.identity ?? leaseIdentity();
    this.#durationMs = (options.durationSeconds ?? LEASE_DEFAULTS.durationSeconds) * 1000;
    this.#deadlineMs = (options.renewDeadlineSeconds ?? LEASE_DEFAULTS.renewDeadlineSeconds) * 1000;
    this.#retryMs = (options.retrySeconds ?? LEASE_DEFAULTS.retrySeconds) * 1000;
  }

  /**
   * Whether this process holds the Lease now. The value is computed from the clock. After the renew
   * deadline, the value is therefore false even if the process was suspended and its timer has not fired
   * yet.
   */
  get held(): boolean {
    return this.#state.name === "held" &&
      performance.now() - this.#state.renewedAt < this.#deadlineMs;
  }

  /** Starts to acquire and renew the Lease, until {@link release} is called. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Stops renewing the Lease. If this process holds the Lease, the Lease is released, so that another
   * process need not wait until the Lease expires. Never rejects: the error of a failed request is passed
   * to `onError`. `lost` is not called.
   */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#state.name !== "held") return;
    clearTimeout(this.#state.deadline);
    this.#state = { name: "waiting" };
    if (!this.#lease) return;
    try {
      await this.#write({ ...specOf(this.#lease), holderIdentity: "", leaseDurationSeconds: 1 });
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (this.#state.name === "held") await this.#renew(signal);
      else await this.#acquire(signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    // The result `raced` means that another client has changed the Lease, or that the response came after the
    // renew deadline. One further attempt follows immediately.
    if (await this.#attempted() === "raced") await this.#attempted();
    if (!this.held) this.#lose();
    if (this.#state.name === "held") await sleep(this.#retryMs, signal);
  }

  /**
   * Tries to acquire the Lease until this process holds it or the signal aborts. While another process holds
   * the Lease, the next attempt follows when the holder changes or the Lease expires.
   */
  async #acquire(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const end = () => done.abort();
    signal.addEventListener("abort", end, { once: true });
    let watch: Promise<void> | undefined;
    while (!signal.aborted) {
      const changed = this.#changed.promise;
      const result = await this.#attempted();
      if (this.#state.name === "held" || signal.aborted) break;
      if (result !== "taken") {
        await sleep(result === "raced" ? 0 : this.#retryMs, signal);
        continue;
      }
      watch ??= this.#watch(done.signal);
      await Promise.race([changed, sleep(this.#untilExpiry(), signal)]);
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

  /** Handles a change of the Lease that the watch delivers. */
  #observed(lease: KubeObject | undefined): void {
    if (!this.#note(lease)) return;
    const holder = lease ? holderOf(lease) : "";
    // When the same holder renews the Lease, no attempt follows immediately. This process keeps waiting until
    // the previous expiry time, then reads the renewed Lease and waits for the new expiry time.
    if (holder !== "" && this.#state.name === "waiting" && this.#state.holder === holder) return;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #attempted(): Promise<"held" | "taken" | "raced" | "failed"> {
    try {
      const result = await this.#attempt();
      this.#options.onAnswer?.();
      return result;
    } catch (error) {
      this.#lease = undefined;
      if (isOutrun(error)) return "raced";
      this.#options.onError?.(error);
      return "failed";
    }
  }

  /**
   * Renews the Lease if this process is the holder. Otherwise acquires the Lease if the Lease is free or
   * expired.
   */
  async #attempt(): Promise<"held" | "taken" | "raced"> {
    if (this.#state.name !== "held" || !this.#lease) await this.#read();
    const before = this.#lease ? specOf(this.#lease) : {};
    const holder = this.#lease ? holderOf(this.#lease) : "";
    const ours = holder === this.identity;
    if (!ours && this.#untilExpiry() > 0) {
      this.#lose();
      this.#waitFor(holder);
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
      leaseTransitions: ours || this.#lease === undefined
        ? transitions
        : Math.min(transitions + 1, MAX_TRANSITIONS),
    });
    // If the response arrives after the renew deadline, other processes may already treat the Lease as
    // expired. This process then ignores the renewal and tries again.
    if (performance.now() - started >= this.#deadlineMs) return "raced";
    this.#renewed(started);
    return "held";
  }

  /**
   * Records a renewal of the Lease. The renew deadline of this process counts from the time at which the
   * request was sent. For other processes, the duration of the Lease counts from the later time at which
   * they see the renewal, so this process gives up the Lease first.
   */
  #renewed(sentAt: number): void {
    const before = this.#state;
    if (before.name === "held") clearTimeout(before.deadline);
    const left = Math.max(0, sentAt + this.#deadlineMs - performance.now());
    const deadline = setTimeout(() => this.#lose(), left);
    this.#state = { name: "held", renewedAt: sentAt, deadline };
    if (before.name !== "held") this.#options.acquired?.();
  }

  #waitFor(holder: string): void {
    if (holder === "" || this.#state.name !== "waiting" || this.#state.holder === holder) return;
    this.#options.waiting?.(holder);
    this.#state = { name: "waiting", holder };
  }

  async #read(): Promise<void> {
    const found = await this.#client.get(leaseRef(this.#options.namespace, this.#options.name));
    this.#note(found);
    this.#lease = found;
  }

  /**
   * Records the time at which this process first observed a version of the Lease. Returns false when the
   * version was already observed.
   *
   * A deleted Lease is treated as held until it would have expired, because its holder creates the Lease
   * again with the next renewal.
   */
  #note(lease: KubeObject | undefined): boolean {
    const revision = lease?.metadata.resourceVersion;
    if (revision === this.#seen.revision) return false;
    if (!lease) {
      this.#seen = { ...this.#seen, revision };
      return true;
    }
    const { leaseDurationSeconds: seconds } = specOf(lease);
    const isTaken = !["", this.identity].includes(holderOf(lease));
    const respectedMs = isTaken && typeof seconds === "number" ? seconds * 1000 : 0;
    this.#seen = { revision, at: performance.now(), respectedMs };
    return true;
  }

  /**
   * Returns the milliseconds until the Lease of another process expires. The result is 0 or negative when
   * this process may acquire the Lease.
   */
  #untilExpiry(): number {
    return this.#seen.at + this.#seen.respectedMs - performance.now();
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
    if (this.#state.name !== "held") return;
    clearTimeout(this.#state.deadline);
    this.#state = { name: "waiting" };
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
