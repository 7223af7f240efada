/**
 * Tests of a controller with limited permissions: it may watch a kind only in some namespaces, or may only
 * list the kind.
 */
import assert from "node:assert/strict";
import {
  active,
  condition,
  configMap,
  eventually,
  graphName,
  type GraphSpec,
  kubectl,
  NAME,
  refused,
  startController,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * Grants a user the permissions for kro's own kinds and for instances in this API group, but not
 * for the instances' child objects.
 */
async function baseRights(role: string, group: string, user = role): Promise<void> {
  const rule = (apiGroups: string[], resources: string[]) => ({
    apiGroups,
    resources,
    verbs: ["*"],
  });
  const object = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: role },
    rules: [
      rule(["kro.run", "internal.kro.run", group, "coordination.k8s.io"], ["*"]),
      rule(["apiextensions.k8s.io"], ["customresourcedefinitions"]),
      rule(["apiregistration.k8s.io"], ["apiservices"]),
    ],
  };
  await kubectl(["apply", "-f", "-"], { stdin: object });
  await kubectl(["create", "clusterrolebinding", role, `--clusterrole=${role}`, `--user=${user}`]);
}

/**
 * Grants a user these verbs on ConfigMaps, in one namespace or, without `namespace`, in all
 * namespaces.
 */
async function allow(user: string, verbs: string, namespace?: string): Promise<void> {
  const name = `${user}-maps`;
  const at = namespace ? ["-n", namespace] : [];
  const [role, binding] = namespace
    ? ["role", "rolebinding"]
    : ["clusterrole", "clusterrolebinding"];
  const resource = ["--resource=configmaps", `--verb=${verbs}`];
  await kubectl(["create", ...at, role, name, ...resource]);
  await kubectl(["create", ...at, binding, name, `--${role}=${name}`, `--user=${user}`]);
}

async function dropRights(user: string): Promise<void> {
  const rights = ["clusterrole,clusterrolebinding", user, `${user}-maps`];
  await kubectl(["delete", ...rights, "--ignore-not-found"]);
}

/** An RGD with a single ConfigMap. */
const LOWLY: GraphSpec = {
  kind: "Lowly",
  resources: [configMap("config", NAME, { value: "ours" })],
};

const ALL = "get,list,watch,create,patch,delete";

Deno.test("an RGD reports that kro may not watch its generated kind, and the controller is ready nevertheless", async () => {
  await using cluster = await TestCluster.open("unwatched");
  const user = cluster.namespace;
  const options = { syncTimeoutMs: 1000, graphProgressMs: 200 };
  const start = () => startController(options, { as: user, wait: false });
  await baseRights(user, "other.example.com");
  await allow(user, ALL);
  await using first = await start();
  try {
    const graph = await TestGraph.create(cluster, LOWLY);
    const rgd = await refused({ cluster }, graph, "ControllerReady");
    assert.match(condition(rgd, "ControllerReady").message, /lowlies.* is forbidden: User/);
    await first.stop();
    await using again = await start();
    await eventually("ready", () => again.controller.readiness().ready);
    await baseRights(`${user}-more`, graph.group, user);
    await active({ cluster }, graph);
    await graph.removeAll();
  } finally {
    await dropRights(user);
    await dropRights(`${user}-more`);
  }
});

Deno.test("a kind is watched in the permitted namespaces, listed where only that is permitted, and watched everywhere once permitted", async () => {
  await using cluster = await TestCluster.open("rights");
  const user = cluster.namespace;
  const [watched, listed, neither] = ["watched", "listed", "neither"].map((name) =>
    `${user}-${name}`
  ) as [
    string,
    string,
    string,
  ];
  for (const name of [watched, listed, neither]) await cluster.createNamespace(name);
  const group = `${graphName(LOWLY.kind, cluster)}.example.com`;
  await baseRights(user, group);
  await allow(user, ALL, watched);
  await allow(user, "get,list,create,patch,delete", listed);

  await using _kro = await startController({ instanceRequeueMs: 0 }, { as: user, wait: false });
  const repaired = async (namespace: string) => {
    const at = { kind: "ConfigMap", name: "one", namespace };
    await cluster.patch(at, { data: { value: "theirs" } });
    await cluster.until(at, ({ data }) => data.value === "ours");
  };
  const graph = await TestGraph.create(cluster, LOWLY);
  try {
    await graph.served();
    const create = (namespace: string) => graph.create("one", {}, { namespace });
    const inState = (namespace: string, state: string) =>
      cluster.until(graph.instance("one", namespace), ({ status }) => status?.state === state);

    await create(watched);
    await inState(watched, "ACTIVE");
    await repaired(watched);

    await create(listed);
    await inState(listed, "ACTIVE");
    await repaired(listed);

    await create(neither);
    const { message } = condition(await inState(neither, "ERROR"), "Ready");
    assert.match(message, new RegExp(`configmaps "?.*is forbidden: User "${user}" cannot`));

    await allow(user, ALL);
    await inState(neither, "ACTIVE");
    await repaired(listed);
    await repaired(neither);
    await repaired(watched);
  } finally {
    await graph.removeAll();
    await dropRights(user);
  }
});
