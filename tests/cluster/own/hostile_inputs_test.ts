/**
 * Tests of instances with hostile names, keys, labels and long values on a running kro. Each instance must get
 * a status with a short message, kro must send no request for another path, and kro must go on repairing the
 * objects of another instance.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  ANY_VALUE,
  eventually,
  installCrd,
  KroRequests,
  kubectl,
  NAME,
  startKro,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

const LONG = 600_000;
const KEYS = ["__proto__", "constructor", "hasOwnProperty", "prototype", "toString"];

/** Names of objects that must not lead a request to another path. */
const NAMES: Record<string, string> = {
  empty: "",
  dot: ".",
  dots: "..",
  encoded: "%2e%2e",
  twice: "%252e%252e",
  slash: "../kube-system",
  backslash: "..\\kube-system",
  query: "a?dryRun=All",
  fragment: "a#b",
  newline: "a\nb",
  wide: "\uff0e\uff0e",
  zero: "a\u0000b",
  proto: "__proto__",
  long: "a".repeat(LONG),
};

Deno.test("hostile names, keys and long values harm neither kro nor another instance", async () => {
  await using cluster = await TestCluster.open("inputs");
  const chart = await installCrd(cluster, "Chart", { spec: { ...ANY_VALUE, type: "object" } });
  const [kind] = chart.kind.split(".");
  await using kro = await startKro(["--dynamic-controller-rate-limiter-max-delay=1s"]);
  using requests = await KroRequests.open();
  const template = (metadata: JsonObject, values: unknown) => ({
    apiVersion: chart.apiVersion,
    kind,
    metadata,
    spec: { values },
  });
  const graph = await TestGraph.create(cluster, {
    kind: "Inputs",
    spec: {
      name: "string | default=ok",
      values: "object",
      label: "string | default=ok",
      selected: "string | default=none",
      text: "string | default=ok",
    },
    status: {
      copy: "${schema.spec.values}",
      conditions: [
        "${runtime.newCondition({type: 'Authored', status: 'True', reason: 'R', message: schema.spec.text})}",
      ],
    },
    resources: [
      {
        id: "chart",
        template: template({
          name: `${NAME}-\${schema.spec.name}`,
          labels: { label: "${schema.spec.label}" },
        }, "${schema.spec.values}"),
      },
      {
        id: "plain",
        includeWhen: ["${schema.spec.name != 'ok'}"],
        template: template({ name: "${schema.spec.name}" }, {}),
      },
      {
        id: "selected",
        includeWhen: ["${schema.spec.selected != 'none'}"],
        externalRef: {
          apiVersion: chart.apiVersion,
          kind,
          metadata: { selector: { matchLabels: { label: "${schema.spec.selected}" } } },
        },
      },
    ],
  });
  await graph.served();
  const hostile = Object.fromEntries(
    KEYS.map((key) => [key, { [key]: { deletionTimestamp: "x" } }]),
  );
  const instances: Record<string, JsonObject> = {
    victim: { values: { a: "kept" } },
    ...Object.fromEntries(
      Object.entries(NAMES).map(([id, name]) => [`name-${id}`, { name, values: {} }]),
    ),
    keys: { values: hostile },
    "long-label": { values: {}, label: "x".repeat(LONG) },
    "long-text": { values: {}, text: "x".repeat(LONG) },
    "long-copy": { values: { a: "x".repeat(LONG) } },
    "long-selector": { values: {}, selected: "x".repeat(LONG) },
    selector: { values: {}, selected: "a,b in (c)" },
    // With this value in its spec and in its status, the instance would be larger than any object that etcd
    // stores.
    "too-large": { values: { a: "x".repeat(1_000_000) } },
  };
  // An object literal cannot have an own property `__proto__`, so the instances are created from JSON.
  for (const [name, spec] of Object.entries(instances)) {
    await kubectl(["-n", cluster.namespace, "create", "-f", "-"], {
      stdin: JSON.stringify({
        apiVersion: graph.apiVersion,
        kind: "Inputs",
        metadata: { name },
        spec,
      }),
    });
  }
  const read = (name: string) => cluster.get(graph.instance(name));
  const ok = ["victim", "keys", "long-copy"];
  for (const name of ok) await graph.active(name);
  for (const name of Object.keys(instances)) {
    if (ok.includes(name)) continue;
    const conditions = await eventually(`the conditions of ${name}`, async () => {
      const { status } = await read(name);
      return (status?.conditions as { message?: string }[] | undefined)?.length &&
        status!.conditions;
    });
    for (const { type, message = "" } of conditions as { type: string; message?: string }[]) {
      // The RGD's author sets the message of the condition `Authored` to a value from the instance, so it may
      // be longer.
      const most = type === "Authored" ? 32_768 : 1_100;
      assert.ok(message.length <= most, `${name}: a message of ${message.length} characters`);
    }
  }
  const { spec } = await cluster.get({ kind: chart.kind, name: "keys-ok" });
  assert.equal(JSON.stringify(spec), JSON.stringify({ values: hostile }));

  const victim = { kind: chart.kind, name: "victim-ok" };
  await cluster.patch(victim, { spec: { values: { a: "changed" } } });
  await cluster.until(victim, (o) => (o.spec as { values: { a: string } }).values.a === "kept");
  assert.equal((await kro.get("/healthz"))?.status, 200);
  assert.doesNotMatch(kro.log(), /internal error|unhandled|TypeError|RangeError/);
  assert.ok(kro.log().length < 1_000_000, `the log has ${kro.log().length} characters`);

  const own = `/apis/${chart.apiVersion}/namespaces/${cluster.namespace}/`;
  const stray = (await requests.takeAll()).filter(({ verb, uri, namespace, resource }) => {
    if (!["create", "update", "patch", "delete", "deletecollection"].includes(verb)) return false;
    if (resource === "leases") return false;
    const segments = uri.split("?")[0]!.split("/").length - own.split("/").length + 1;
    return namespace === "kube-system" || resource === "" || verb === "deletecollection" ||
      (uri.startsWith(own) && segments !== 2);
  });
  assert.deepEqual(stray.map(({ verb, uri }) => `${verb} ${uri}`), []);
  await graph.removeAll();
});

