/** Fault scenarios in which users and other controllers change the objects and permissions of kro. */
import {
  Annotation,
  CRD_KIND,
  FINALIZER,
  INSTANCE_LABELS,
  isNotFound,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
} from "../../../src/api/mod.ts";
import { TestCluster, USER } from "../../support/cluster/cluster.ts";
import { act, everything, FOREIGN, type Plan } from "../lifecycle.ts";
import { withoutRightTo } from "../rbac.ts";
import { kinds } from "../state.ts";
import { instanceIn, kindIn, nameIn, subjects } from "../subjects.ts";
import { installThings, THING, THING_CRD, thingCrd } from "../thing_kind.ts";
import type { Environment } from "../environment.ts";
import { attempt, type Context, type Scenario, Tally } from "./scenario.ts";
import { sleep } from "../../support/wait.ts";
import { NAMESPACE } from "../../support/kinds.ts";

const by = { fieldManager: "user" };

/**
 * Reads and changes the objects of one copy of the test graphs. `life` is the name of the copy, which the
 * name or namespace of each object contains.
 */
class Belongings {
  readonly #env: Environment;
  readonly #life: string;
  readonly #kinds: KindRef[];

  constructor(env: Environment, life: string) {
    this.#env = env;
    this.#life = life;
    this.#kinds = [...kinds, ...subjects.map((s) => kindIn(life, s))];
  }

