/** Sends the writes that a pass makes to its own instance. */
import { ApiError, type KubeObject } from "../../api/mod.ts";
import type { InstanceWriter } from "../../clusters/mod.ts";
import type { InstanceStore } from "./store.ts";

/**
 * Sends the writes that a pass makes to its own instance, and tracks them in the store. The store receives
 * the new state of the instance only once, when {@link end} is called after the pass.
 */
export class InstanceWrites implements InstanceWriter {
  readonly #store: InstanceStore;
  readonly #key: string;
  #patched?: KubeObject;
  #written?: KubeObject;

  /**
   * Creates the writer for one pass.
   *
   * @param key The `instanceKey` of the instance.
   */
  constructor(store: InstanceStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** Patches the instance's finalizer, labels and inventory by calling `send`. */
  async patch(send: () => Promise<KubeObject>): Promise<KubeObject> {
    this.#store.patching(this.#key);
    this.#patched = await send();
    return this.#answered(this.#patched);
  }

  /** Writes the status of the instance by calling `send`. */
  async writeStatus(send: () => Promise<KubeObject>): Promise<KubeObject> {
    try {
      return this.#answered(await send());
    } catch (error) {
      if (mayBeDone(error)) this.#store.unanswered(this.#key);
      throw error;
    }
  }

  /**
   * Ends the pass, and stores the state of the instance after the pass.
   *
   * @param instance The instance after the pass; if undefined, the instance in the last response.
   */
  end(instance: KubeObject | undefined): void {
    this.#store.passEnded(this.#key, instance ?? this.#written, this.#patched);
  }

  #answered(response: KubeObject): KubeObject {
    this.#store.answered(this.#key);
    return this.#written = response;
  }
}

/** Returns true when the API server may have performed the failed write, or may still perform it later. */
function mayBeDone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === undefined || error.code >= 500);
}
