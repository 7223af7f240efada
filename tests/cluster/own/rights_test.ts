/**
 * Tests the roles that `kro generate rbac` prints: kro runs with exactly these permissions, and the
 * audit log shows that kro needs every one of them.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { parseYaml } from "../../../src/cli/mod.ts";
import { type CommandResult, runCommand } from "../../support/command.ts";
import type { AuditEntry } from "../../support/controlplane/audit.ts";
import {
  active,
  condition,
  configMap,
  eventually,
  graphName,
  type GraphSpec,
  installOwnCrds,
  KroRequests,
  kubectl,
  type Live,
  NAME,
  type ServiceAccount,
  serviceAccount,
  serviceAccountIn,
  sharedControlPlane,
  startController,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * The permissions that kro does not use in this test. kro needs them after a conflict: when another client
 * has changed an RGD or an instance, kro reads the object again.
 */
const UNUSED = ["get outers.GROUP", "get resourcegraphdefinitions.kro.run"];

/** A verb on a resource that a role grants. */
interface Granted {
  group: string;
  resource: string;
  verb: string;
  names?: string[];
  namespace?: string;
}

/** Returns the permissions that the roles among these objects grant. */
function grantedBy(documents: readonly Live[]): Granted[] {
  return documents.filter(({ kind }) => kind === "ClusterRole" || kind === "Role")
    .flatMap(({ metadata: { namespace }, rules }) =>
      rules.flatMap((rule: Live) =>
        rule.resources.flatMap((resource: string) =>
          rule.verbs.map((verb: string) => ({
            group: rule.apiGroups[0],
            resource,
            verb,
            names: rule.resourceNames,
            namespace,
          }))
        )
      )
    );
}

/**
 * Whether the request used the permission. An apply that created an object needs the verbs `patch`
 * and `create`, but the audit log contains only the verb `patch`.
 */
function uses(entry: AuditEntry, granted: Granted): boolean {
  const resource = [entry.resource, entry.subresource].filter(Boolean).join("/");
  const created = entry.verb === "patch" && entry.code === 201;
  return entry.group === granted.group && resource === granted.resource &&
    (entry.verb === granted.verb || (created && granted.verb === "create")) &&
    (granted.namespace === undefined || granted.namespace === entry.namespace);
}

function textOf({ group, resource, verb }: Granted | AuditEntry): string {
  return `${verb} ${group === "" ? resource : `${resource}.${group}`}`;
}

/**
 * An RGD with one ConfigMap. The graph that {@link outer} returns contains an instance of this RGD's kind.
 */
const INNER: GraphSpec = {
  kind: "Inner",
  spec: { value: "string" },
  resources: [configMap("config", NAME, { value: "${schema.spec.value}" })],
};

/** Returns an RGD with nodes of all types, and with objects of built-in and generated kinds. */
function outer(inner: string, more: unknown[]): GraphSpec {
  const external = (id: string, metadata: JsonObject) => ({
    id,
    externalRef: { apiVersion: "v1", kind: "Secret", metadata },
  });
  const spec = { value: "${token.metadata.name}" };
  const nested = { apiVersion: inner, kind: "Inner", metadata: { name: NAME } };
  return {
    kind: "Outer",
    spec: { count: "integer | default=2" },
    resources: [
      external("token", { name: "token" }),
      external("all", { selector: { matchLabels: { part: "outer" } } }),
      { id: "nested", template: { ...nested, spec } },
      configMap("many", `${NAME}-\${string(i)}`, { all: "${string(size(all))}" }, {
        forEach: [{ i: "${lists.range(schema.spec.count)}" }],
      }),
      {
        id: "priority",
        template: {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: `${NAME}-\${schema.metadata.namespace}` },
          value: 1,
        },
      },
      ...more,
    ],
  };
}

/**
 * Applies the roles that `kro generate rbac` prints for the graphs, and returns them as objects.
 *
 * @param changed Returns the YAML to apply instead of the printed roles; by default, the printed roles are
 * applied unchanged.
 */
async function grant(
  cluster: TestCluster,
  account: ServiceAccount,
  graphs: readonly TestGraph[],
  changed: (roles: string) => string = (roles) => roles,
): Promise<Live[]> {
  const name = cluster.namespace;
  const rgds = await Promise.all(graphs.map(({ rgd }) => cluster.get(rgd)));
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: rgds }));
  const printed = await runCommand([
    ...["generate", "rbac", "-f", file, "--controller", "--allow-crd-deletion"],
    ...["-n", name, "--name", name],
  ]);
  await Deno.remove(file);
  assert.equal(printed.code, 0, printed.stderr);
  const text = changed(printed.stdout).replaceAll("kro:controller:base", `${name}-base`);
  await kubectl(["apply", "-f", "-"], { stdin: text });
  const { kubectl: run } = await sharedControlPlane();
  for (const action of [["list", "customresourcedefinitions"], ["create", "configmaps"]]) {
    await eventually(`the permission to ${action.join(" ")}`, async () => {
      const { stdout } = await run(["auth", "can-i", ...action, `--as=${account.user}`]);
      return stdout.trim() === "yes";
    });
  }
  return parseYaml(text, "stdout") as Live[];
}

