/**
 * Leader election with a Lease, as client-go's package `leaderelection` does it: acquire, renew, release.
 * Unlike client-go, a waiting process watches the Lease instead of polling it.
 */
import { ApiError, isObject, type JsonObject, type KubeObject } from "../api/mod.ts";
import { LEASE_KIND, leaseRef, microTime } from "./lease.ts";
import { permissionError } from "./deno_permission.ts";
import { Reflector } from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** Defaults of {@link LeaseOptions} in seconds: those of client-go and of upstream kro. */
export const LEASE_DEFAULTS = {
  durationSeconds: 15,
  renewDeadlineSeconds: 10,
  retrySeconds: 2,
} as const;

/** The Lease, its timings, and callbacks. */
export interface LeaseOptions {
  /** Namespace of the Lease. */
  namespace: string;
  /** Name of the Lease. */
  name: string;
  /** Identity of this process; `<host name>_<uuid>` by default. */
  identity?: string;
  /** Time without renewal after which another process may take the Lease, in seconds; 15 by default. */
  durationSeconds?: number;
  /** Time without renewal after which this process counts the Lease as lost, in seconds; 10 by default. */
  renewDeadlineSeconds?: number;
  /** Time between renewals, and between attempts that fail, in seconds; 2 by default. */
  retrySeconds?: number;
  /** Called when the Lease is acquired. */
  acquired?: () => void;
  /** Called when another process has taken the Lease or the renew deadline has passed. */
  lost?: () => void;
  /** Called once for each other process that holds the Lease. */
  waiting?: (holder: string) => void;
  /** Called when a request for the Lease fails; the holder repeats it. */
  onError?: (error: unknown) => void;
  /** Called when a request for the Lease succeeds. */
  onAnswer?: () => void;
  /** Called when the watch of the Lease fails; the holder repeats it, and reads the Lease at its expiry. */
  onWatchError?: (error: unknown) => void;
}

/**
 * Returns a unique identity, `<host name>_<uuid>`. Throws ConfigError without Deno's permission to read the
 * host name.
 */
export function leaseIdentity(): string {
  try {
    return `${Deno.hostname()}_${crypto.randomUUID()}`;
  } catch (error) {
    throw permissionError("reading the host name", "--allow-sys=hostname", error);
  }
}

/** Whether this process holds the Lease. Times are those of `performance.now()`, in milliseconds. */
type State =
  /** Another process holds the Lease, or none; `holder` is the last one that `waiting` was called with. */
  | { readonly name: "waiting"; readonly holder?: string }
  /** This process holds it. `renewedAt`: when the last renewal was sent; `deadline`: fires when it is lost. */
  | {
    readonly name: "held";
    readonly renewedAt: number;
    readonly deadline: ReturnType<typeof setTimeout>;
  };

/** The last change of the Lease that this process has seen. */
interface Observation {
  /** Its resourceVersion; undefined when the Lease does not exist. */
  readonly revision?: string;
  /** When this process first saw it (`performance.now()`). */
  readonly at: number;
  /** How long from then on this process must not take the Lease, in milliseconds; 0 if it is free. */
  readonly respectedMs: number;
}

/**
 * Acquires, renews and releases one Lease. It measures expiry, of its own Lease and of another process',
 * with the monotonic clock of this machine, because the clocks of machines differ.
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
  /** Identity that this process writes into the Lease. */
  readonly identity: string;
  readonly #client: KubeClient;
  readonly #options: LeaseOptions;
  readonly #durationMs: number;
  readonly #deadlineMs: number;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  #running?: Promise<void>;
  #state: State = { name: "waiting" };
  /** The Lease as last read or written; undefined when it must be read again. */
  #lease?: KubeObject;
  #seen: Observation = { at: 0, respectedMs: 0 };
  /** Resolved when the watch shows that the Lease may be free. */
  #changed = Promise.withResolvers<void>();

  /** Sends no request before {@link start}. */
  constructor(client: KubeClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = options;
    this.identity = options.identity ?? leaseIdentity();
    this.#durationMs = (options.durationSeconds ?? LEASE_DEFAULTS.durationSeconds) * 1000;
    this.#deadlineMs = (options.renewDeadlineSeconds ?? LEASE_DEFAULTS.renewDeadlineSeconds) * 1000;
    this.#retryMs = (options.retrySeconds ?? LEASE_DEFAULTS.retrySeconds) * 1000;
  }

  /**
   * Whether this process holds the Lease now. It is false after the renew deadline even in a process that
   * was suspended and whose timers have not fired yet.
   */
  get held(): boolean {
    return this.#state.name === "held" &&
      performance.now() - this.#state.renewedAt < this.#deadlineMs;
  }

  /** Acquires and renews the Lease until {@link release}. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Stops, and releases the Lease if it is held, so that another process can take it before it expires.
   * Never rejects: a failed request goes to `onError`. `lost` is not called.
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
    // A conflict means that the Lease has changed: the second attempt reads it again.
    if (await this.#attempted() === "raced") await this.#attempted();
    if (!this.held) this.#lose();
    if (this.#state.name === "held") await sleep(this.#retryMs, signal);
  }

  /** Tries until the Lease is held. After `taken` it tries again at a change of holder or at the expiry. */
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

  /** Handles a change from the watch. */
  #observed(lease: KubeObject | undefined): void {
    if (!this.#note(lease)) return;
    const holder = lease ? holderOf(lease) : "";
    // A renewal by the known holder needs no attempt. The sleep until the old expiry ends and starts anew.
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
      if (isRace(error)) return "raced";
      this.#options.onError?.(error);
      return "failed";
    }
  }

  /** Renews the Lease if it is held, or takes it if it is free or expired. */
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
      leaseTransitions: ours || this.#lease === undefined ? transitions : transitions + 1,
    });
    // The response came after the deadline: other processes may already count the Lease as expired.
    if (performance.now() - started >= this.#deadlineMs) return "raced";
    this.#renewed(started);
    return "held";
  }

  /**
   * Records a renewal. The deadline counts from when the request was sent, which is before any other process
   * can see the renewal and count the lease duration from it.
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
   * Records when this process first saw this version of the Lease; returns false for a known version. A
   * deleted Lease is not free before it expires: its holder creates it again with the next renewal.
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

  /** Milliseconds until another process' Lease expires; 0 or less when it may be taken. */
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

/** Whether another process changed or created the Lease first. */
function isRace(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.reason === "Conflict" || error.reason === "AlreadyExists");
}
