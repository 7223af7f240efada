/** The writes of one pass to its own instance. */
import { ApiError, type KubeObject } from "../../api/mod.ts";
import type { InstanceWriter } from "../../clusters/mod.ts";
import type { InstanceStore } from "./store.ts";

/**
 * Sends the writes of one pass to its instance and reports them to the store. The store learns the instance
 * once, by {@link end}.
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

  /** Ends the pass, which left the instance like this; without it, like the last response. */
  end(instance: KubeObject | undefined): void {
    this.#store.passEnded(this.#key, instance ?? this.#written, this.#patched);
  }

  #answered(response: KubeObject): KubeObject {
    this.#store.answered(this.#key);
    return this.#written = response;
  }
}

/** Whether the API server may have carried out, or may still carry out, a write that failed like this. */
function mayBeDone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === undefined || error.code >= 500);
}
