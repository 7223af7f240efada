/** The Lease that tells others that a controller is at work: commands leave reconciling to it. */
import { getLogger } from "@logtape/logtape";
import { LEASE_NAME } from "../api/mod.ts";
import { type KubeClient, LEASE_NAMESPACE, LeaseHolder } from "../kube/mod.ts";
import { messageOf } from "./values.ts";

/** Where the Lease is, and how it is renewed. */
export interface LeadershipOptions {
  /** Namespace of the Lease; kube-system by default, for want of an own one. */
  namespace?: string;
  /** How long others respect it without a renewal, 15 by default. */
  durationSeconds?: number;
  /** How long failing renewals are borne, 10 by default. */
  renewDeadlineSeconds?: number;
  /** Between renewals, 2 by default. */
  retrySeconds?: number;
}

const logger = getLogger(["kro", "lease"]);

/** Holds `controller.kro.run` while the controller runs. */
export class Leadership {
  readonly #holder: LeaseHolder;
  #failing = false;

  /** Asks for nothing yet. */
  constructor(client: KubeClient, options: LeadershipOptions = {}) {
    const namespace = options.namespace ?? LEASE_NAMESPACE;
    const at = { lease: LEASE_NAME, namespace };
    this.#holder = new LeaseHolder(client, {
      ...options,
      namespace,
      name: LEASE_NAME,
      acquired: () => {
        this.#failing = false;
        logger.info("holds lease {namespace}/{lease}", at);
      },
      lost: () => logger.warn("lost lease {namespace}/{lease}", at),
      onError: (error) => {
        if (this.#failing) return;
        this.#failing = true;
        logger.warn("cannot renew lease {namespace}/{lease}: {error}", {
          ...at,
          error: messageOf(error),
        });
      },
    });
  }

  /** Whether the Lease is held now. */
  get held(): boolean {
    return this.#holder.held;
  }

  /** Begins to acquire and renew. */
  start(): void {
    this.#holder.start();
  }

  /** Gives the Lease back. */
  release(): Promise<void> {
    return this.#holder.release();
  }
}
