/** Watches APIServices: kinds of an aggregated API appear without an event of a CRD. */
import { getLogger } from "@logtape/logtape";
import { apiVersionOf, errorText, type KubeObject } from "../../api/mod.ts";
import { API_SERVICE_KIND, type ApiService, isAvailable } from "../../clusters/mod.ts";
import { type KubeClient, Reflector } from "../../kube/mod.ts";

/** The group and version of an APIService. */
export interface GroupVersion {
  /** API group. */
  group: string;
  /** Version. */
  version: string;
}

/** How long discovery and OpenAPI documents may lag behind an APIService. */
const LAG_MS = 60_000;

const logger = getLogger(["kro", "graph"]);

/**
 * Calls back when an aggregated API becomes available, and knows which ones became so less than a minute
 * ago. APIServices of the API server itself and of CRDs do not count.
 */
export class ApiServices {
  readonly #onAvailable: (api: GroupVersion) => void;
  readonly #now: () => number;
  /** By apiVersion: the time since which it has been available. */
  readonly #available = new Map<string, number>();
  #running?: Promise<void>;

  /** Watches nothing before {@link start}. `now` is in milliseconds from any fixed point. */
  constructor(onAvailable: (api: GroupVersion) => void, now = () => performance.now()) {
    this.#onAvailable = onAvailable;
    this.#now = now;
  }

  /** Starts the watch, unless it runs. Call it once an RGD misses a kind; until then no request is made. */
  start(client: KubeClient, signal: AbortSignal): void {
    let logged = false;
    const onError = (error: unknown) => {
      if (logged) return;
      logged = true;
      logger.warn(
        "cannot watch APIServices: {error}; retries find new aggregated APIs within two minutes",
        { error: errorText(error) },
      );
    };
    this.#running ??= new Reflector(client, API_SERVICE_KIND, { onError }, {
      added: (object) => this.seen(object),
      modified: (object) => this.seen(object),
      deleted: (object) => this.gone(object),
    }).start(signal);
  }

  /** Resolves when the watch has ended; abort the signal first. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  /** An APIService was added or modified. */
  seen(object: KubeObject): void {
    const { spec, ...service } = object as ApiService;
    if (!spec?.service || !spec.group || !spec.version) return;
    const api = { group: spec.group, version: spec.version };
    if (!isAvailable(service)) return void this.#available.delete(apiVersionOf(api));
    if (this.#available.has(apiVersionOf(api))) return;
    this.#available.set(apiVersionOf(api), this.#now());
    this.#onAvailable(api);
  }

  /** An APIService was deleted. Of one missing from a relist only the name is known: `<version>.<group>`. */
  gone({ metadata: { name = "" } }: KubeObject): void {
    const dot = name.indexOf(".");
    this.#available.delete(
      apiVersionOf({ group: name.slice(dot + 1), version: name.slice(0, dot) }),
    );
  }

  /** True while discovery may not show the kinds of the API yet, for it has just become available. */
  isNew(api: GroupVersion): boolean {
    const since = this.#available.get(apiVersionOf(api));
    return since !== undefined && this.#now() - since < LAG_MS;
  }
}