async function revoke({ namespace }: TestCluster): Promise<void> {
  await kubectl(["delete", "clusterrole,clusterrolebinding", namespace, `${namespace}-base`]);
}

/** Runs a command of kro as the administrator of the control plane. */
async function kro(...args: string[]): Promise<CommandResult> {
  const { kubeconfig } = await sharedControlPlane();
  return await runCommand([...args, "--kubeconfig", kubeconfig]);
}

/**
 * Makes kro use its permissions on all kinds of objects: creates an instance, deletes and changes the
 * instance's objects so that kro restores them, and changes the graph.
 */
async function useGraph(cluster: TestCluster, graph: TestGraph, inner: TestGraph): Promise<void> {
  const metadata = { name: "token", labels: { part: "outer" } };
  await cluster.create({ apiVersion: "v1", kind: "Secret", metadata });
  await active({ cluster }, graph);
  await graph.create("one");
  await graph.active("one");
  const priority = { kind: "PriorityClass.scheduling.k8s.io", name: `one-${cluster.namespace}` };
  const objects = [
    { kind: `Inner.${inner.group}`, name: "one" },
    { kind: "ConfigMap", name: "one-0" },
    { kind: "ServiceAccount", name: "one" },
    priority,
  ];
  for (const at of objects) {
    const { metadata: { uid } } = await cluster.get(at);
    await cluster.delete(at);
    await cluster.until(at, (object) => object.metadata.uid !== uid);
  }
  await graph.active("one");
  for (const at of [priority, { kind: `Inner.${inner.group}`, name: "one" }]) {
    // Removes kro's label from an object, after which the watch reports a deletion. kro then reads the object
    // with GET, and restores the label.
    await cluster.patch(at, { metadata: { labels: { "kro.run/owned": null } } });
    await cluster.until(at, (object) => object.metadata.labels["kro.run/owned"] === "true");
  }
  const next = outer(inner.apiVersion, []);
  await graph.change({ ...next, spec: { ...next.spec, note: "string | default=x" } });
  await cluster.untilGone({ kind: "ServiceAccount", name: "one" });
  await graph.active("one");
}

/**
 * Creates an RGD with a kind that the cluster does not have. While kro waits for the kind, kro watches
 * APIServices.
 */
async function waitForKind(cluster: TestCluster): Promise<void> {
  const name = graphName("Waiting", cluster);
  const template = { apiVersion: `${name}/v1`, kind: "Missing", metadata: { name: NAME } };
  const resources = [{ id: "missing", template }];
  const graph = await TestGraph.create(cluster, { kind: "Waiting", resources }, name);
  await cluster.until(graph.rgd, ({ status }) => status?.state === "Inactive");
  await graph.remove();
}

Deno.test("kro needs exactly the permissions that kro generate rbac prints", async () => {
  await installOwnCrds((await sharedControlPlane()).kubeconfig);
  await using cluster = await TestCluster.open("exact");
  await using account = await serviceAccountIn(cluster.namespace);
  const crds = await cluster.list("CustomResourceDefinition.apiextensions.k8s.io");
  const earlier = new Set(crds.map(({ spec }: Live) => spec.group));
  const inner = await TestGraph.create(cluster, INNER);
  const graph = await TestGraph.create(
    cluster,
    outer(inner.apiVersion, [serviceAccount("pruned", NAME)]),
  );
  using requests = await KroRequests.open(account.user);
  const options = {
    lease: { elect: true, namespace: cluster.namespace },
    allowCrdDeletion: true,
    maxRevisions: 1,
    graphProgressMs: 200,
  };
  const start = () => startController(options, { kubeconfig: account.kubeconfig });
  await using stack = new AsyncDisposableStack();
  let documents: Live[];
  try {
    documents = await grant(cluster, account, [inner, graph]);
    const first = stack.use(await start());
    stack.use(await start());
    await useGraph(cluster, graph, inner);
    await waitForKind(cluster);
    await first.stop();
  } finally {
    await graph.remove();
    await inner.remove();
    // kro reads a CRD once more after its deletion.
    await requests.idle();
    await revoke(cluster);
  }

  const sent = await requests.takeAll();
  const forbidden = sent.filter(({ code, group }) => code === 403 && !earlier.has(group));
  assert.deepEqual([...new Set(forbidden.map(textOf))], [], "forbidden requests");
  const unused = grantedBy(documents).filter((granted) => !sent.some((e) => uses(e, granted)));
  const texts = unused.map((granted) => textOf(granted).replace(graph.group, "GROUP"));
  assert.deepEqual(texts.sort(), UNUSED, "unused permissions");
});

