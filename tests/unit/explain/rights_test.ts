/** Tests of the permissions that kro needs for graphs, and of the RBAC roles that grant them. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  controllerRights,
  escalations,
  graphRights,
  mergeRights,
  missingText,
  namesMissing,
  type Purpose,
  resourceName,
  type Right,
  rolesYaml,
  rulesLine,
  rulesOf,
  ruleYaml,
} from "../../../src/explain/mod.ts";
import { parseYaml } from "../../../src/cli/mod.ts";
import { graphOf, rgd } from "../graph/fixtures.ts";

const NAME = "${schema.metadata.name}";
const ALL = "get/list/watch/create/patch/delete";

function node(id: string, apiVersion: string, kind: string, metadata: JsonObject = {}) {
  return { id, template: { apiVersion, kind, metadata: { name: NAME, ...metadata } } };
}

function external(id: string, kind: string, metadata: JsonObject) {
  return { id, externalRef: { apiVersion: "v1", kind, metadata } };
}

/** Returns the permissions as `resource[@namespaces]: verbs`. */
function outline(rights: readonly Right[]): string[] {
  return rights.map((right) => {
    const { names, namespaces, verbs } = right;
    const at = namespaces ? `@${namespaces.join("+")}` : "";
    return `${resourceName(right)}${names ? ` ${names}` : ""}${at}: ${verbs.join("/")}`;
  });
}

async function rightsOf(resources: unknown[], schema: JsonObject = {}) {
  return graphRights(await graphOf(rgd(schema, resources)));
}

const INSTANCES = [
  "customresourcedefinitions.apiextensions.k8s.io demoes.kro.run: patch",
  "demoes.kro.run: get/list/watch/patch",
  "demoes.kro.run/status: update",
];

Deno.test("a graph needs its instances, their status, its CRD and the kinds of its nodes", async () => {
  const found = await rightsOf([
    node("map", "v1", "ConfigMap"),
    {
      ...node("many", "v1", "Service", { name: "x-${string(i)}" }),
      forEach: [{ i: "${lists.range(2)}" }],
    },
    node("app", "apps/v1", "Deployment"),
    external("token", "Secret", { name: "token" }),
    external("all", "Secret", { selector: { matchLabels: { a: "b" } } }),
  ]);
  assert.deepEqual(outline(found), [
    `configmaps: ${ALL}`,
    "secrets: get/list/watch",
    `services: ${ALL}`,
    INSTANCES[0],
    `deployments.apps: ${ALL}`,
    ...INSTANCES.slice(1),
  ]);
});

Deno.test("with --allow-crd-deletion, kro also deletes instances and the CRD", async () => {
  const graph = await graphOf(rgd({}, [node("map", "v1", "ConfigMap")]));
  const more = outline(graphRights(graph, { allowCrdDeletion: true }));
  assert.ok(more.includes("demoes.kro.run: get/list/watch/patch/delete"), more.join());
  assert.ok(more.some((right) => right.endsWith("demoes.kro.run: patch/delete")), more.join());
});

Deno.test("a namespace is known only if it is a literal and all nodes of the kind have one", async () => {
  const at = (namespace: string) => ({ namespace });
  const cases: [unknown[], string][] = [
    [[node("a", "v1", "ConfigMap", at("one"))], `configmaps@one: ${ALL}`],
    [[node("a", "v1", "ConfigMap", at("${schema.spec.name}"))], `configmaps: ${ALL}`],
    [[node("a", "v1", "ConfigMap", at("x-${schema.spec.name}"))], `configmaps: ${ALL}`],
    [
      [node("a", "v1", "ConfigMap", at("one")), node("b", "v1", "ConfigMap")],
      `configmaps: ${ALL}`,
    ],
    [
      [node("a", "v1", "ConfigMap"), external("b", "ConfigMap", { name: "x", namespace: "one" })],
      `configmaps: ${ALL}`,
    ],
    [[external("b", "Secret", { name: "x", namespace: "one" })], "secrets@one: get/list/watch"],
  ];
  for (const [resources, expected] of cases) {
    const found = outline(await rightsOf(resources, { spec: { name: "string" } }));
    assert.equal(found[0], expected);
    assert.equal(found.filter((right) => right.startsWith(expected.split(/[@:]/)[0]!)).length, 1);
  }
});

