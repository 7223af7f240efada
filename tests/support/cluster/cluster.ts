// What a scenario does to a cluster, as a user would: objects by apiVersion and kind, in the scenario's namespace.
import {
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  parseGvk,
} from "../../../src/api/mod.ts";
import { connect, Discovery, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { eventually, sharedControlPlane } from "../controlplane/shared.ts";

/** An object as scenarios navigate it. */
// deno-lint-ignore no-explicit-any -- fields are read freely, a wrong one fails the test
export type Live = any;

/** Where an object is: kinds of the core group need no group, `ConfigMap`; others are `Deployment.apps`. */
export interface Place {
  /** `ConfigMap`, `Deployment.apps`. */
  kind: string;
  /** Its name. */
  name: string;
  /** The scenario's own unless given; empty for cluster-scoped kinds. */
  namespace?: string;
}

const by = { fieldManager: "scenario" };

/** How often a scenario looks again. */
const POLL_MS = 20;

/** The administrator's view of the shared control plane. */
export class ScenarioCluster {
  /** Closed by {@link close}. */
  readonly client: KubeClient;
  readonly #discovery: Discovery;
  /** The scenario's namespace. */
  readonly namespace: string;

  private constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
    this.#discovery = new Discovery(client);
  }

  /** Connects, and creates a namespace whose name begins with `prefix`. */
  static async open(prefix: string): Promise<ScenarioCluster> {
    const { kubeconfig } = await sharedControlPlane();
    return await ScenarioCluster.at(kubeconfig, `${prefix}-${crypto.randomUUID().slice(0, 8)}`);
  }

  /** Connects as that kubeconfig says, and creates the namespace. */
  static async at(kubeconfig: string, namespace: string): Promise<ScenarioCluster> {
    const client = connect(await loadConfig({ kubeconfig }), { userAgent: "kro-scenario" });
    const cluster = new ScenarioCluster(client, namespace);
    await cluster.namespaced(namespace);
    return cluster;
  }

  /** Creates a namespace. */
  async namespaced(name: string): Promise<void> {
    await this.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }

  /** Creates the object; in the scenario's namespace when its kind has one and it names none. */
  async create(object: object): Promise<Live> {
    const { kind, placed } = await this.#placed(object as KubeObject);
    return await this.client.create(kind, placed, by);
  }

  /**
   * Server-side apply. Creates objects of a kind whose CRD is new at once, where the API server holds
   * up a POST for two seconds (`justCreated` in apiextensions' customresource_handler.go).
   */
  async apply(object: object): Promise<Live> {
    const { kind, placed } = await this.#placed(object as KubeObject);
    const { name = "", namespace } = placed.metadata;
    return await this.client.apply({ kind, name, namespace }, placed, by);
  }

  /** The object; undefined when it is not there. */
  async find(at: Place): Promise<Live | undefined> {
    return await this.client.get(await this.#ref(at));
  }

  /** The object; fails when it is not there. */
  async get(at: Place): Promise<Live> {
    const object = await this.find(at);
    if (!object) throw new Error(`${at.kind} ${at.name} is not there`);
    return object;
  }

  /** All objects of the kind in the scenario's namespace, or of all namespaces, that the labels select. */
  async list(kind: string, labelSelector?: string, everywhere = false): Promise<Live[]> {
    const found = await this.#kind(kind);
    const namespace = found.namespaced && !everywhere ? this.namespace : undefined;
    return (await this.client.list(found, { namespace, labelSelector })).items;
  }

  /** JSON merge patch. */
  async patch(at: Place, patch: JsonObject): Promise<Live> {
    return await this.client.mergePatch(await this.#ref(at), patch, by);
  }

  /** JSON merge patch of the status, as the kind's own controller would write it. */
  async patchStatus(at: Place, status: JsonObject): Promise<Live> {
    const ref = await this.#ref(at);
    return await this.client.mergePatch(ref, { status }, { ...by, subresource: "status" });
  }

  /** Puts this in the object's place. */
  async replace(at: Place, object: KubeObject): Promise<Live> {
    return await this.client.replace(await this.#ref(at), object, by);
  }

  /** Asks for the deletion; does not wait. */
  async delete(at: Place): Promise<void> {
    await this.client.delete(await this.#ref(at));
  }

  /** Waits until the object is there and holds; fails with what it is like instead. */
  async until(
    at: Place,
    holds: (object: Live) => unknown = () => true,
    seconds = 30,
  ): Promise<Live> {
    let last: Live;
    try {
      return await eventually(
        `${at.kind} ${at.name}`,
        async () => {
          last = await this.find(at);
          return last !== undefined && holds(last) ? last : undefined;
        },
        seconds,
        POLL_MS,
      );
    } catch (error) {
      if (last) delete last.metadata.managedFields;
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last, null, 1)}`);
    }
  }

  /** Waits until the object is gone. */
  async untilGone(at: Place, seconds = 30): Promise<void> {
    const gone = async () => await this.find(at) === undefined;
    await eventually(`${at.kind} ${at.name} gone`, gone, seconds, POLL_MS);
  }

  /** Ends the connections. */
  close(): void {
    this.client.close();
  }

  async #placed(given: KubeObject): Promise<{ kind: KindRef; placed: KubeObject }> {
    const kind = await this.#kindOf(given);
    const metadata = kind.namespaced
      ? { namespace: this.namespace, ...given.metadata }
      : given.metadata;
    return { kind, placed: { ...given, metadata } };
  }

  async #ref({ kind, name, namespace = this.namespace }: Place): Promise<ObjectRef> {
    const found = await this.#kind(kind);
    return { kind: found, name, ...(found.namespaced ? { namespace } : {}) };
  }

  async #kind(name: string): Promise<KindRef> {
    const [kind = "", ...group] = name.split(".");
    const asked = { group: group.join("."), kind };
    return await this.#served(name, () => this.#discovery.byGroupKind(asked));
  }

  async #kindOf({ apiVersion = "", kind = "" }: KubeObject): Promise<KindRef> {
    const gvk = parseGvk(apiVersion, kind);
    if (!gvk) throw new Error(`no apiVersion: "${apiVersion}"`);
    return await this.#served(`${kind} ${apiVersion}`, () => this.#discovery.resolve(gvk));
  }

  async #served(name: string, find: () => Promise<KindRef | undefined>): Promise<KindRef> {
    const known = await find();
    if (known) return known;
    // Discovery learns of a new CRD a moment after it is established.
    return await eventually(`kind ${name} in discovery`, async () => {
      await this.#discovery.refresh();
      return await find();
    });
  }
}
