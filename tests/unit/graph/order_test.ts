import assert from "node:assert/strict";
import { applyOrders, topologicalOrder } from "../../../src/graph/order.ts";

/**
 * Parses a dependency graph. Nodes are separated by spaces, and `d:b,c` means that d depends on b
 * and c.
 */
const graph = (text: string) =>
  text.split(" ").map((vertex) => {
    const [id, dependencies] = vertex.split(":");
    return { id: id!, dependencies: dependencies ? dependencies.split(",") : [] };
  });

for (
  const [text, expected] of [
    ["d:b a c:d b e", "a b d c e"],
    ["a b c", "a b c"],
    ["c:b b:a a", "a b c"],
    ["x:z,y y z", "y z x"],
  ] as const
) {
  Deno.test(`topologicalOrder of ${text} is ${expected}`, () => {
    assert.deepEqual(topologicalOrder(graph(text)), { ok: true, order: expected.split(" ") });
  });
}

Deno.test("a cycle is reported from its first vertex back to it, without vertices that only lead to it", () => {
  assert.deepEqual(topologicalOrder(graph("entry:a a:b b:c c:a free")), {
    ok: false,
    cycle: ["a", "b", "c", "a"],
  });
});

for (
  const [text, expected] of [
    ["service:deployment deployment:account account", { service: 3, deployment: 2, account: 1 }],
    ["a:b b alone", { a: 2, b: 1, alone: 2 }],
    ["a:b,c b:c c", { a: 3, b: 2, c: 1 }],
    ["one", { one: 1 }],
  ] as const
) {
  Deno.test(`applyOrders numbers dependents above their dependencies: ${text}`, () => {
    const vertices = graph(text);
    const result = topologicalOrder(vertices);
    assert.ok(result.ok);
    assert.deepEqual(Object.fromEntries(applyOrders(vertices, result.order)), expected);
  });
}