  async with(label: string): Promise<KubeObject[]> {
    const objects = await everything(this.#env, [this.#life], subjects);
    return objects.filter(({ metadata: { namespace, name, labels = {} } }) =>
      label in labels && `${namespace} ${name}`.includes(`-${this.#life}`)
    );
  }

  children(): Promise<KubeObject[]> {
    return this.with(Label.applySetPartOf);
  }

  ref({ kind, apiVersion = "", metadata: { namespace, name = "" } }: KubeObject) {
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
    const found = this.#kinds.find((k) => k.kind === kind && k.group === group)!;
    return { kind: found, namespace, name };
  }

  /** Patches the object, unless another client has deleted it. */
  async patch(object: KubeObject, patch: JsonObject): Promise<void> {
    await quietly(this.#env.admin.mergePatch(this.ref(object), patch, by));
  }

  async delete(object: KubeObject): Promise<void> {
    await quietly(this.#env.admin.delete(this.ref(object)));
  }

  async restore(object: KubeObject): Promise<void> {
    const { namespace, name, labels, annotations } = object.metadata;
    const metadata = { namespace, name, labels, annotations };
    const copy = { ...object, metadata, status: undefined } as unknown as KubeObject;
    await quietly(this.#env.admin.create(this.ref(object).kind, copy, by));
  }
}

async function quietly(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    const there = (error as { reason?: string }).reason === "AlreadyExists";
    if (!isNotFound(error) && !there) throw error;
  }
}

const gone = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
const KEYS = Object.values(Label);

/** The labels of a child object that identify its instance and its node. */
const IDENTITY = [...INSTANCE_LABELS, Label.nodeId, Label.applySetPartOf];

/**
 * A disturbance that a user or another controller causes once, while kro processes a change of all test
 * graphs. `life` is the name of the copy of the graphs, and `own` accesses its objects.
 */
type Interference = (env: Environment, life: string, own: Belongings) => Promise<void>;

const interferences: Record<string, Interference> = {
  "labels of children stripped": async (_, __, own) => {
    for (const child of await own.children()) {
      await own.patch(child, { metadata: { labels: gone(KEYS) } });
    }
  },
  "identity labels of children edited": async (_, __, own) => {
    for (const child of await own.children()) {
      for (const label of IDENTITY) {
        const annotations = { edited: label };
        await own.patch(child, { metadata: { labels: { [label]: "another" }, annotations } });
      }
      // The disturbance has also added identity labels that the child did not have before. kro leaves labels
      // of other field managers unchanged, so the user must remove the added labels.
      const added = IDENTITY.filter((label) => !(label in child.metadata.labels!));
      await own.patch(child, { metadata: { labels: gone(added), annotations: { edited: null } } });
    }
  },
  "children deleted after an edit of their identity labels": async (_, __, own) => {
    for (const child of await own.children()) {
      const labels = Object.fromEntries(IDENTITY.map((label) => [label, "another"]));
      await own.patch(child, { metadata: { labels } });
      await own.delete(child);
    }
  },
  "labels of children swapped between instances": async (_, __, own) => {
    const byKind = Map.groupBy(await own.children(), ({ kind }) => kind);
    for (const children of byKind.values()) {
      for (const [i, child] of children.entries()) {
        const others = Object.entries(children[(i + 1) % children.length]!.metadata.labels!);
        // A child of a cluster-scoped instance lacks the label with the instance's namespace. kro would not
        // remove this label if the user added it, so the user only changes labels that the child already has.
        const labels = Object.fromEntries(others.filter(([key]) => key in child.metadata.labels!));
        const annotations = { [Annotation.applyOrder]: "7" };
        await own.patch(child, { metadata: { labels, annotations } });
      }
    }
  },
  "finalizer, labels and inventory of instances stripped": async (_, __, own) => {
    for (const instance of await own.with(Label.applySetId)) {
      const annotations = gone(Object.values(Annotation));
      const finalizers = instance.metadata.finalizers!.filter((f) => f !== FINALIZER);
      await own.patch(instance, { metadata: { labels: gone(KEYS), annotations, finalizers } });
    }
  },
  "managed fields of children removed": async (_, __, own) => {
    for (const child of await own.children()) {
      await own.patch(child, { metadata: { managedFields: [{}] } });
    }
  },
  "children deleted": async (_, __, own) => {
    for (const child of await own.children()) await own.delete(child);
  },
  "children restored from a backup": async (_, __, own) => {
    // Waits until kro has pruned the child objects that the users' change in this phase makes obsolete. Then
    // deletes all remaining children and creates them again. If an obsolete child were among them, no
    // instance would delete the created object.
    await sleep(4000);
    const children = await own.children();
    for (const child of children) await own.delete(child);
    for (const child of children) await own.restore(child);
  },
  "instances deleted and made again": async (env, life) => {
    for (const subject of subjects) {
      const kind = kindIn(life, subject);
      const name = nameIn(life, subject);
      const namespace = kind.namespaced ? name : undefined;
      const ref = { kind, namespace, name };
      await quietly(env.admin.delete(ref));
      while (await env.admin.get(ref)) await sleep(50);
      const object = instanceIn(life, subject, subject.specs(name).update);
      const metadata = { ...object.metadata, namespace };
      await env.admin.apply(ref, { ...object, metadata }, { fieldManager: USER });
    }
  },
  "generated CRDs edited": async (env, life) => {
    for (const subject of subjects) {
      const { plural, group } = kindIn(life, subject);
      const ref = { kind: CRD_KIND, name: `${plural}.${group}` };
      const crd = await env.admin.get(ref);
      const { versions } = crd!.spec as unknown as { versions: Version[] };
      // Removes only the schema of `status` from the CRD. Without the schema of `spec`, the API server would
      // remove the fields of the instances' specs.
      versions[0]!.schema.openAPIV3Schema.properties.status.properties = {};
      await env.admin.mergePatch(ref, { spec: { versions } as unknown as JsonObject }, by);
    }
  },
  "labels copied onto somebody else's object": async (env, life) => {
    for (const subject of subjects.filter((s) => s.namespaced !== false)) {
      const namespace = nameIn(life, subject);
      const map = kinds.find((k) => k.kind === "ConfigMap")!;
      const { items } = await env.admin.list(map, { namespace });
      const labels = items.map((i) => i.metadata.labels).find((l) => l?.[Label.applySetPartOf]);
      const metadata = { name: FOREIGN, namespace, labels };
      await env.admin.create(map, { apiVersion: "v1", kind: "ConfigMap", metadata }, by);
    }
  },
  "a controller that changes children back, for 5 s": async (_, __, own) => {
    const end = performance.now() + 5000;
    while (performance.now() < end) {
      for (const child of await own.children()) {
        if (child.kind !== "ConfigMap") continue;
        const keys = Object.keys(child.data as JsonObject ?? {});
        await own.patch(child, { data: Object.fromEntries(keys.map((key) => [key, "theirs"])) });
      }
    }
  },
  "namespaces deleted and made again": async (env, life, own) => {
    const places = subjects.map((subject) => nameIn(life, subject));
    for (const name of places) await env.admin.delete({ kind: NAMESPACE, name });
    // The test's control plane runs no namespace controller, so the scenario itself deletes the
    // objects in the Namespaces.
    for (let left = 1; left > 0;) {
      const inside = (await everything(env, [life], subjects)).filter(({ metadata }) =>
        places.includes(metadata.namespace ?? "")
      );
      left = inside.length;
      for (const object of inside) {
        if (!object.metadata.deletionTimestamp) await own.delete(object);
      }
      await sleep(100);
    }
    for (const name of places) {
      const object = await env.admin.get({ kind: NAMESPACE, name });
      const stdin = JSON.stringify({ ...object, spec: { finalizers: [] } });
      const path = `/api/v1/namespaces/${name}/finalize`;
      const replace = ["replace", "--raw", path, "-f", "-"];
      const { code, stderr } = await env.controlPlane.kubectl(replace, { stdin });
      if (code !== 0) throw new Error(stderr);
    }
    for (const subject of subjects) {
      const name = nameIn(life, subject);
      while (await env.admin.get({ kind: NAMESPACE, name })) await sleep(50);
      const cluster = await TestCluster.at(env.adminFile, name);
      await act("update", subject, life, cluster);
      cluster.close();
    }
  },
  "a child's CRD deleted for 3 s": async (env, life, own) => {
    const [thing] = (await own.children()).filter(({ kind }) => kind === THING.kind);
    await env.admin.delete(THING_CRD);
    while (await env.admin.get(THING_CRD)) await sleep(50);
    await sleep(3000);
    await installThings(env.admin);
    const name = `${nameIn(life, subjects.find((s) => s.name === "custom")!)}`;
    const ref = { kind: THING, namespace: name, name: `${name}-thing` };
    const end = performance.now() + 120_000;
    for (;;) {
      const again = await env.admin.get(ref);
      if (again && again.metadata.uid !== thing?.metadata.uid) break;
      if (performance.now() > end) throw new Error(`${ref.name} was not made again`);
      await sleep(100);
    }
  },
  "a child's CRD changed": async (env) => {
    await env.admin.apply(THING_CRD, thingCrd(["more"]), by);
    await sleep(1000);
    await env.admin.apply(THING_CRD, thingCrd(), by);
  },
  "no right to Secrets for 5 s": (env) =>
    withoutRightTo("secrets", env.controlPlane, async () => {
      // Ends the open watches of Secrets, because the API server checks permissions only when a watch starts.
      // It then rejects the new watches that kro opens.
      for (const watch of env.proxy.watches) if (watch.kind === "secrets") watch.cut();
      await sleep(5000);
      const isRefused = env.proxy.record.some((e) => e.resource === "secrets" && e.status === 403);
      if (!isRefused) throw new Error("kro kept its right to Secrets");
    }),
};

interface Version {
  schema: { openAPIV3Schema: { properties: { status: { properties: unknown } } } };
}

/**
 * Checks that kro has not deleted the users' ConfigMaps to which a disturbance copied kro's labels.
 * Then deletes these ConfigMaps.
 */
async function foreignLeft(env: Environment, life: string): Promise<string[]> {
  const map = kinds.find((k) => k.kind === "ConfigMap")!;
  const faults: string[] = [];
  for (const subject of subjects.filter((s) => s.namespaced !== false)) {
    const ref = { kind: map, namespace: nameIn(life, subject), name: FOREIGN };
    if (!await env.admin.get(ref)) faults.push(`${ref.namespace}/${FOREIGN} was deleted`);
    else await env.admin.delete(ref);
  }
  return faults;
}

/**
 * The names of disturbances that affect all RGDs in the cluster. While one of them runs, no other disturbance
 * may run.
 */
const ALONE: ReadonlySet<string> = new Set([
  "a child's CRD deleted for 3 s",
  "a child's CRD changed",
  "no right to Secrets for 5 s",
]);

/**
 * The names of disturbances after which kro needs up to a minute by design. While another manager keeps
 * reverting an object's fields, kro repairs the object only once per minute. kro also reviews missing
 * permissions once per minute.
 */
const SLOW: ReadonlySet<string> = new Set([
  "a controller that changes children back, for 5 s",
  "no right to Secrets for 5 s",
]);

/** The number of disturbances that run concurrently, each on its own copy of the test graphs. */
const SIDE_BY_SIDE = 3;

function groups(): string[][] {
  const names = Object.keys(interferences);
  const together = names.filter((name) => !ALONE.has(name));
  const many: string[][] = [];
  while (together.length > 0) many.push(together.splice(0, SIDE_BY_SIDE));
  return [...many, ...names.filter((name) => ALONE.has(name)).map((name) => [name])];
}

const others: Scenario = {
  name: "people and other controllers",
  async run(context: Context) {
    const { env } = context;
    const tally = new Tally("people and other controllers", context.say);
    await context.model();
    for (const names of groups()) {
      const doneTo = new Map(names.map((name) => [name, context.nextLife()]));
      const plan: Plan = {
        async during(phase) {
          if (phase !== "update") return;
          await Promise.all(
            [...doneTo].map(([name, life]) =>
              interferences[name]!(env, life, new Belongings(env, life))
            ),
          );
        },
      };
      const lives = [...doneTo.values()];
      tally.add(
        names.join(" + "),
        await attempt(async () => {
          const graceMs = names.some((name) => SLOW.has(name)) ? 90_000 : undefined;
          const options = { loose: true, patienceMs: 240_000, graceMs };
          const lived = await context.live({ lives, plan, ...options });
          const copied = doneTo.get("labels copied onto somebody else's object");
          const left = copied ? await foreignLeft(env, copied) : [];
          return { ...lived, faults: [...lived.faults, ...left] };
        }),
      );
    }
    return tally.row(`${Object.keys(interferences).join(", ")}; at an update`);
  },
};

/** The fault scenarios with other users and controllers. */
export const people: readonly Scenario[] = [others];
