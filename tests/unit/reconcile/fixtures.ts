/** A small world: an RGD from YAML, an instance of it, and a cluster in memory to reconcile over. */
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

/** Kinds that tests address directly. */
export const CONFIG_MAP = core("ConfigMap", "configmaps");
export const SECRET = core("Secret", "secrets");
export const DEPLOYMENT: KindRef = { ...core("Deployment", "deployments"), group: "apps" };

/** One test's RGD, instance and cluster. */
export class World {
  /** A clock that only moves when a test says so. */
  now: Date = new Date("2026-01-01T00:00:00Z");
  readonly cluster: MemoryCluster;
  readonly kind: KindRef;
  graph: Graph;

  constructor(graph: Graph, cluster: MemoryCluster) {
    this.graph = graph;
    this.kind = graph.instance;
    this.cluster = cluster;
  }

  /** What the passes of this world are told. */
  context: PassContext = {
    now: () => this.now,
    version: "v0.9.4",
    podId: "pod-1",
    maxCollectionSize: MAX_COLLECTION_SIZE,
    rgdUid: "rgd-uid",
  };

  /** Where the instance is. */
  ref(name = "demo"): ObjectRef {
    return this.kind.namespaced
      ? { kind: this.kind, namespace: "default", name }
      : { kind: this.kind, name };
  }

  /** Creates an instance with this spec, defaulted as the API server would. */
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

  /** The instance as it is now. */
  instance(name = "demo"): KubeObject {
    const found = this.peek(this.ref(name));
    assert.ok(found, `instance ${name} is there`);
    return found;
  }

  /** One pass. Afterwards `cluster.calls` holds the calls of this pass alone. */
  async pass(name = "demo"): Promise<Outcome> {
    const instance = this.instance(name);
    this.cluster.calls.length = 0;
    return await reconcile(this.graph, instance, this.cluster, this.context);
  }

  /** Passes until nothing is written any more. */
  async settle(name = "demo"): Promise<Outcome> {
    for (let i = 0; i < 10; i++) {
      const outcome = await this.pass(name);
      if (this.cluster.writes.length === 0 || !outcome.instance) return outcome;
    }
    throw new Error("it never settles");
  }

  /** Changes the spec of the instance. */
  change(spec: JsonObject, name = "demo"): void {
    this.cluster.edit(this.ref(name), (d) => Object.assign(d.spec as JsonObject, spec));
  }

  /** An object as it is now, without counting a call. */
  peek(ref: ObjectRef): KubeObject | undefined {
    return this.cluster.objects().find((o) =>
      o.kind === ref.kind.kind && o.metadata.name === ref.name &&
      (o.metadata.namespace ?? "") === (ref.namespace ?? "")
    );
  }

  /** A ConfigMap as it is now. */
  configMap(name: string, namespace = "default"): KubeObject | undefined {
    return this.peek(configMap(name, namespace));
  }

  /** Names of all ConfigMaps. */
  configMaps(): string[] {
    return this.cluster.objects().filter((o) => o.kind === "ConfigMap")
      .map((o) => o.metadata.name!);
  }

  /** How many requests of each kind the last pass made. */
  counts(): Record<string, number> {
    const groups = Map.groupBy(this.cluster.writes, (c) => c.verb);
    return Object.fromEntries([...groups].map(([verb, list]) => [verb, list.length]));
  }
}

/** Compiles the resources (YAML) under a schema and gives it a cluster. */
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

/** Compiles `schema:` and `resources:`. */
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

/** Where a ConfigMap is. */
export function configMap(name: string, namespace = "default"): ObjectRef {
  return { kind: CONFIG_MAP, namespace, name };
}

/** A ConfigMap of somebody else. */
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

/** A condition of an instance, or an empty object. */
export function condition(object: KubeObject | undefined, type: string): Partial<Condition> {
  const status = object?.status as { conditions?: Condition[] } | undefined;
  return status?.conditions?.find((c) => c.type === type) ?? {};
}

/** State of each node. */
export function states(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(outcome.nodes.map((n) => [n.id, n.state]));
}

/** A ConfigMap node in YAML; `more` is put below it, indented by four. */
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
