/** Tests of the files of the live page: their HTTP headers, their sizes, and that they are up to date. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { pageFiles, storedFiles } from "../../../deploy/tasks/page.ts";
import { createHandler } from "../../../src/server/mod.ts";
import { splitExpressions } from "../../../src/server/page/code.tsx";
import { instanceLink, parseAddress } from "../../../src/server/page/address.ts";
import { differencesOf, mergedDrawing } from "../../../src/server/page/compare.ts";
import { placesOf } from "../../../src/server/page/layout.ts";
import { view } from "../../support/server/view.ts";

const handler = createHandler({ view, version: "devel" });

async function get(path: string, headers: Record<string, string> = {}) {
  return await handler(new Request(`http://kro${path}`, { headers }), "127.0.0.1");
}

Deno.test("the files of the page are those that deno task page writes", async () => {
  assert.deepEqual(await storedFiles(), await pageFiles());
});

Deno.test("the page has less than 200 KB when compressed, and loads files of its own origin only", async () => {
  let size = 0;
  for (const path of ["/", "/page.js", "/page.css", "/icon.svg"]) {
    const response = await get(path, { "accept-encoding": "gzip, br" });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-encoding"), "gzip");
    const policy = response.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'.*img-src 'self'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    const packed = new Uint8Array(await response.arrayBuffer());
    size += packed.length;
    const plain = await get(path);
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.equal(await plain.text(), gunzipSync(packed).toString());
  }
  assert.ok(size < 200_000, `${size} bytes`);
  const html = await (await get("/")).text();
  assert.doesNotMatch(html, /style=|<script>|\bon\w+=|https?:/);
});

Deno.test("a page that has not changed is answered with status 304", async () => {
  const etag = (await get("/page.js")).headers.get("etag")!;
  const again = await get("/page.js", { "if-none-match": etag });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
});

Deno.test("the address of an instance survives names with special characters", () => {
  const link = instanceLink({ graph: "a/b", namespace: "", name: "x?y" }, { node: "ä b" });
  assert.deepEqual(parseAddress(link), {
    path: ["graphs", "a/b", "instances", "-", "x?y"],
    query: { node: "ä b" },
  });
  assert.deepEqual(parseAddress("#/%zz?a=1").path, ["%zz"]);
});

Deno.test("expressions are found in texts, also with braces in strings and in maps", () => {
  const cases: Record<string, string[]> = {
    "plain": ["plain"],
    "a${b}c": ["a", "${b}", "c"],
    "${a}${b}": ["", "${a}", "", "${b}", ""],
    '${{"k": "}"}.k}!': ["", '${{"k": "}"}.k}', "!"],
    "${open": ["", "${open", ""],
  };
  for (const [text, parts] of Object.entries(cases)) {
    assert.deepEqual(splitExpressions(text), parts);
  }
});

Deno.test("a node is to the right of the nodes that it reads", () => {
  const node = (id: string) => ({ id, kind: "Pod", type: "resource", isConditional: false });
  const { nodes, edges } = placesOf([node("a"), node("b")], [{ from: "a", to: "b" }]);
  assert.ok(nodes.get("b")!.x >= nodes.get("a")!.x + nodes.get("a")!.width);
  assert.match(edges.get("a b")!, /^M\d+,\d+.*L\d+,\d+$/);
});

Deno.test("two values are compared field by field, and lists by index", () => {
  assert.deepEqual(
    differencesOf({ a: 1, b: [1, 2], c: {} }, { a: 1, b: [1, 3], d: null }, "spec"),
    [
      { path: "spec.b[1]", a: 2, b: 3 },
      { path: "spec.c", a: {}, b: undefined },
      { path: "spec.d", a: undefined, b: null },
    ],
  );
  assert.deepEqual(differencesOf([], {}), [{ path: "", a: [], b: {} }]);
});

Deno.test("a merged drawing marks the nodes that were added, removed and changed", () => {
  const node = (id: string, value: string) => ({ id, template: { kind: "Pod", value } });
  // The variable `a` of the macro in the node `d` is not the node `a`, so the compiler finds no dependency on it.
  const { nodes, edges } = mergedDrawing(
    {
      resources: [node("a", "1"), node("b", "${a.x + c}"), node("c", "1")],
      dependencies: { b: ["a", "c"], gone: ["a"] },
    },
    {
      resources: [node("a", "1"), node("b", "${a.y}"), node("d", "${b.list.map(a, a.x)}")],
      dependencies: { b: ["a"], d: ["b"] },
    },
  );
  assert.deepEqual(nodes.map(({ id, note }) => `${id} ${note}`), [
    "a equal",
    "b changed",
    "c removed",
    "d added",
  ]);
  assert.deepEqual(edges, [
    { from: "a", to: "b" },
    { from: "c", to: "b" },
    { from: "b", to: "d" },
  ]);
});
