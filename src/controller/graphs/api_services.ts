/** Watches APIServices, because kinds of an aggregated API appear without an event of a CRD. */
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

/** How long discovery and OpenAPI documents may lag behind an APIService, in milliseconds. */
const LAG_MS = 60_000;

const logger = getLogger(["kro", "graph"]);

/**
 * Calls back when an aggregated API becomes available, and records which APIs did so in the last minute.
 * Ignores the APIServices of the API server itself and of CRDs.
 */
export class ApiServices {
  readonly #onAvailable: (api: GroupVersion) => void;
  readonly #now: () => number;
  /** By apiVersion: when the API became available. */
  readonly #available = new Map<string, number>();
  #running?: Promise<void>;

  /** Watches nothing before {@link start}. `now` returns milliseconds since any fixed point. */
  constructor(onAvailable: (api: GroupVersion) => void, now = () => performance.now()) {
    this.#onAvailable = onAvailable;
    this.#now = now;
  }

  /** Starts the watch unless it runs. Called when the first RGD misses a kind. */
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

  /** Resolves when the watch has ended. The caller aborts the signal first. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  /** Handles an added or modified APIService. */
  seen(object: KubeObject): void {
    const { spec, ...service } = object as ApiService;
    if (!spec?.service || !spec.group || !spec.version) return;
    const api = { group: spec.group, version: spec.version };
    if (!isAvailable(service)) return void this.#available.delete(apiVersionOf(api));
    if (this.#available.has(apiVersionOf(api))) return;
    this.#available.set(apiVersionOf(api), this.#now());
    this.#onAvailable(api);
  }

  /** Handles a deleted APIService. One that is missing from a relist has only a name: `<version>.<group>`. */
  gone({ metadata: { name = "" } }: KubeObject): void {
    const dot = name.indexOf(".");
    this.#available.delete(
      apiVersionOf({ group: name.slice(dot + 1), version: name.slice(0, dot) }),
    );
  }

  /** True when the API became available within the last minute, so that discovery may lack its kinds. */
  isNew(api: GroupVersion): boolean {
    const since = this.#available.get(apiVersionOf(api));
    return since !== undefined && this.#now() - since < LAG_MS;
  }
}
