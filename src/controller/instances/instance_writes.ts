/** Sends the writes of one pass to its own instance. */
import { ApiError, type KubeObject } from "../../api/mod.ts";
import type { InstanceWriter } from "../../clusters/mod.ts";
import type { InstanceStore } from "./store.ts";

/**
 * Sends the writes of one pass to its instance and tracks them in the store. The store gets the new state of
 * the instance once, at the {@link end} of the pass.
 */
export class InstanceWrites implements InstanceWriter {
  readonly #store: InstanceStore;
  readonly #key: string;
  #patched?: KubeObject;
  #written?: KubeObject;

  /** `key` is the instance's `instanceKey`. */
  constructor(store: InstanceStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** See {@link InstanceWriter.patch}. */
  async patch(send: () => Promise<KubeObject>): Promise<KubeObject> {
    this.#store.patching(this.#key);
    this.#patched = await send();
    return this.#answered(this.#patched);
  }

  /** See {@link InstanceWriter.writeStatus}. */
  async writeStatus(send: () => Promise<KubeObject>): Promise<KubeObject> {
    try {
      return this.#answered(await send());
    } catch (error) {
      if (mayBeDone(error)) this.#store.unanswered(this.#key);
      throw error;
    }
  }

  /** Ends the pass. `instance` is its state after the pass; by default the one in the last response. */
  end(instance: KubeObject | undefined): void {
    this.#store.passEnded(this.#key, instance ?? this.#written, this.#patched);
  }

  #answered(response: KubeObject): KubeObject {
    this.#store.answered(this.#key);
    return this.#written = response;
  }
}

/** True when the API server may have made the failed write, or may make it later. */
function mayBeDone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === undefined || error.code >= 500);
}
