/** Tests of the URL query parameters of the lists that the HTTP endpoint returns. */
import assert from "node:assert/strict";
import type { ControllerView, InstanceView } from "../../../src/controller/mod.ts";
import { createHandler } from "../../../src/server/mod.ts";
import { instance, view } from "../../support/server/view.ts";

async function get(path: string, from: ControllerView = view) {
  const handler = createHandler({ view: from, version: "devel" });
  const response = await handler(new Request(`http://kro${path}`), "127.0.0.1");
  return { status: response.status, body: await response.json() };
}

const INSTANCES = new Map<
  string,
  { state: InstanceView["state"]; labels?: Record<string, string> }
>(
  [
    ["/root", { state: "ACTIVE" }],
    ["kro/a", { state: "ERROR", labels: { app: "shop", tier: "web" } }],
    ["kro/b", { state: "ACTIVE", labels: { app: "shop", tier: "api" } }],
    ["kro2/c", { state: "ERROR", labels: { app: "blog" } }],
    ["shop/d", { state: "" }],
  ],
);

function shops(read: string[] = []): ControllerView {
  return {
    ...view,
    instanceKeys: () => [...INSTANCES.keys()],
    instanceFacts: (_, key) => INSTANCES.get(key),
    instance: (_, key) => {
      read.push(key);
      const [namespace = "", name = ""] = key.split("/");
      return { ...instance(namespace, name), state: INSTANCES.get(key)!.state };
    },
  };
}

async function namesAt(query: string, read?: string[]): Promise<string[]> {
  const { status, body } = await get(`/graphs/a/instances?${query}`, shops(read));
  assert.equal(status, 200, query);
  assert.equal(body.total, body.items.length, query);
  return body.items.map((item: InstanceView) => item.name);
}

Deno.test("lists of instances are filtered by state, namespace and labels", async () => {
  const cases: [string, string[]][] = [
    ["state=ERROR", ["a", "c"]],
    ["namespace=kro", ["a", "b"]],
    ["namespace=-", ["root"]],
    ["namespace=nowhere", []],
    ["state=ERROR&namespace=kro", ["a"]],
    ["labelSelector=app%3Dshop", ["a", "b"]],
    ["labelSelector=app%3Dshop,tier!%3Dweb", ["b"]],
    ["labelSelector=tier%20in%20(web,api)", ["a", "b"]],
    ["labelSelector=!app", ["root", "d"]],
    ["labelSelector=", ["root", "a", "b", "c", "d"]],
  ];
  for (const [query, names] of cases) assert.deepEqual(await namesAt(query), names, query);
});

Deno.test("a filtered list is paged, and only the items of the page are read", async () => {
  const read: string[] = [];
  const path = "/graphs/a/instances?labelSelector=app%3Dshop&limit=1";
  const first = await get(path, shops(read));
  assert.deepEqual(read, ["kro/a"]);
  assert.equal(first.body.total, 2);
  const second = await get(`${path}&continue=${first.body.continue}`, shops(read));
  assert.deepEqual(read, ["kro/a", "kro/b"]);
  assert.equal(second.body.continue, undefined);
});

Deno.test("lists of graphs are filtered by state and labels", async () => {
  const names = async (query: string) =>
    (await get(`/graphs?${query}`)).body.items.map((graph: { name: string }) => graph.name);
  assert.deepEqual(await names("state=Active"), ["a", "b"]);
  assert.deepEqual(await names("labelSelector=tier%20in%20(b,c)"), ["b", "c"]);
});

Deno.test("fields reduces the items of a list to these fields", async () => {
  const graphs = await get("/graphs?fields=name,state&limit=1");
  assert.deepEqual(graphs.body.items, [{ name: "a", state: "Active" }]);
  const instances = await get("/graphs/a/instances?fields=name");
  assert.deepEqual(instances.body.items, [{ name: "root" }, { name: "one" }]);
});

Deno.test("an unknown parameter or a wrong value gets status 400 with the parameter's name", async () => {
  const cases: [string, RegExp][] = [
    ["/graphs?stat=Active", /unknown parameter "stat"; did you mean "state"\?/],
    ["/graphs?namespace=kro", /unknown parameter "namespace"; this path has limit, /],
    ["/graphs/a?limit=1", /unknown parameter "limit"; this path has no parameters/],
    ["/graphs?limit=1&limit=2", /the parameter limit is given twice/],
    ["/graphs?__proto__=1", /unknown parameter "__proto__"/],
    ["/graphs?state=active", /state must not be "active"; did you mean "Active"\?/],
    ["/graphs/a/instances?state=Active", /state must not be "Active"; did you mean "ACTIVE"\?/],
    ["/graphs/a/instances?state=", /state must not be ""; the values are ACTIVE, /],
    ["/graphs/a/instances?fields=nodes", /fields must not be "nodes"; /],
    ["/graphs?fields=name,", /fields must not be ""; the values are name, /],
    ["/graphs/a/instances?namespace=A%2fb", /namespace must be the name of a namespace/],
    ["/graphs?labelSelector=a%20b", /labelSelector: "a b" is not a label selector/],
    ["/graphs?labelSelector=a%3D%24", /labelSelector: .*"\$" is not a label value/],
    ["/graphs?labelSelector=a%3Db)", /labelSelector: .*a parenthesis has no partner/],
  ];
  for (const [path, detail] of cases) {
    const { status, body } = await get(path);
    assert.equal(status, 400, path);
    assert.match(body.detail, detail, path);
  }
});
