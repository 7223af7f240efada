/**
 * Watches APIServices. An aggregated API adds kinds to the cluster without a CRD, so only its APIService
 * shows that the kinds are available.
 */
import { getLogger } from "@logtape/logtape";
import { apiVersionOf, errorText, type KubeObject } from "../../api/mod.ts";
import { API_SERVICE_KIND, type ApiService, isAvailable } from "../../clusters/mod.ts";
import { type KubeClient, Reflector } from "../../kube/mod.ts";

/** The API group and the version that an APIService registers. */
export interface GroupVersion {
  /** The API group. */
  group: string;
  /** The API version, such as `v1beta1`. */
  version: string;
}

/**
 * The time for which discovery and the OpenAPI documents may lack the kinds of a new aggregated API, in
 * milliseconds.
 */
const LAG_MS = 60_000;

const logger = getLogger(["kro", "graph"]);

/**
 * Calls a listener when an aggregated API becomes available, and records which APIs became available within
 * the last minute. APIServices of the API server itself and of CRDs are ignored.
 */
export class ApiServices {
  readonly #onAvailable: (api: GroupVersion) => void;
  readonly #now: () => number;
  /** The time at which each aggregated API became available. The keys are apiVersions. */
  readonly #available = new Map<string, number>();
  #running?: Promise<void>;

  /**
   * Creates the watcher. The watch starts with {@link start}.
   *
   * @param onAvailable Called with each API that becomes available.
   * @param now Returns the present time in milliseconds since any fixed point.
   */
  constructor(onAvailable: (api: GroupVersion) => void, now = () => performance.now()) {
    this.#onAvailable = onAvailable;
    this.#now = now;
  }

  /**
   * Starts the watch, unless it is already running. Called when an RGD uses a kind that the cluster does not
   * serve.
   */
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

  /** Resolves when the watch has ended. The caller must abort the signal of {@link start} first. */
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

  /**
   * Handles a deleted APIService. The group and the version are read from the name, which has the form
   * `<version>.<group>`. When a relist shows the deletion, no other field of the APIService is known.
   */
  gone({ metadata: { name = "" } }: KubeObject): void {
    const dot = name.indexOf(".");
    this.#available.delete(
      apiVersionOf({ group: name.slice(dot + 1), version: name.slice(0, dot) }),
    );
  }

  /**
   * Returns true when the API became available within the last minute. Discovery may then not yet list the
   * kinds of the API.
   */
  isNew(api: GroupVersion): boolean {
    const since = this.#available.get(apiVersionOf(api));
    return since !== undefined && this.#now() - since < LAG_MS;
  }
}
