/** What the instance carries: finalizer, labels and inventory, each time in one merge patch. */
import {
  Annotation,
  ApiError,
  FINALIZER,
  isNotFound,
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { PassContext } from "./context.ts";
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

/** How often a write is tried again when only labels or status changed in between. */
const ATTEMPTS = 4;

/** The instance's own metadata during one pass. */
export class Carrier {
  /** Id of the instance's ApplySet. */
  readonly applySetId: string;
  /** The instance as last read or written. */
  instance: KubeObject;
  readonly #graph: Graph;
  readonly #cluster: Cluster;
  readonly #context: PassContext;
  #wanted: Inventory;
  #growing: Promise<void> | undefined;

  /** Makes no request. */
  constructor(graph: Graph, instance: KubeObject, cluster: Cluster, context: PassContext) {
    this.#graph = graph;
    this.#cluster = cluster;
    this.#context = context;
    this.instance = instance;
    this.applySetId = applySetId(graph.instance, instance);
    this.#wanted = readInventory(instance);
  }

  /** What the instance names now. */
  get inventory(): Inventory {
    return readInventory(this.instance);
  }

  /** Finalizer, labels and the planned inventory in one patch; none when all of it is there. */
  async prepare(planned: Inventory): Promise<void> {
    if (!hasFinalizer(this.instance) && hasInventory(this.instance)) {
      const fault = inventoryFault(this.#graph.instance, this.instance);
      if (fault) {
        const message = `cannot install finalizer with invalid ApplySet inventory: ${fault}`;
        throw new ApiError(message, { reason: "Other" });
      }
    }
    this.#wanted = union(this.#wanted, planned);
    await this.#write();
  }

  /** Names more kinds and namespaces; those wanted while a patch is under way share the next. */
  async grow(more: Inventory): Promise<void> {
    this.#wanted = union(this.#wanted, more);
    while (!covers(this.inventory, more)) {
      this.#growing ??= Promise.resolve()
        .then(() => this.#write())
        .finally(() => this.#growing = undefined);
      await this.#growing;
    }
  }

  /** Names exactly this. */
  async shrink(to: Inventory): Promise<void> {
    this.#wanted = to;
    await this.#write();
  }

  async #write(): Promise<void> {
    this.instance = await patchFresh(
      this.#cluster,
      this.#graph.instance,
      this.instance,
      (fresh) => this.#patch(fresh),
    );
  }

  #patch(instance: KubeObject): JsonObject | undefined {
    const { labels = {}, annotations = {}, finalizers = [] } = instance.metadata;
    const decisive = decisiveLabels(this.#graph, this.applySetId, this.#context);
    const inventory = inventoryAnnotations(this.applySetId, this.#wanted);
    const isComplete = finalizers.includes(FINALIZER) &&
      Object.entries(decisive).every(([k, v]) => labels[k] === v) &&
      Object.entries(inventory).every(([k, v]) => annotations[k] === v) &&
      annotations[Annotation.tooling]?.startsWith("kro/");
    if (isComplete) return undefined;
    return {
      ...(finalizers.includes(FINALIZER) ? {} : { finalizers: [...finalizers, FINALIZER] }),
      labels: { ...decisive, ...accompanyingLabels(this.#context) },
      annotations: { ...inventory, [Annotation.tooling]: `kro/${this.#context.version}` },
    };
  }
}

/** Where the instance is. */
export function instanceRef(kind: KindRef, instance: KubeObject): ObjectRef {
  const { name = "", namespace } = instance.metadata;
  return { kind, name, ...(kind.namespaced && namespace ? { namespace } : {}) };
}

/**
 * Patches metadata of the instance. When it was written to in between, reads it again and goes on
 * if it is still the same object in the same generation. No patch (undefined) makes no request.
 */
export async function patchFresh(
  cluster: Cluster,
  kind: KindRef,
  instance: KubeObject,
  patch: (fresh: KubeObject) => JsonObject | undefined,
): Promise<KubeObject> {
  const ref = instanceRef(kind, instance);
  return await onFresh(cluster, ref, instance, async (fresh) => {
    const metadata = patch(fresh);
    if (!metadata) return fresh;
    const { resourceVersion } = fresh.metadata;
    return await cluster.patch(ref, { metadata: { resourceVersion, ...metadata } });
  });
}

/** Repeats a write on the re-read instance after a conflict, as long as its spec is the same. */
export async function onFresh(
  cluster: Cluster,
  ref: ObjectRef,
  instance: KubeObject,
  write: (fresh: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  let fresh = instance;
  for (let attempt = 1;; attempt++) {
    try {
      return await write(fresh);
    } catch (error) {
      const isConflict = error instanceof ApiError && error.reason === "Conflict";
      if (!isConflict || attempt === ATTEMPTS) throw error;
      const again = await cluster.getLive(ref);
      if (!again || !isSame(again, instance)) throw error;
      fresh = again;
    }
  }
}

/** True when the error says that the instance is gone or became another generation. */
export function isOutrun(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ApiError && error.reason === "Conflict");
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp;
}
