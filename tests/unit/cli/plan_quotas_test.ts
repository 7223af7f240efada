/** Tests of the notes about ResourceQuotas that several writes of a plan exceed together. */
import assert from "node:assert/strict";
import { ApiError, type KubeObject } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { checkQuotas, quotaNotes } from "../../../src/cli/plan/quotas.ts";
import type { PlannedWrite } from "../../../src/reconcile/mod.ts";

/** Returns the writes of a plan for `count` objects of a resource such as `deployments.apps`. */
function writes(
  resource: string,
  count: number,
  more: Partial<PlannedWrite> = {},
  namespace: string | undefined = "ns",
): PlannedWrite[] {
  const [plural = "", ...group] = resource.split(".");
  const kind = {
    group: group.join("."),
    version: "v1",
    kind: "Any",
    plural,
    namespaced: namespace !== undefined,
  };
  return Array.from({ length: count }, (_, i) => ({
    ref: { kind, namespace, name: `${i}` },
    action: "created",
    ...more,
  }));
}

function quota(
  hard: Record<string, string>,
  used: Record<string, string>,
  spec: KubeObject["spec"] = {},
): KubeObject {
  const metadata = { namespace: "ns", name: "small" };
  return { apiVersion: "v1", kind: "ResourceQuota", metadata, spec, status: { hard, used } };
}

const alone = "the API server checked each object alone";

Deno.test("objects that exceed the count of a quota together are noted, with the free number", () => {
  const cases: [resource: string, key: string][] = [
    ["configmaps", "configmaps"],
    ["configmaps", "count/configmaps"],
    ["pods", "pods"],
    ["deployments.apps", "count/deployments.apps"],
  ];
  for (const [resource, key] of cases) {
    const quotas = [quota({ [key]: "5" }, { [key]: "3" })];
    assert.deepEqual(quotaNotes(writes(resource, 2), quotas), [], key);
    assert.deepEqual(quotaNotes(writes(resource, 3), quotas), [
      `the plan creates 3 ${resource} in namespace ns, but ResourceQuota small allows only 2 more ` +
      `(${key}: 3 of 5 used); ${alone}`,
    ]);
  }
});

Deno.test("a quota whose sums cannot be computed is noted for two objects that it concerns", () => {
  const cases: [resource: string, key: string][] = [
    ["pods", "requests.cpu"],
    ["pods", "limits.memory"],
    ["pods", "requests.nvidia.com/gpu"],
    ["services", "services.loadbalancers"],
    ["persistentvolumeclaims", "requests.storage"],
    ["persistentvolumeclaims", "gold.storageclass.storage.k8s.io/requests.storage"],
    ["resourceclaims.resource.k8s.io", "gpu.deviceclass.resource.k8s.io/devices"],
  ];
  for (const [resource, key] of cases) {
    const quotas = [quota({ [key]: "5", "count/other": "1" }, { [key]: "3", "count/other": "1" })];
    assert.deepEqual(quotaNotes(writes(resource, 1), quotas), [], key);
    assert.deepEqual(quotaNotes(writes("configmaps", 2), quotas), [], key);
    assert.deepEqual(quotaNotes(writes(resource, 2), quotas), [
      `ResourceQuota small limits ${key} in namespace ns: ${alone}, and together they may exceed it`,
    ]);
  }
});

Deno.test("the count of a quota with a scope or without a status cannot be computed", () => {
  const expected = [
    `ResourceQuota small limits pods in namespace ns: ${alone}, and together they may exceed it`,
  ];
  const scoped = quota({ pods: "5" }, { pods: "5" }, { scopes: ["BestEffort"] });
  assert.deepEqual(quotaNotes(writes("pods", 2), [scoped]), expected);
  const fresh = { ...quota({}, {}, { hard: { pods: "5" } }), status: undefined };
  assert.deepEqual(quotaNotes(writes("pods", 2), [fresh as unknown as KubeObject]), expected);
});

Deno.test("only new objects in the namespace of the quota count", () => {
  const quotas = [quota({ configmaps: "5" }, { configmaps: "5" })];
  const others = [
    ...writes("configmaps", 1),
    ...writes("configmaps", 3, {}, "other"),
    ...writes("configmaps", 3, { action: "changed" }),
    ...writes("configmaps", 3, { action: "refused" }),
    ...writes("configmaps", 3, { action: "deleted" }),
    ...writes("configmaps.example.com", 3),
    ...writes("namespaces", 3, {}, undefined),
  ];
  assert.deepEqual(quotaNotes(others.slice(1), quotas), []);
  assert.match(quotaNotes(others, quotas).join(), /creates 1 configmaps in .* allows only 0 more/);
});

/**
 * Returns a client whose lists of quotas fail with the given errors. A key is a namespace, or the empty string
 * for a list of the whole cluster. `asked` contains the keys of all lists.
 */
function clientWith(errors: Record<string, ApiError>, quotas: readonly KubeObject[] = []) {
  const asked: string[] = [];
  const client: Partial<KubeClient> = {
    async *pages(_kind, { namespace = "" } = {}) {
      asked.push(namespace);
      if (errors[namespace]) throw errors[namespace];
      const items = quotas.filter(({ metadata }) => metadata.namespace === namespace);
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
  };
  return { client: client as KubeClient, asked };
}

const forbidden = new ApiError("list resourcequotas: forbidden", {
  reason: "Forbidden",
  code: 403,
});
const silent = new ApiError("list resourcequotas: no response", { reason: "Timeout" });
const together = "the objects that the plan creates may exceed them together";

Deno.test("quotas that cannot be listed are noted with the cause", async () => {
  const cases: [error: ApiError, cause: string][] = [
    [forbidden, "this user may not list resourcequotas"],
    [silent, "list resourcequotas: no response"],
  ];
  for (const [error, cause] of cases) {
    const { client, asked } = clientWith({ ns: error });
    assert.deepEqual(await checkQuotas(client, writes("pods", 2)), [
      `the ResourceQuotas in namespace ns were not checked: ${cause}; ${together}`,
    ]);
    assert.deepEqual(asked, ["ns"]);
    assert.deepEqual(await checkQuotas(client, writes("pods", 1)), []);
  }
});

Deno.test("quotas of the namespaces that can be listed are checked, and the others are noted", async () => {
  const all = ["ns", ...Array.from({ length: 10 }, (_, i) => `n${i}`)];
  const created = all.flatMap((namespace) => writes("pods", 2, {}, namespace));
  const denied = Object.fromEntries(all.slice(1).map((namespace) => [namespace, forbidden]));
  const partial = clientWith({ "": forbidden, ...denied }, [quota({ pods: "5" }, { pods: "4" })]);
  const [note, unchecked, ...others] = await checkQuotas(partial.client, created);
  assert.match(note ?? "", /^the plan creates 2 pods in namespace ns, but ResourceQuota small/);
  assert.equal(
    unchecked,
    "the ResourceQuotas in namespace n0, n1, n2, n3, n4, n5, n6, n7, and 2 more were not checked: " +
      `this user may not list resourcequotas; ${together}`,
  );
  assert.deepEqual([others, partial.asked], [[], ["", ...all]]);

  // An API server that does not respond to one list is not asked once more for each namespace.
  const unreachable = clientWith({ "": silent });
  const [only, ...more] = await checkQuotas(unreachable.client, created);
  assert.match(only ?? "", /namespace ns, n0, .* and 3 more were not checked: .*no response/);
  assert.deepEqual([more, unreachable.asked], [[], [""]]);
});
