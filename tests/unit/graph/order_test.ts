import assert from "node:assert/strict";
import fc from "fast-check";
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

Deno.test("topologicalOrder always takes the first node of the list whose dependencies are in the order", () => {
  const lists = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lists, (targets) => {
      const vertices = targets.map((list, index) => ({
        id: `n${index}`,
        dependencies: [...new Set(list.filter((d) => d < targets.length).map((d) => `n${d}`))],
      }));
      const expected: string[] = [];
      for (;;) {
        const next = vertices.find(({ id, dependencies }) =>
          !expected.includes(id) && dependencies.every((d) => expected.includes(d))
        );
        if (!next) break;
        expected.push(next.id);
      }
      const found = topologicalOrder(vertices);
      if (expected.length === vertices.length) {
        assert.deepEqual(found, { ok: true, order: expected });
      } else {assert.ok(
          !found.ok && found.cycle[0] === found.cycle.at(-1) && !expected.includes(found.cycle[0]!),
        );}
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

Deno.test("20,000 nodes in reverse order read their dependencies a bounded number of times", () => {
  let reads = 0;
  const vertices = Array.from({ length: 20_000 }, (_, i) => ({
    id: `n${i}`,
    get dependencies() {
      reads++;
      return i === 19_999 ? [] : [`n${i + 1}`];
    },
  }));
  const found = topologicalOrder(vertices);
  assert.ok(found.ok);
  assert.equal(found.order[0], "n19999");
  assert.ok(reads <= 3 * vertices.length, `${reads} reads`);
});

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
