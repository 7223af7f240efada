/** The kinds that a plan creates or changes, in addition to the kinds that the cluster serves. */
import { type GroupVersionKind, gvkKey, type KindRef } from "../../api/mod.ts";
import type { Discovery, KubeClient } from "../../kube/mod.ts";
import type { KindInfo, Schema, SchemaSource } from "../../openapi/mod.ts";
import type { GroupKind, ServesOptions } from "../../reconcile/mod.ts";
import { AsyncCache } from "../async_cache.ts";
import { servedKind } from "../served_kinds.ts";

/** Looks up kinds and schemas in the cluster as it will be after the plan. */
export class PlanKinds implements SchemaSource {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #schemas: SchemaSource;
  readonly #planned = new Map<string, KindInfo>();
  readonly #served = new AsyncCache<KindRef | undefined>();

  /** Creates the lookup, without sending a request. */
  constructor(client: KubeClient, discovery: Discovery, schemas: SchemaSource) {
    this.#client = client;
    this.#discovery = discovery;
    this.#schemas = schemas;
  }

  /** Adds a kind whose CRD the plan creates or changes. */
  add(kind: KindInfo): void {
    this.#planned.set(gvkKey(kind), kind);
  }

  /**
   * Returns the kind if the plan creates or changes the CRD of the kind. A dry run for an object of this kind
   * is not useful, because the API server does not have the planned CRD yet.
   */
  planned(kind: GroupVersionKind): KindInfo | undefined {
    return this.#planned.get(gvkKey(kind));
  }

  /** Returns the kind of the planned CRD; without a planned CRD, the kind that the API server serves. */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    return this.planned(gvk) ?? await this.#schemas.resolve(gvk);
  }

  /** Returns the schema of the kind; undefined when the schema cannot be read. */
  async schema(kind: GroupVersionKind): Promise<Schema | undefined> {
    try {
      return (await this.resolve(kind))?.schema;
    } catch {
      return undefined;
    }
  }

  /** Returns the kind in a version that is served after the plan. See `Cluster.serves`. */
  async serves(kind: GroupKind, _options?: ServesOptions): Promise<KindRef | undefined> {
    const planned = [...this.#planned.values()]
      .find((each) => each.group === kind.group && each.kind === kind.kind);
    if (planned) return planned;
    return await this.#discovery.byGroupKind(kind) ??
      await this.#served.get(
        `${kind.kind}.${kind.group}`,
        () => servedKind(this.#client, this.#discovery, kind),
      );
  }
}
