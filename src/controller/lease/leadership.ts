/**
 * The Lease `controller.kro.run`. Every operator process tries to hold the Lease, so that one-shot commands
 * detect a running operator. All requests of a process pass through its {@link Leadership}. With leader
 * election, the Leadership refuses writes while the process does not hold the Lease.
 */
import { getLogger } from "@logtape/logtape";
import { errorText, LEASE_NAME } from "../../api/mod.ts";
import { type KubeClient, LEASE_NAMESPACE, LeaseHolder, type RequestGate } from "../../kube/mod.ts";
import { announceLeader } from "./leader_event.ts";

/** The options of the Lease and of leader election. The durations have the same names as in LeaseOptions. */
export interface LeadershipOptions {
  /** Whether only the holder of the Lease reconciles objects; false by default. */
  elect?: boolean;
  /**
   * Whether the process only observes; false by default. The process then neither reads nor writes the Lease,
   * and sends no write.
   */
  observe?: boolean;
  /**
   * The client that reads and writes the Lease. By default, the operator's own client is used. With a
   * separate client, renewals of the Lease never wait for other requests or for the rate limit.
   */
  client?: KubeClient;
  /** The namespace of the Lease; `kube-system` by default. */
  namespace?: string;
  /**
   * The time from the last renewal until another process may take over the Lease, in seconds; 15 by default.
   */
  durationSeconds?: number;
  /** The time for which renewals may fail before the Lease counts as lost, in seconds; 10 by default. */
  renewDeadlineSeconds?: number;
  /** The interval between two renewals, in seconds; 2 by default. */
  retrySeconds?: number;
}

/** The callbacks of leader election. Without leader election, no callback is called. */
export interface LeadershipEvents {
  /** Called when this process has become the leader. */
  acquired(): void;
  /** Called when this process has ceased to be the leader. */
  lost(): void;
}

const logger = getLogger(["kro", "lease"]);

/** Holds the Lease of the operator, and refuses requests that must not be sent without the Lease. */
export class Leadership implements RequestGate {
  readonly #holder: LeaseHolder;
  readonly #elect: boolean;
  readonly #observe: boolean;
  #writes = new AbortController();
  #cut = false;
  readonly #namespace: string;
  /** The identity of the process that held the Lease when this process last waited for the Lease. */
  #leader?: string;
  #failure?: string;
  #watchFailure?: string;

  /** Creates the gate. The first request for the Lease is sent by {@link start}. */
  constructor(client: KubeClient, options: LeadershipOptions, events: LeadershipEvents) {
    this.#observe = options.observe ?? false;
    this.#elect = !this.#observe && (options.elect ?? false);
    const writer = options.client ?? client;
    const namespace = options.namespace ?? LEASE_NAMESPACE;
    this.#namespace = namespace;
    const at = { lease: LEASE_NAME, namespace };
    this.#holder = new LeaseHolder(writer, {
      ...options,
      namespace,
      name: LEASE_NAME,
      acquired: () => {
        this.#writes = new AbortController();
        this.#leader = undefined;
        logger.info("acquired lease {namespace}/{lease}", at);
        if (!this.#elect) return;
        announceLeader(writer, namespace, this.#holder.identity).catch((error) =>
          logger.debug("cannot record the Event about the new leader: {error}", {
            error: errorText(error),
          })
        );
        events.acquired();
      },
      lost: () => {
        if (!this.#elect) {
          return logger.warn(
            "lost lease {namespace}/{lease}; continues, as leader election is off",
            at,
          );
        }
        logger.warn(
          "lost lease {namespace}/{lease}: no writes until it is acquired again; if the API server " +
            "responds, look for a second leader or a process short of CPU",
          at,
        );
        this.#writes.abort();
        events.lost();
      },
      waiting: (holder) => {
        this.#leader = holder;
        if (this.#elect) {
          return logger.info("waiting for lease {namespace}/{lease}, held by {holder}", {
            ...at,
            holder,
          });
        }
        logger.warn(
          "another controller is running: {holder} holds lease {namespace}/{lease}; stop one of them, " +
            "or run both with --leader-elect",
          { ...at, holder },
        );
      },
      onError: (error) => {
        const message = errorText(error);
        if (this.#failure === undefined) {
          logger.warn("cannot get or renew lease {namespace}/{lease}, retrying: {error}", {
            ...at,
            error: message,
          });
        }
        this.#failure = message;
      },
      onAnswer: () => this.#failure = undefined,
      onWatchError: (error) => {
        const message = errorText(error);
        if (message === this.#watchFailure) return;
        this.#watchFailure = message;
        logger.warn(
          "cannot watch lease {namespace}/{lease}, reading it when it expires: {error}",
          {
            ...at,
            error: message,
          },
        );
      },
    });
  }

  /** The identity of this process, which is written to the Lease. */
  get identity(): string {
    return this.#holder.identity;
  }

  /**
   * The identity of the leader and the namespace of the Lease, for a process that waits for the Lease. The
   * identity of a leader is the name of its pod or host and a unique suffix (see leaseIdentity). The suffix
   * is left out here.
   */
  get leader(): { leader?: string; namespace: string } {
    const leader = this.#leader?.replace(/_[0-9a-f-]+$/, "");
    return { ...(leader ? { leader } : {}), namespace: this.#namespace };
  }

  /** Whether this process holds the Lease at present. */
  get held(): boolean {
    return this.#holder.held;
  }

  /** Whether this process reconciles objects. Always true when leader election is off. */
  get leads(): boolean {
    return !this.#elect || this.#holder.held;
  }

  /** Whether leader election is on. */
  get elects(): boolean {
    return this.#elect;
  }

  /** The error of the last request for the Lease; undefined when that request succeeded. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether this process runs passes at present. True if it may send writes, or if it only observes. */
  get mayWork(): boolean {
    return this.withholds(!this.#observe) === undefined;
  }

  /**
   * Returns why a request must not be sent; undefined when the request may be sent. Writes may be sent only
   * while this process is the leader. After {@link cut}, no request may be sent.
   *
   * @param write Whether the request is a write.
   */
  withholds(write: boolean): string | undefined {
    if (this.#cut) return "not sent: kro is shutting down";
    if (write && this.#observe) return "not sent: kro only observes";
    if (write && !this.leads) return "not sent: this controller does not hold the lease";
    return undefined;
  }

  /** A signal that aborts running writes when the Lease is lost or when {@link abort} is called. */
  get writes(): AbortSignal {
    return this.#writes.signal;
  }

  /**
   * Starts to acquire the Lease, and renews it until {@link release} is called. Does nothing if the process only
   * observes.
   */
  start(): void {
    if (!this.#observe) this.#holder.start();
  }

  /** Refuses all further requests. A running pass then ends after its request in flight. */
  cut(): void {
    this.#cut = true;
  }

  /** Refuses all further requests, and aborts the writes in flight. */
  abort(): void {
    this.#cut = true;
    this.#writes.abort();
  }

  /** Releases the Lease, so that the next leader need not wait until the Lease expires. */
  release(): Promise<void> {
    return this.#holder.release();
  }
}
