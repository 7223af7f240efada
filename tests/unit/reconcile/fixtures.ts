/** Test environment: an RGD compiled from YAML, its instances, and an in-memory cluster. */
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

/** Kinds that tests refer to. */
export const CONFIG_MAP = core("ConfigMap", "configmaps");
export const SECRET = core("Secret", "secrets");
export const DEPLOYMENT: KindRef = { ...core("Deployment", "deployments"), group: "apps" };

/** One test's RGD, instance and cluster. */
export class World {
  /** The current time of all passes; tests set it. */
  now: Date = new Date("2026-01-01T00:00:00Z");
  readonly cluster: MemoryCluster;
  readonly kind: KindRef;
  graph: Graph;

  constructor(graph: Graph, cluster: MemoryCluster) {
    this.graph = graph;
    this.kind = graph.instance;
    this.cluster = cluster;
  }

  /** The context of all passes. */
  context: PassContext = {
    now: () => this.now,
    version: "v0.9.4",
    podId: "pod-1",
    maxCollectionSize: MAX_COLLECTION_SIZE,
    rgdUid: "rgd-uid",
  };

  /** The reference to an instance. */
  ref(name = "demo"): ObjectRef {
    return this.kind.namespaced
      ? { kind: this.kind, namespace: "default", name }
      : { kind: this.kind, name };
  }

  /** Creates an instance with this spec and the defaults of its schema. */
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

  /** The current state of an instance; fails the test if there is none. */
  instance(name = "demo"): KubeObject {
    const found = this.peek(this.ref(name));
    assert.ok(found, `instance ${name} does not exist`);
    return found;
  }

  /** Runs one pass. Afterwards `cluster.calls` has only the calls of this pass. */
  async pass(name = "demo"): Promise<Outcome> {
    const instance = this.instance(name);
    this.cluster.calls.length = 0;
    return await reconcile(this.graph, instance, this.cluster, this.context);
  }

  /** Runs passes until one writes nothing or the instance is deleted; throws after ten. */
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

  /** The current state of an object, read without a recorded call. */
  peek(ref: ObjectRef): KubeObject | undefined {
    return this.cluster.objects().find((o) =>
      o.kind === ref.kind.kind && o.metadata.name === ref.name &&
      (o.metadata.namespace ?? "") === (ref.namespace ?? "")
    );
  }

  /** The current state of a ConfigMap. */
  configMap(name: string, namespace = "default"): KubeObject | undefined {
    return this.peek(configMap(name, namespace));
  }

  /** Names of all ConfigMaps. */
  configMaps(): string[] {
    return this.cluster.objects().filter((o) => o.kind === "ConfigMap")
      .map((o) => o.metadata.name!);
  }

  /** The number of writes of the last pass by verb. */
  counts(): Record<string, number> {
    const groups = Map.groupBy(this.cluster.writes, (c) => c.verb);
    return Object.fromEntries([...groups].map(([verb, list]) => [verb, list.length]));
  }
}

/** Compiles `schema` and `resources` from YAML and creates an in-memory cluster that serves the kinds. */
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

/** Compiles the `schema` and `resources` of a YAML text; fails the test if they have problems. */
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

/** The reference to a ConfigMap. */
export function configMap(name: string, namespace = "default"): ObjectRef {
  return { kind: CONFIG_MAP, namespace, name };
}

/** A ConfigMap that kro did not create. */
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

/** The condition of this type, or an empty object. */
export function condition(object: KubeObject | undefined, type: string): Partial<Condition> {
  const status = object?.status as { conditions?: Condition[] } | undefined;
  return status?.conditions?.find((c) => c.type === type) ?? {};
}

/** The state of each node by id. */
export function states(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(outcome.nodes.map((n) => [n.id, n.state]));
}

/** A ConfigMap resource in YAML; `more` is inserted after the id. */
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
