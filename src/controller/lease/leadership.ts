/**
 * The Lease `controller.kro.run`: every controller holds it, so that commands leave reconciling to
 * it. With leader election only its holder may write; all requests pass this gate.
 */
import { getLogger } from "@logtape/logtape";
import { errorText, LEASE_NAME } from "../../api/mod.ts";
import { type KubeClient, LEASE_NAMESPACE, LeaseHolder, type RequestGate } from "../../kube/mod.ts";
import { announceLeader } from "./leader_event.ts";

/** Where the Lease is, how it is renewed, and what it means. */
export interface LeadershipOptions {
  /** Only the holder works; by default the Lease only tells that somebody does. */
  elect?: boolean;
  /**
   * What the Lease is written through: a client of its own keeps renewals out of queues and limits. The
   * controller's by default.
   */
  client?: KubeClient;
  /** Namespace of the Lease; kube-system by default, for want of an own one. */
  namespace?: string;
  /** How long others respect it without a renewal, 15 by default. */
  durationSeconds?: number;
  /** How long failing renewals are borne, 10 by default. */
  renewDeadlineSeconds?: number;
  /** Between renewals, 2 by default. */
  retrySeconds?: number;
}

/** Who hears of it. */
export interface LeadershipEvents {
  /** From now on this one works. */
  acquired(): void;
  /** No longer. */
  lost(): void;
}

const logger = getLogger(["kro", "lease"]);

/** See the file's first lines. */
export class Leadership implements RequestGate {
  readonly #holder: LeaseHolder;
  readonly #elect: boolean;
  #writes = new AbortController();
  #cut = false;
  #failure?: string;
  #watchFailure?: string;

  /** Asks for nothing yet. Only with election `events` are told. */
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
        logger.info("holds lease {namespace}/{lease}", at);
        if (!this.#elect) return;
        announceLeader(writer, namespace, this.#holder.identity).catch((error) =>
          logger.debug("no event tells of the new leader: {error}", { error: errorText(error) })
        );
        events.acquired();
      },
      lost: () => {
        if (!this.#elect) return logger.warn("lost lease {namespace}/{lease}; goes on", at);
        logger.warn(
          "lost lease {namespace}/{lease}: writes nothing until it is held again; if the API server " +
            "answers, look for a second leader or a starved process",
          at,
        );
        this.#writes.abort();
        events.lost();
      },
      waiting: (holder) => {
        if (this.#elect) {
          return logger.info("waits for lease {namespace}/{lease} of {holder}", { ...at, holder });
        }
        logger.warn(
          "another controller is at work: {holder} holds lease {namespace}/{lease}; stop one of them, " +
            "or run both with --leader-elect",
          { ...at, holder },
        );
      },
      onError: (error) => {
        const message = errorText(error);
        if (this.#failure === undefined) {
          logger.warn("cannot get or renew lease {namespace}/{lease}, tries again: {error}", {
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
          "cannot watch lease {namespace}/{lease}, looks at it when it expires: {error}",
          {
            ...at,
            error: message,
          },
        );
      },
    });
  }

  /** Who this is, as the Lease names it. */
  get identity(): string {
    return this.#holder.identity;
  }

  /** Whether the Lease is held now. */
  get held(): boolean {
    return this.#holder.held;
  }

  /** Whether this one is to work: always without election. */
  get leads(): boolean {
    return !this.#elect || this.#holder.held;
  }

  /** Whether there is election at all. */
  get elects(): boolean {
    return this.#elect;
  }

  /** Why the Lease can neither be got nor waited for, if that is so. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether writes leave at present. */
  get mayWrite(): boolean {
    return this.withholds(true) === undefined;
  }

  /** Writes leave only while this one leads, and nothing does after {@link cut}. */
  withholds(write: boolean): string | undefined {
    if (this.#cut) return "not sent: kro is about to end";
    if (write && !this.leads) return "not sent: this controller does not hold the lease";
    return undefined;
  }

  /** Aborts when the Lease is lost, and when kro ends at once. */
  get writes(): AbortSignal {
    return this.#writes.signal;
  }

  /** Begins to acquire and renew. */
  start(): void {
    this.#holder.start();
  }

  /** Lets no further request leave: passes end where they are. */
  cut(): void {
    this.#cut = true;
  }

  /** Ends writes under way. */
  abort(): void {
    this.#cut = true;
    this.#writes.abort();
  }

  /** Gives the Lease back: a successor need not wait for its expiry. */
  release(): Promise<void> {
    return this.#holder.release();
  }
}
