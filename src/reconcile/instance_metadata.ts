/** Finalizer, labels and ApplySet inventory on the instance, always written in one merge patch. */
import { Annotation, ApiError, FINALIZER, type JsonObject, type KubeObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { patchMetadata } from "./instance_writes.ts";
import {
  applySetId,
  covers,
  hasInventory,
  type Inventory,
  inventoryAnnotations,
  inventoryFault,
  readInventory,
  union,
} from "./inventory.ts";
import { accompanyingLabels, decisiveLabels, hasFinalizer } from "./labels.ts";
import type { Pass } from "./pass.ts";

/**
 * The instance's metadata during one pass. The inventory names a kind and namespace before the first object
 * there is created, so that deletion finds every object even after a crash (KEP-3659).
 */
export class InstanceMetadata {
  /** Id of the ApplySet whose parent the instance is. */
  readonly applySetId: string;
  readonly #graph: Graph;
  readonly #pass: Pass;
  #wanted: Inventory;
  #growing: Promise<void> | undefined;

  /** Sends no request. */
  constructor(graph: Graph, pass: Pass) {
    this.#graph = graph;
    this.#pass = pass;
    this.applySetId = applySetId(graph.instance, pass.instance);
    this.#wanted = readInventory(pass.instance);
  }

  /** The inventory in the instance's present annotations. */
  get inventory(): Inventory {
    return readInventory(this.#pass.instance);
  }

  /**
   * Adds finalizer, labels and the planned inventory in one patch; sends no request when the instance has
   * all of them. Rejects with ApiError, also when the instance carries the inventory of another parent.
   */
  async prepare(planned: Inventory): Promise<void> {
    const { instance } = this.#pass;
    if (!hasFinalizer(instance) && hasInventory(instance)) {
      const fault = inventoryFault(this.#graph.instance, instance);
      if (fault) {
        const message = `cannot install finalizer with invalid ApplySet inventory: ${fault}`;
        throw new ApiError(message, { reason: "Other" });
      }
    }
    this.#wanted = union(this.#wanted, planned);
    await this.#write();
  }

  /** Adds to the inventory. Calls during a patch in flight are coalesced into one further patch. */
  async grow(more: Inventory): Promise<void> {
    this.#wanted = union(this.#wanted, more);
    while (!covers(this.inventory, more)) {
      this.#growing ??= Promise.resolve()
        .then(() => this.#write())
        .finally(() => this.#growing = undefined);
      await this.#growing;
    }
  }

  /** Replaces the inventory. */
  async shrink(to: Inventory): Promise<void> {
    this.#wanted = to;
    await this.#write();
  }

  async #write(): Promise<void> {
    this.#pass.instance = await patchMetadata(this.#pass, (fresh) => this.#patch(fresh));
  }

  #patch(instance: KubeObject): JsonObject | undefined {
    const { labels = {}, annotations = {}, finalizers = [] } = instance.metadata;
    const { context } = this.#pass;
    const decisive = decisiveLabels(this.#graph, this.applySetId, context);
    const inventory = inventoryAnnotations(this.applySetId, this.#wanted);
    const isComplete = finalizers.includes(FINALIZER) &&
      Object.entries(decisive).every(([k, v]) => labels[k] === v) &&
      Object.entries(inventory).every(([k, v]) => annotations[k] === v) &&
      annotations[Annotation.tooling]?.startsWith("kro/");
    if (isComplete) return undefined;
    return {
      ...(finalizers.includes(FINALIZER) ? {} : { finalizers: [...finalizers, FINALIZER] }),
      labels: { ...decisive, ...accompanyingLabels(context) },
      annotations: { ...inventory, [Annotation.tooling]: `kro/${context.version}` },
    };
  }
}
