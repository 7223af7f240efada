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
 * The instance's metadata during one pass. The inventory names kinds and namespaces before the first
 * object of them is created, so that a crash at any point leaves no object that deletion would miss.
 */
export class InstanceMetadata {
  /** Id of the ApplySet whose parent the instance is. */
  readonly applySetId: string;
  readonly #graph: Graph;
  readonly #pass: Pass;
  #wanted: Inventory;
  #growing: Promise<void> | undefined;

  /** Makes no request. */
  constructor(graph: Graph, pass: Pass) {
    this.#graph = graph;
    this.#pass = pass;
    this.applySetId = applySetId(graph.instance, pass.instance);
    this.#wanted = readInventory(pass.instance);
  }

  /** The inventory that the instance has at present. */
  get inventory(): Inventory {
    return readInventory(this.#pass.instance);
  }

  /**
   * Adds finalizer, labels and the planned inventory in one patch; sends nothing when all of it is
   * there. Rejects with ApiError, also when the instance carries another parent's inventory.
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

  /** Adds to the inventory. Additions during a patch in flight share the next one. */
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
