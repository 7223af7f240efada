/** Reads the live state for a plan. The passes over all instances share the requests. */
import {
  ApiError,
  groupKind,
  gvkKey,
  isNotFound,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  refKey,
} from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import { type ExternalSelection, matchLabels } from "../../reconcile/mod.ts";
import { AsyncCache } from "../async_cache.ts";
import { memberSelector } from "../selectors.ts";
import { keyIn, Table } from "./table.ts";

/** The instance whose objects a pass reads. */
export interface Reader {
  /** The id of the instance's ApplySet. */
  applySet: string;
  /** The namespace of the instance; absent for a cluster-scoped instance. */
  namespace?: string;
}

/**
 * The state of the cluster in a plan. The objects that kro created are listed once for each kind, or once for
 * each kind and instance. External objects are read once. A planned write replaces the object that was read.
 */
export class PlanReads {
  readonly #client: KubeClient;
  readonly #isWhole: boolean;
  readonly #tables = new Map<string, Table>();
  readonly #lists = new AsyncCache<void>();
  readonly #objects = new AsyncCache<{ object?: KubeObject }>();
  readonly #selections = new AsyncCache<KubeObject[]>();

  /**
   * Creates a `PlanReads`, without sending a request.
   *
   * @param isWhole Whether one list for each kind of objects reads the objects of all instances. Otherwise,
   * one list is sent for each kind and instance, which is cheaper for a few instances in a large cluster.
   */
  constructor(client: KubeClient, isWhole: boolean) {
    this.#client = client;
    this.#isWhole = isWhole;
  }

  /** Returns the table of a kind, with the objects that have been read so far. Sends no request. */
  table(kind: { group: string; kind: string }): Table {
    const key = groupKind(kind);
    const table = this.#tables.get(key) ?? new Table();
    this.#tables.set(key, table);
    return table;
  }

  /**
   * Lists the objects of the kind for the instance `reader`, unless they were listed before. Returns the
   * table of the kind.
   */
  async listed(kind: KindRef, reader: Reader): Promise<Table> {
    const table = this.table(kind);
    const scope = this.#isWhole ? "" : reader.applySet;
    const labelSelector = this.#isWhole
      ? `${Label.owned}=true`
      : memberSelector(Label.applySetPartOf, [reader.applySet]);
    await this.#lists.get(`${gvkKey(kind)} ${scope}`, async () => {
      const namespaces = () => reader.namespace ? [reader.namespace] : [];
      try {
        const pages = everyPage(this.#client, kind, { labelSelector }, namespaces);
        for await (const { items } of pages) table.load(items);
      } catch (error) {
        // A kind that is not served has no objects. The plan may create the kind's CRD.
        if (!isNotFound(error)) throw error;
      }
    });
    return table;
  }

  /**
   * Returns an object in its state after the planned writes. Sends no request if the plan writes the object
   * or a list contained the object.
   */
  async one(ref: ObjectRef): Promise<KubeObject | undefined> {
    const table = this.table(ref.kind);
    const key = keyIn(ref.namespace, ref.name);
    return table.isPlanned(key) ? table.get(key) : table.get(key) ?? await this.live(ref);
  }

  /** Returns one live object. The first call for an object sends a GET; later calls reuse the result. */
  async live(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await this.#objects.get(refKey(ref), async () => {
      try {
        return { object: await this.#client.get(ref) };
      } catch (error) {
        if (error instanceof ApiError && error.isKindMissing) return {};
        throw error;
      }
    });
    return found.object;
  }

  /** Returns the objects that an external reference selects, as they would be after the planned writes. */
  async selected(selection: ExternalSelection): Promise<KubeObject[]> {
    const { kind, namespace, labelSelector = "" } = selection;
    const key = `${gvkKey(kind)} ${namespace ?? ""} ${labelSelector}`;
    const live = await this.#selections.get(key, async () => {
      return (await this.#client.list(kind, { namespace, labelSelector })).items;
    });
    const planned = new Map(this.table(kind).planned());
    if (planned.size === 0) return live;
    const isSelected = (object: KubeObject | undefined): object is KubeObject =>
      object !== undefined &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      matchLabels(labelSelector, object.metadata.labels);
    return [
      ...live.filter(({ metadata }) => !planned.has(keyIn(metadata.namespace, metadata.name!))),
      ...[...planned.values()].filter(isSelected),
    ];
  }
}