Deno.test("roles and bindings among the objects need escalate and bind; external roles do not", async () => {
  const rbac = "rbac.authorization.k8s.io/v1";
  const roleRef = (kind: string, name: string) => ({
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
  });
  const bound = (id: string, kind: string, ref: JsonObject) => {
    const { template } = node(id, rbac, kind);
    return { id, template: { ...template, ...ref } };
  };
  const graph = await graphOf(rgd({ spec: { name: "string" } }, [
    node("role", rbac, "Role"),
    bound("one", "RoleBinding", roleRef("ClusterRole", "view")),
    bound("two", "RoleBinding", roleRef("Role", "${schema.spec.name}")),
    { id: "ext", externalRef: { apiVersion: rbac, kind: "ClusterRole", metadata: { name: "a" } } },
  ]));
  const group = "rbac.authorization.k8s.io";
  assert.deepEqual(outline(escalations(graph)), [
    `clusterroles.${group} view: bind`,
    `roles.${group}: escalate/bind`,
  ]);
  assert.deepEqual(outline(graphRights(graph)).filter((right) => /escalate|bind$/.test(right)), []);
});

const right = (
  group: string,
  resource: string,
  verbs: string[],
  more: Partial<Right> = {},
): Right => ({
  group,
  resource,
  verbs,
  purposes: ["objects" as Purpose],
  ...more,
});

Deno.test("permissions on a resource are merged; a permission that another permission contains is dropped", () => {
  const merged = mergeRights([
    right("", "pods", ["patch", "get"]),
    right("", "pods", ["list", "get"], { purposes: ["external"] }),
    right("", "pods", ["get"], { namespaces: ["one"] }),
    right("", "pods", ["delete"], { namespaces: ["one"] }),
    right("", "secrets", ["get"], { names: ["a"] }),
    right("", "secrets", ["get", "list"]),
  ]);
  assert.deepEqual(outline(merged), [
    "pods: get/list/patch",
    "pods@one: get/delete",
    "secrets: get/list",
  ]);
  assert.deepEqual(merged[0]!.purposes, ["objects", "external"]);
});

Deno.test("resources with equal verbs, names and purposes share a rule", () => {
  const rules = rulesOf([
    right("", "pods", ["get"]),
    right("", "secrets", ["get"]),
    right("apps", "deployments", ["get"]),
    right("", "configmaps", ["get"], { purposes: ["external"] }),
    right("apps", "daemonsets", ["get"], { namespaces: ["a"] }),
    right("apps", "daemonsets", ["list"], { namespaces: ["b"] }),
  ]);
  assert.deepEqual(rules.map(({ resources, verbs }) => `${resources}: ${verbs}`), [
    "configmaps: get",
    "pods,secrets: get",
    "daemonsets: get,list",
    "deployments: get",
  ]);
});

Deno.test("rules are valid YAML in both forms, also with names that YAML reads as other types", () => {
  const rules = rulesOf([
    right("", "pods/status", ["get"], { names: ["on", "a:b", "1.5", "null", "x y"] }),
    right("apps", "deployments", ["list"]),
  ]);
  assert.deepEqual(parseYaml(rules.map(ruleYaml).join(""), "rules"), [rules]);
  assert.deepEqual(parseYaml(rulesLine(rules), "rules"), [rules]);
  assert.ok(!rulesLine(rules).includes("\n"));
});