const ANNOTATION = {
  kinds: "applyset.kubernetes.io/contains-group-kinds",
  namespaces: "applyset.kubernetes.io/additional-namespaces",
};

const KINDS = [
  ...["ConfigMap", "Secret", "Service", "ServiceAccount", "Pod", "Endpoints", "LimitRange"],
  ...["ResourceQuota", "Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps"],
  ...["Job.batch", "CronJob.batch", "Ingress.networking.k8s.io", "Lease.coordination.k8s.io"],
];

function namesOf(count: number): string {
  return Array.from({ length: count }, (_, i) => `n${i}`).join(",");
}

/** Forged inventories of an instance: annotations that any user may write who may change the instance. */
const INVENTORIES: Record<string, Record<string, string>> = {
  "many-namespaces": {
    [ANNOTATION.kinds]: KINDS.join(","),
    [ANNOTATION.namespaces]: namesOf(8_000),
  },
  "many-kinds": {
    [ANNOTATION.kinds]: Array.from({ length: 5_000 }, (_, i) => `Kind${i}.example.com`).join(","),
  },
  paths: {
    [ANNOTATION.kinds]: "ConfigMap,../Secret,__proto__,constructor.apps,Secret.%2e%2e",
    [ANNOTATION.namespaces]: "..,kube-system/../default,%2e%2e,__proto__,a?b",
  },
  repeated: {
    [ANNOTATION.kinds]: Array.from({ length: 9_000 }, () => "ConfigMap").join(","),
    [ANNOTATION.namespaces]: Array.from({ length: 9_000 }, () => "default").join(","),
  },
};

Deno.test("forged inventories cost few requests, and delete no other object", async () => {
  await using cluster = await TestCluster.open("forged");
  await using kro = await startKro(["--dynamic-controller-rate-limiter-max-delay=1s"]);
  const graph = await TestGraph.create(cluster, {
    kind: "Forged",
    spec: { value: "string | default=kept" },
    resources: [{
      id: "map",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `${NAME}-map` },
        data: { value: "${schema.spec.value}" },
      },
    }],
  });
  await graph.served();
  await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" } });
  for (const name of ["victim", ...Object.keys(INVENTORIES)]) await graph.create(name);
  for (const name of ["victim", ...Object.keys(INVENTORIES)]) await graph.active(name);
  using requests = await KroRequests.open();
  for (const [name, annotations] of Object.entries(INVENTORIES)) {
    await cluster.patch(graph.instance(name), {
      metadata: { annotations },
      spec: { value: "changed" },
    });
    // kro either replaces the forged inventory annotations and updates the ConfigMap, or refuses the
    // annotations and reports the state ERROR.
    await eventually(`the pass over ${name}`, async () => {
      const { status } = await cluster.get(graph.instance(name));
      const map = await cluster.get({ kind: "ConfigMap", name: `${name}-map` });
      return map.data.value === "changed" || status?.state === "ERROR";
    });
    const { status } = await cluster.get(graph.instance(name));
    assert.ok(JSON.stringify(status).length < 8_000, `${name}: a long status`);
  }
  await cluster.patch({ kind: "ConfigMap", name: "victim-map" }, { data: { value: "x" } });
  await cluster.until({ kind: "ConfigMap", name: "victim-map" }, (o) => o.data.value === "kept");
  // After a user has removed the forged annotations, kro must update the ConfigMap of the instance.
  for (const name of Object.keys(INVENTORIES)) {
    const annotations = { [ANNOTATION.kinds]: null, [ANNOTATION.namespaces]: null };
    await cluster.patch(graph.instance(name), { metadata: { annotations } });
    const map = { kind: "ConfigMap", name: `${name}-map` };
    await cluster.until(map, (o) => o.data.value === "changed");
  }
  assert.equal((await kro.get("/healthz"))?.status, 200);
  await graph.removeAll();
  const sent = await requests.takeAll();
  const lists = sent.filter(({ verb }) => verb === "list").length;
  assert.ok(lists < 1_000, `${lists} lists`);
  const deleted = sent.filter(({ verb }) => verb.startsWith("delete"))
    .map(({ resource, name }) => `${resource}/${name}`);
  const foreign = deleted.filter((each) => !/^configmaps\/[\w-]+-map$/.test(each));
  assert.deepEqual(foreign, []);
  assert.ok(await cluster.get({ kind: "ConfigMap", name: "other" }));
  assert.doesNotMatch(kro.log(), /internal error|unhandled|TypeError|RangeError/);
});
