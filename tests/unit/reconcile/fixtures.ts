/**
 * Creates the environment of reconciliation tests: an RGD that is compiled from YAML, its instances, and an
 * in-memory cluster.
 */
import assert from "node:assert/strict";
import { load } from "js-yaml";
import type {
  Condition,
  JsonObject,
  KindRef,
  KubeObject,
  ObjectRef,
  ResourceGraphDefinition,
} from "../../../src/api/mod.ts";
import {
  compile,
  type CompileOptions,
  type Graph,
  kindsOf,
  MAX_COLLECTION_SIZE,
} from "../../../src/graph/mod.ts";
import {
  type KindInfo,
  kindsOfCrd,
  resolveKinds,
  snapshotSource,
  withDefaults,
} from "../../../src/openapi/mod.ts";
import {
  MemoryCluster,
  type MemoryOptions,
  type Outcome,
  type PassContext,
  reconcile,
} from "../../../src/reconcile/mod.ts";

const source = snapshotSource();

/** The kinds to which tests refer. */
export const CONFIG_MAP = core("ConfigMap", "configmaps");
export const SECRET = core("Secret", "secrets");
export const POD = core("Pod", "pods");
export const DEPLOYMENT: KindRef = { ...core("Deployment", "deployments"), group: "apps" };

/** The RGD, the instances and the in-memory cluster of one test. */
export class World {
  /** The current time of all reconciliations, which a test may change. */
  now: Date = new Date("2026-01-01T00:00:00Z");
  readonly cluster: MemoryCluster;
  readonly kind: KindRef;
  graph: Graph;

  constructor(graph: Graph, cluster: MemoryCluster) {
    this.graph = graph;
    this.kind = graph.instance;
    this.cluster = cluster;
  }

  /** The options with which each reconciliation of the test runs. */
  context: PassContext = {
    now: () => this.now,
    version: "v0.9.4",
    podId: "pod-1",
    maxCollectionSize: MAX_COLLECTION_SIZE,
    rgdUid: "rgd-uid",
  };

  /** Returns a reference to an instance. */
  ref(name = "demo"): ObjectRef {
    return this.kind.namespaced
      ? { kind: this.kind, namespace: "default", name }
      : { kind: this.kind, name };
  }

  /** Creates an instance with this spec, and sets the defaults of its schema. */
  create(spec: JsonObject = {}, name = "demo", metadata: JsonObject = {}): KubeObject {
    const [info] = kindsOfCrd(this.graph.crd);
    const { group, version, kind } = this.kind;
    const object = {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: {
        name,
        ...(this.kind.namespaced ? { namespace: "default" } : {}),
        ...metadata,
      },
      spec,
    };
    return this.cluster.put(this.kind, withDefaults(info!.schema, object) as unknown as KubeObject);
  }

  /** Returns the current state of an instance. Fails the test if the instance does not exist. */
  instance(name = "demo"): KubeObject {
    const found = this.peek(this.ref(name));
    assert.ok(found, `instance ${name} does not exist`);
    return found;
  }

  /**
   * Reconciles an instance once. `cluster.calls` then contains only the requests of this
   * reconciliation.
   */
  async pass(name = "demo"): Promise<Outcome> {
    const instance = this.instance(name);
    this.cluster.calls.length = 0;
    return await reconcile(this.graph, instance, this.cluster, this.context);
  }

  /**
   * Reconciles an instance until a reconciliation writes nothing or the instance is deleted. Throws
   * an error after ten reconciliations.
   */
  async converge(name = "demo"): Promise<Outcome> {
    for (let i = 0; i < 10; i++) {
      const outcome = await this.pass(name);
      if (this.cluster.writes.length === 0 || !outcome.instance) return outcome;
    }
    throw new Error("the instance does not converge within ten passes");
  }

  /** Merges fields into the spec of an instance. */
  change(spec: JsonObject, name = "demo"): void {
    this.cluster.edit(this.ref(name), (d) => Object.assign(d.spec as JsonObject, spec));
  }

  /** Returns the current state of an object; does not count as a request. */
  peek(ref: ObjectRef): KubeObject | undefined {
    return this.cluster.objects().find((o) =>
      o.kind === ref.kind.kind && o.metadata.name === ref.name &&
      (o.metadata.namespace ?? "") === (ref.namespace ?? "")
    );
  }

  /** Returns the current state of a ConfigMap. */
  configMap(name: string, namespace = "default"): KubeObject | undefined {
    return this.peek(configMap(name, namespace));
  }

  /** Returns the names of all ConfigMaps. */
  configMaps(): string[] {
    return this.cluster.objects().filter((o) => o.kind === "ConfigMap")
      .map((o) => o.metadata.name!);
  }

  /** Returns how many writes the last reconciliation has sent, by verb. */
  counts(): Record<string, number> {
    const groups = Map.groupBy(this.cluster.writes, (c) => c.verb);
    return Object.fromEntries([...groups].map(([verb, list]) => [verb, list.length]));
  }
}

/**
 * Compiles `schema` and `resources` from YAML. Returns them with an in-memory cluster that serves
 * the RGD's kinds.
 */
export async function world(
  yaml: string,
  options: MemoryOptions & CompileOptions & {
    makeCluster?: (o: MemoryOptions) => MemoryCluster;
  } = {},
): Promise<World> {
  const { graph, kinds } = await compileYaml(yaml, options);
  const all: MemoryOptions = { ...options, kinds: [...kinds, ...kindsOfCrd(graph.crd)] };
  return new World(graph, options.makeCluster?.(all) ?? new MemoryCluster(all));
}

/** Compiles `schema` and `resources` from YAML. Fails the test if they have problems. */
export async function compileYaml(
  yaml: string,
  options: CompileOptions = {},
): Promise<{ graph: Graph; kinds: KindInfo[] }> {
  const { schema, resources } = load(yaml) as { schema?: JsonObject; resources?: unknown[] };
  const rgd = {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "demo" },
    spec: {
      schema: { kind: "Demo", apiVersion: "v1alpha1", group: "example.com", ...schema },
      resources: resources ?? [],
    },
  } as unknown as ResourceGraphDefinition;
  const kinds = await resolveKinds(source, kindsOf(rgd));
  const compiled = compile(rgd, kinds, options);
  assert.ok(compiled.ok, compiled.ok ? "" : JSON.stringify(compiled.problems, null, 1));
  return { graph: compiled.graph, kinds: [...kinds.values()] };
}

/** Returns a reference to a ConfigMap. */
export function configMap(name: string, namespace = "default"): ObjectRef {
  return { kind: CONFIG_MAP, namespace, name };
}

/** Returns a ConfigMap that another client than kro has created. */
export function foreignMap(
  name: string,
  data: Record<string, string>,
  metadata: JsonObject = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", ...metadata },
    data,
  };
}

/** Returns the condition of this type; an empty object if the object does not have it. */
export function condition(object: KubeObject | undefined, type: string): Partial<Condition> {
  const status = object?.status as { conditions?: Condition[] } | undefined;
  return status?.conditions?.find((c) => c.type === type) ?? {};
}

/** Returns the state of each node after a reconciliation. The keys are the IDs of the nodes. */
export function states(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(outcome.nodes.map((n) => [n.id, n.state]));
}

/** Returns the YAML of a ConfigMap resource. `more` is inserted after the ID. */
export function mapNode(id: string, value: string, more = ""): string {
  return `
  - id: ${id}${more}
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.metadata.name}-${id}"}
      data: {value: "${value}"}`;
}

function core(kind: string, plural: string): KindRef {
  return { group: "", version: "v1", kind, plural, namespaced: true };
}