Deno.test("roles become a ClusterRole with its binding, and Roles where the namespaces are known", () => {
  const rights = [
    right("", "pods", ["get"]),
    right("", "secrets", ["get"], { namespaces: ["one", "two"] }),
  ];
  const content = { name: "kro:graph:a", title: "Title.", rights };
  const subject = { serviceAccount: "kro", namespace: "kro-system" };
  const parsed = (options: Partial<Parameters<typeof rolesYaml>[1]>) =>
    // deno-lint-ignore no-explicit-any -- fields of roles are read freely
    parseYaml(rolesYaml(content, { ...subject, ...options }).join("---\n"), "roles") as any[];
  const kinds = (options: Partial<Parameters<typeof rolesYaml>[1]>) =>
    parsed(options).map(({ kind, metadata: { namespace: at = "" }, rules }) =>
      `${kind} ${at} ${rules?.map((rule: JsonObject) => rule.resources) ?? ""}`.trim()
    );
  assert.deepEqual(kinds({}), ["ClusterRole  pods,secrets", "ClusterRoleBinding"]);
  assert.deepEqual(kinds({ binding: false }), ["ClusterRole  pods,secrets"]);
  assert.deepEqual(kinds({ namespaced: true }), [
    "ClusterRole  pods",
    "ClusterRoleBinding",
    "Role one secrets",
    "RoleBinding one",
    "Role two secrets",
    "RoleBinding two",
  ]);
  const [role] = parsed({ aggregateLabel: { key: "a.b/c", value: "true" } });
  assert.deepEqual(role.metadata.labels, { "a.b/c": "true" });
  const [, binding] = parsed({});
  assert.deepEqual(binding.subjects, [
    { kind: "ServiceAccount", name: "kro", namespace: "kro-system" },
  ]);
  assert.equal(binding.roleRef.name, "kro:graph:a");
});

Deno.test("a ClusterRole names the namespaces in comments, and escalations are comments only", () => {
  const rights = [right("", "secrets", ["get"], { namespaces: ["one"] })];
  const escalation = right("rbac.authorization.k8s.io", "roles", ["escalate"]);
  const [text = ""] = rolesYaml({ name: "a", title: "Title.", rights, escalations: [escalation] }, {
    serviceAccount: "kro",
    namespace: "kro-system",
  });
  assert.match(text, /^# Title\.$/m);
  assert.match(text, /^ {2}# Objects of instances, only in one$/m);
  assert.match(text, /^ {2}# {3}verbs: \[escalate\]$/m);
  // deno-lint-ignore no-explicit-any -- fields of roles are read freely
  const [role] = parseYaml(text, "role") as any[];
  assert.equal(role.rules.length, 1);
});

Deno.test("the text about missing permissions names each of them, and the rules to add", () => {
  assert.equal(missingText([]), "");
  const text = missingText([
    right("", "secrets", ["watch"], { namespaces: ["one"] }),
    right("apps", "deployments", ["create", "patch"]),
  ]);
  assert.equal(
    text,
    "kro lacks permissions: watch secrets in one, create/patch deployments.apps; add to kro's role the rules " +
      '[{apiGroups: [""], resources: [secrets], verbs: [watch]}, ' +
      "{apiGroups: [apps], resources: [deployments], verbs: [create, patch]}]",
  );
  assert.ok(namesMissing(`controller is running; ${text}`));
  assert.ok(!namesMissing("controller is running"));
});

Deno.test("the controller's own permissions depend on its flags, and the Lease is in its namespace", () => {
  const own = (more: Partial<Parameters<typeof controllerRights>[0]> = {}) =>
    outline(controllerRights({ leaseNamespace: "kro", ...more }));
  assert.deepEqual(own().filter((each) => /lease|event|review/.test(each)), [
    "leases.coordination.k8s.io@kro: create",
    "leases.coordination.k8s.io controller.kro.run@kro: get/list/watch/update",
  ]);
  assert.ok(own({ leaderElect: true }).includes("events@kro: create"));
  assert.ok(own({ conditionEvents: true }).includes("events: create/patch"));
  assert.ok(own({ tokenReviews: true }).includes("tokenreviews.authentication.k8s.io: create"));
});
