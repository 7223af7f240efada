/** Reads and writes objects as a user would, in a namespace that only one test uses. */
import {
  isNotFound,
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  parseGvk,
} from "../../../src/api/mod.ts";
import { connect, Discovery, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { NAMESPACE } from "../kinds.ts";
import { eventually, LIMIT_SECONDS } from "../wait.ts";

/** An object as the API server returns it. Tests read its fields without declaring their types. */
// deno-lint-ignore no-explicit-any -- fields are read freely, a wrong one fails the test
export type Live = any;

/** The kind, name and namespace of an object. */
export interface Place {
  /** The kind: `ConfigMap` in the core group, `Deployment.apps` in another API group. */
  kind: string;
  /** The object's name. */
  name: string;
  /**
   * The object's namespace; the test's own namespace by default. Ignored for cluster-scoped kinds.
   */
  namespace?: string;
}

/**
 * The name that {@link TestCluster} uses as the field manager of its writes and as the user agent of its
 * requests.
 */
export const USER = "test-user";

const by = { fieldManager: USER };

/**
 * The pause between two reads while a test waits, in milliseconds. The pause is short, because most
 * waits end within a few milliseconds.
 */
const POLL_MS = 20;

/**
 * Reads and writes the objects of a control plane as its administrator. Disposing the object
 * deletes the namespaces that it has created.
 */
export class TestCluster implements AsyncDisposable {
  /** The Kubernetes client; {@link close} closes it. */
  readonly client: KubeClient;
  /** The name of the test's own namespace. */
  readonly namespace: string;
  readonly #discovery: Discovery;
  readonly #created: string[] = [];

  private constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
    this.#discovery = new Discovery(client);
  }

  /**
   * Connects to the shared control plane, and creates a namespace whose name begins with `prefix`.
   */
  static async open(prefix: string): Promise<TestCluster> {
    const { kubeconfig } = await sharedControlPlane();
    return await TestCluster.at(kubeconfig, `${prefix}-${crypto.randomUUID().slice(0, 8)}`);
  }

  /** Connects to a cluster with this kubeconfig file, and creates this namespace. */
  static async at(kubeconfig: string, namespace: string): Promise<TestCluster> {
    const client = connect(await loadConfig({ kubeconfig }), { userAgent: USER });
    const cluster = new TestCluster(client, namespace);
    await cluster.createNamespace(namespace);
    return cluster;
  }

  /** Creates a namespace, which is deleted when this object is disposed. */
  async createNamespace(name: string): Promise<void> {
    await this.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    this.#created.push(name);
  }

  /**
   * Creates the object. A namespaced object without a namespace is created in the test's namespace.
   */
  async create(object: object): Promise<Live> {
    const { kind, placed } = await this.#placed(object as KubeObject);
    return await this.client.create(kind, placed, by);
  }

  /**
   * Creates or updates the object by server-side apply. An apply is faster than a POST if the CRD
   * of the object's kind is new: the API server then delays a POST by two seconds (`justCreated` in
   * apiextensions' customresource_handler.go).
   */
  async apply(object: object): Promise<Live> {
    const { kind, placed } = await this.#placed(object as KubeObject);
    const { name = "", namespace } = placed.metadata;
    return await this.client.apply({ kind, name, namespace }, placed, by);
  }

  /** Returns the object; undefined if it does not exist. */
  async find(at: Place): Promise<Live | undefined> {
    return await this.client.get(await this.#ref(at));
  }

  /** Returns the object; throws an error if it does not exist. */
  async get(at: Place): Promise<Live> {
    const object = await this.find(at);
    if (!object) throw new Error(`${at.kind} ${at.name} does not exist`);
    return object;
  }

  /**
   * Returns the objects of the kind that match the label selector, in the test's namespace or in
   * all namespaces.
   */
  async list(kind: string, labelSelector?: string, everywhere = false): Promise<Live[]> {
    const found = await this.#kind(kind);
    const namespace = found.namespaced && !everywhere ? this.namespace : undefined;
    return (await this.client.list(found, { namespace, labelSelector })).items;
  }

  /**
   * Returns the sorted names of the objects that {@link list} returns, without `kube-root-ca.crt`, a
   * ConfigMap that Kubernetes creates in every namespace.
   */
  async names(kind: string, labelSelector?: string): Promise<string[]> {
    const items = await this.list(kind, labelSelector);
    return items.map(({ metadata }: Live) => metadata.name)
      .filter((name: string) => name !== "kube-root-ca.crt").sort();
  }

  /** Changes the object by a JSON merge patch. */
  async patch(at: Place, patch: JsonObject): Promise<Live> {
    return await this.client.mergePatch(await this.#ref(at), patch, by);
  }

  /** Changes annotations of the object; null removes an annotation. */
  async annotate(at: Place, annotations: Record<string, string | null>): Promise<Live> {
    return await this.patch(at, { metadata: { annotations } });
  }

  /** Changes the object's status, as the controller of its kind would. */
  async patchStatus(at: Place, status: JsonObject): Promise<Live> {
    const ref = await this.#ref(at);
    return await this.client.mergePatch(ref, { status }, { ...by, subresource: "status" });
  }

  /** Replaces the object by an update request. */
  async replace(at: Place, object: KubeObject): Promise<Live> {
    return await this.client.replace(await this.#ref(at), object, by);
  }

  /**
   * Requests the deletion of the object without waiting for its end. Throws an error if the object
   * does not exist.
   */
  async delete(at: Place): Promise<void> {
    await this.client.delete(await this.#ref(at));
  }

  /** Deletes the object, and waits until it no longer exists. */
  async remove(at: Place, seconds?: number): Promise<void> {
    await this.delete(at);
    await this.untilGone(at, seconds);
  }

  /**
   * Waits until the object exists and `holds` returns true for it, and returns the object. If the
   * time runs out, the error contains the object's last state.
   */
  async until(
    at: Place,
    holds: (object: Live) => unknown = () => true,
    seconds: number = LIMIT_SECONDS,
  ): Promise<Live> {
    let last: Live;
    const check = async () => {
      last = await this.find(at);
      return last !== undefined && holds(last) ? last : undefined;
    };
    try {
      return await eventually(`${at.kind} ${at.name}`, check, seconds, POLL_MS);
    } catch (error) {
      if (last) delete last.metadata.managedFields;
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last, null, 1)}`);
    }
  }

  /** Waits until the object no longer exists. */
  async untilGone(at: Place, seconds: number = LIMIT_SECONDS): Promise<void> {
    const gone = async () => await this.find(at) === undefined;
    await eventually(`${at.kind} ${at.name} gone`, gone, seconds, POLL_MS);
  }

  /** Closes the client's connections. */
  close(): void {
    this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const name of this.#created) {
        await this.client.delete({ kind: NAMESPACE, name }).catch((error) => {
          // The errors NotFound and Conflict mean that the test itself has already deleted the
          // namespace, so they are ignored.
          if (!isNotFound(error) && error.reason !== "Conflict") throw error;
        });
      }
    } finally {
      this.close();
    }
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
    // A new kind appears in API discovery only some time after its CRD is established.
    return await eventually(`kind ${name} in discovery`, async () => {
      await this.#discovery.refresh();
      return await find();
    });
  }
}
