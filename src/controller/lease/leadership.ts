/**
 * The Lease `controller.kro.run`. Every controller holds it, so that one-shot commands detect a running
 * controller. With leader election only the holder may write: all requests pass this gate.
 */
import { getLogger } from "@logtape/logtape";
import { errorText, LEASE_NAME } from "../../api/mod.ts";
import { type KubeClient, LEASE_NAMESPACE, LeaseHolder, type RequestGate } from "../../kube/mod.ts";
import { announceLeader } from "./leader_event.ts";

/** Options of leadership; the timings are those of LeaseOptions. */
export interface LeadershipOptions {
  /** Whether only the holder of the Lease reconciles; false by default. */
  elect?: boolean;
  /**
   * The client for the Lease; the controller's by default. With a client of its own, renewals do not wait
   * for other requests or for a rate limit.
   */
  client?: KubeClient;
  /** Namespace of the Lease; kube-system by default. */
  namespace?: string;
  /** How long other processes respect the Lease without a renewal, in seconds; 15 by default. */
  durationSeconds?: number;
  /** How long renewals may fail before the Lease counts as lost, in seconds; 10 by default. */
  renewDeadlineSeconds?: number;
  /** Interval between renewals, in seconds; 2 by default. */
  retrySeconds?: number;
}

/** Callbacks of leader election; without election none is called. */
export interface LeadershipEvents {
  /** This process became the leader. */
  acquired(): void;
  /** This process is no longer the leader. */
  lost(): void;
}

const logger = getLogger(["kro", "lease"]);

/** Holds the Lease of the controller, and withholds requests that must not be sent without it. */
export class Leadership implements RequestGate {
  readonly #holder: LeaseHolder;
  readonly #elect: boolean;
  #writes = new AbortController();
  #cut = false;
  #failure?: string;
  #watchFailure?: string;

  /** Sends no request before {@link start}. */
  constructor(client: KubeClient, options: LeadershipOptions, events: LeadershipEvents) {
    this.#elect = options.elect ?? false;
    const writer = options.client ?? client;
    const namespace = options.namespace ?? LEASE_NAMESPACE;
    const at = { lease: LEASE_NAME, namespace };
    this.#holder = new LeaseHolder(writer, {
      ...options,
      namespace,
      name: LEASE_NAME,
      acquired: () => {
        this.#writes = new AbortController();
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

  /** Identity of this process in the Lease. */
  get identity(): string {
    return this.#holder.identity;
  }

  /** Whether this process holds the Lease now. */
  get held(): boolean {
    return this.#holder.held;
  }

  /** Whether this process reconciles: always without election. */
  get leads(): boolean {
    return !this.#elect || this.#holder.held;
  }

  /** Whether leader election is on. */
  get elects(): boolean {
    return this.#elect;
  }

  /** The error of the last request for the Lease, when it failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether writes may be sent now. */
  get mayWrite(): boolean {
    return this.withholds(true) === undefined;
  }

  /** Writes are sent only while this process leads, and no request is after {@link cut}. */
  withholds(write: boolean): string | undefined {
    if (this.#cut) return "not sent: kro is shutting down";
    if (write && !this.leads) return "not sent: this controller does not hold the lease";
    return undefined;
  }

  /** Aborts when the Lease is lost, and by {@link abort}. */
  get writes(): AbortSignal {
    return this.#writes.signal;
  }

  /** Acquires and renews the Lease until {@link release}. */
  start(): void {
    this.#holder.start();
  }

  /** Withholds all further requests: passes end after the request that is running. */
  cut(): void {
    this.#cut = true;
  }

  /** Like {@link cut}, and aborts running writes. */
  abort(): void {
    this.#cut = true;
    this.#writes.abort();
  }

  /** Gives the Lease back, so that a successor does not wait until it expires. */
  release(): Promise<void> {
    return this.#holder.release();
  }
}
