/**
 * Writes kro's finalizer, kro's labels and the ApplySet inventory to an instance, always together in one
 * merge patch.
 */
import {
  Annotation,
  ApiError,
  FINALIZER,
  groupKind,
  type JsonObject,
  type KubeObject,
} from "../api/mod.ts";
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
  tooManyKinds,
  union,
} from "./inventory.ts";
import { accompanyingLabels, decisiveLabels, hasFinalizer } from "./labels.ts";
import type { Pass } from "./pass.ts";

/**
 * The metadata that kro writes to an instance during one pass. A kind or namespace is recorded in the
 * inventory before kro creates the first object of that kind or in that namespace. A deletion therefore
 * finds every object, even after a crash (KEP-3659).
 */
export class InstanceMetadata {
  /** The id of the ApplySet that consists of the instance's objects. */
  readonly applySetId: string;
  readonly #graph: Graph;
  readonly #pass: Pass;
  #wanted: Inventory;
  #growing: Promise<void> | undefined;

  /** Reads the inventory from the instance of the pass. Sends no request. */
  constructor(graph: Graph, pass: Pass) {
    this.#graph = graph;
    this.#pass = pass;
    this.applySetId = applySetId(graph.instance, pass.instance);
    this.#wanted = readInventory(pass.instance);
  }

  /** The inventory in the present annotations of the instance. */
  get inventory(): Inventory {
    return readInventory(this.#pass.instance);
  }

  /**
   * Adds kro's finalizer, kro's labels and the planned inventory to the instance in one patch. Sends no
   * request when the instance already has all of them. Rejects with ApiError when the patch fails, or when
   * the inventory in the instance is invalid. An inventory is invalid if, for example, it belongs to another
   * ApplySet or lists too many kinds.
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
    const own = new Set([...this.#graph.nodes.values()].map(({ kind }) => groupKind(kind)));
    const excess = tooManyKinds({ ...this.#wanted, kinds: this.#wanted.kinds.difference(own) });
    if (excess) throw new ApiError(excess, { reason: "Other" });
    this.#wanted = union(this.#wanted, planned);
    await this.#write();
  }

  /**
   * Adds kinds and namespaces to the inventory. Calls made while a patch is in flight are combined into one
   * further patch.
   */
  async grow(more: Inventory): Promise<void> {
    this.#wanted = union(this.#wanted, more);
    while (!covers(this.inventory, more)) {
      this.#growing ??= Promise.resolve()
        .then(() => this.#write())
        .finally(() => this.#growing = undefined);
      await this.#growing;
    }
  }

  /** Replaces the inventory in the instance by a smaller inventory. Called after objects were pruned. */
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
