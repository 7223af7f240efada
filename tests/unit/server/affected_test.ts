/** Tests which answers of the API the live page reads again after an event of the stream. */
import assert from "node:assert/strict";
import { type Changed, isAffected } from "../../../src/server/page/affected.ts";

const PATHS = [
  "/graphs?fields=name",
  "/causes",
  "/graphs/shop",
  "/graphs/shop/revisions",
  "/graphs/shop/instances?limit=100",
  "/graphs/shop/instances/ns/one",
  "/graphs/shop/instances/ns/one/why?node=cm",
  "/graphs/shop/instances/ns/one/compare?from=1&to=2",
  "/graphs/shop/instances/ns/one-more",
  "/graphs/shop/instances/ns/compare",
  "/graphs/shop/instances/ns/compare/object",
  "/graphs/shop/instances/-/wide",
  "/graphs/compare/instances/ns/one",
];

/** The changes, each with the paths that it affects. */
const CASES: [change: Changed, affected: string[]][] = [
  [
    { type: "graph", graph: "shop" },
    PATHS.filter((path) => !/compare\?|^\/graphs\/compare/.test(path)),
  ],
  [{ type: "graph", graph: "compare" }, [PATHS[0]!, PATHS[1]!, PATHS.at(-1)!]],
  [
    { type: "instance", graph: "shop", namespace: "ns", name: "one" },
    [0, 1, 2, 4, 5, 6].map((i) => PATHS[i]!),
  ],
  [
    { type: "instance", graph: "shop", namespace: "ns", name: "compare" },
    [0, 1, 2, 4, 9, 10].map((i) => PATHS[i]!),
  ],
  [
    { type: "instance", graph: "shop", namespace: "", name: "wide" },
    [0, 1, 2, 4, 11].map((i) => PATHS[i]!),
  ],
];

for (const [change, affected] of CASES) {
  Deno.test(`a change of ${Object.values(change).join(" ")} affects ${affected.length} answers`, () => {
    assert.deepEqual(PATHS.filter((path) => isAffected(path, change)), affected);
  });
}
