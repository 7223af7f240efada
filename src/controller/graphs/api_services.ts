/** Tells when an aggregated API becomes available: no CRD comes with its kinds. */
import { getLogger } from "@logtape/logtape";
import { apiVersionOf, errorText, type KubeObject } from "../../api/mod.ts";
import { API_SERVICE_KIND, type ApiService, isAvailable } from "../../clusters/mod.ts";
import { type KubeClient, Reflector } from "../../kube/mod.ts";

/** A group and version as an APIService has them. */
export interface GroupVersion {
  /** API group. */
  group: string;
  /** Version. */
  version: string;
}

/** Discovery and OpenAPI documents may lag so far behind an APIService. */
const LAG_MS = 60_000;

const logger = getLogger(["kro", "graph"]);

/** See the file's first line. APIServices of the API server itself and of CRDs do not count. */
export class ApiServices {
  readonly #onAvailable: (api: GroupVersion) => void;
  readonly #now: () => number;
  /** By apiVersion: since when it has been available. */
  readonly #available = new Map<string, number>();
  #running?: Promise<void>;

  /** Watches nothing yet. `now` is in milliseconds from any fixed point. */
  constructor(onAvailable: (api: GroupVersion) => void, now = () => performance.now()) {
    this.#onAvailable = onAvailable;
    this.#now = now;
  }

  /** Begins to watch, unless it does already: nothing is asked as long as nobody waits for a kind. */
  start(client: KubeClient, signal: AbortSignal): void {
    let said = false;
    const onError = (error: unknown) => {
      if (said) return;
      said = true;
      logger.warn(
        "cannot watch APIServices: {error}; an aggregated API that comes is found within two minutes",
        { error: errorText(error) },
      );
    };
    this.#running ??= new Reflector(client, API_SERVICE_KIND, { onError }, {
      added: (object) => this.seen(object),
      modified: (object) => this.seen(object),
      deleted: (object) => this.gone(object),
    }).start(signal);
  }

  /** Resolves when nothing is watched any more, once the signal has aborted. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  /** An APIService came up or changed. */
  seen(object: KubeObject): void {
    const { spec, ...service } = object as ApiService;
    if (!spec?.service || !spec.group || !spec.version) return;
    const api = { group: spec.group, version: spec.version };
    if (!isAvailable(service)) return void this.#available.delete(apiVersionOf(api));
    if (this.#available.has(apiVersionOf(api))) return;
    this.#available.set(apiVersionOf(api), this.#now());
    this.#onAvailable(api);
  }

  /** An APIService is gone; of some only the name is known, `<version>.<group>`. */
  gone({ metadata: { name = "" } }: KubeObject): void {
    const dot = name.indexOf(".");
    this.#available.delete(
      apiVersionOf({ group: name.slice(dot + 1), version: name.slice(0, dot) }),
    );
  }

  /** True when the API has been available for so short a time that its kinds may not be known yet. */
  isNew(api: GroupVersion): boolean {
    const since = this.#available.get(apiVersionOf(api));
    return since !== undefined && this.#now() - since < LAG_MS;
  }
}