Deno.test("ControllerReady names a missing permission until it is granted, also before an instance needs it", async () => {
  await installOwnCrds((await sharedControlPlane()).kubeconfig);
  await using cluster = await TestCluster.open("lacks");
  await using account = await serviceAccountIn(cluster.namespace);
  const graph = await TestGraph.create(cluster, INNER);
  const withoutPatch = (roles: string) =>
    roles.replace(/(resources: \[configmaps\]\n\s*verbs: .*), patch/, "$1");
  await grant(cluster, account, [graph], withoutPatch);
  await using kro = await startController(
    { lease: { namespace: cluster.namespace }, rightsRecheckMs: 200, graphProgressMs: 200 },
    { kubeconfig: account.kubeconfig },
  );
  const ready = (holds: (message: string) => boolean) =>
    cluster.until(graph.rgd, (rgd) => {
      const { status, message = "" } = condition(rgd, "ControllerReady") ?? {};
      return rgd.status?.state === "Active" && status === "True" && holds(message);
    });
  const lacks =
    "controller is running; kro lacks permissions: patch configmaps; add to kro's role the rules " +
    '[{apiGroups: [""], resources: [configmaps], verbs: [patch]}]';
  try {
    await ready((message) => message === lacks);
    const view = kro.controller.graphRights(graph.rgd.name);
    assert.deepEqual(view?.missing, [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] },
    ]);
    await grant(cluster, account, [graph]);
    await ready((message) => message === "controller is running");

    await graph.create("one", { value: "a" });
    await graph.active("one");
    await grant(cluster, account, [graph], withoutPatch);
    await eventually("the refused repair in the condition", async () => {
      await cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: null } });
      const rgd = await cluster.get(graph.rgd);
      return condition(rgd, "ControllerReady").message === lacks;
    });
    await grant(cluster, account, [graph]);
    await ready((message) => message === "controller is running");
  } finally {
    await graph.removeAll();
    await revoke(cluster);
  }
});

Deno.test("with all permissions, kro reviews its permissions by one request in the whole process", async () => {
  using requests = await KroRequests.open();
  await using cluster = await TestCluster.open("review");
  await using kro = await startController();
  const first = await TestGraph.create(cluster, INNER);
  await first.served();
  const second = await TestGraph.create(cluster, { ...INNER, kind: "Second" });
  await second.served();
  try {
    await second.create("one", { value: "a" });
    await second.active("one");
    await eventually(
      "both graphs are reviewed",
      () => [first, second].every(({ rgd }) => kro.controller.graphRights(rgd.name)?.reviewed),
    );
  } finally {
    await second.removeAll();
    await first.removeAll();
  }
  const sent = await requests.takeAll();
  const reviews = sent.filter(({ resource }) => resource === "selfsubjectaccessreviews");
  assert.deepEqual(reviews.map(({ code }) => code), [201]);
});

Deno.test("kro generate and kro graph read RGDs of the cluster, by name or all of them", async () => {
  await installOwnCrds((await sharedControlPlane()).kubeconfig);
  await using cluster = await TestCluster.open("named");
  const graph = await TestGraph.create(cluster, INNER);
  const { name } = graph.rgd;
  try {
    const named = await kro("generate", "rbac", name);
    assert.equal(named.code, 0, named.stderr);
    assert.ok(named.stdout.includes(`name: kro:graph:${name}\n`), named.stdout);
    assert.ok(named.stdout.includes(`resourceNames: [inners.${graph.group}]`), named.stdout);
    const all = await kro("generate", "rbac", "--all");
    assert.ok(all.stdout.includes(named.stdout), all.stdout);
    const drawing = await kro("graph", name);
    assert.match(drawing.stdout, /<b>config<\/b><br\/>ConfigMap/);
    const misspelled = await kro("graph", `${name}x`);
    assert.equal(misspelled.code, 2);
    assert.ok(misspelled.stderr.includes(`in the cluster; did you mean "${name}"?`));

    const broken = { ...INNER, resources: [configMap("config", "${schema.spec.valu}")] };
    await cluster.replace(graph.rgd, {
      ...await cluster.get(graph.rgd),
      spec: graph.object(broken).spec,
    });
    const refused = await kro("generate", "rbac", name);
    assert.deepEqual({ code: refused.code, stdout: refused.stdout }, { code: 1, stdout: "" });
    assert.match(refused.stderr, new RegExp(`^${name}: node "config": .*unknown field "valu"`));
  } finally {
    await graph.remove();
  }
});
