/**
 * Tests of the review of kro's permissions: its requests, its results, and the events that cause another
 * review.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../../src/api/mod.ts";
import {
  isReported,
  RightsReview,
  type RightsReviewDeps,
} from "../../../../src/controller/graphs/rights_review.ts";
import type { ResourceAccess } from "../../../../src/kube/mod.ts";
import { eventually } from "../../../support/wait.ts";
import { configMap, deployment, graphOf, rgd } from "../../graph/fixtures.ts";

const small = await graphOf(rgd({ spec: { name: "string" } }, [configMap("map")]));
const large = await graphOf(
  rgd({ spec: { name: "string" } }, [configMap("map"), deployment("app")]),
);

/** A permission in the form `verb resource[@namespace]`, such as `get pods@kube-system`. */
type Permission = string;

function textOf({ verb, resource, subresource, namespace }: ResourceAccess): Permission {
  const at = namespace ? `@${namespace}` : "";
  return `${verb} ${resource}${subresource ? `/${subresource}` : ""}${at}`;
}

/** Creates a review for a user who has all permissions except the denied ones. */
function setUp(denied: Set<Permission>, options: Partial<RightsReviewDeps> = {}) {
  const asked: Permission[] = [];
  const results: string[] = [];
  const review = new RightsReview({
    mayAccess: (access) => {
      asked.push(textOf(access));
      return Promise.resolve(!denied.has(textOf(access)));
    },
    reviewed: (graph, warning) => results.push(`${graph}: ${warning}`),
    ...options,
  });
  const settled = (count: number) =>
    eventually(`${count} results`, () => results.length >= count, undefined, 1);
  return { review, asked, results, settled, [Symbol.dispose]: () => review.stop() };
}

/** The permission for all verbs on all resources. The review asks about this permission first. */
const EVERYTHING = "* *";
const MAPS = ["get", "list", "watch", "create", "patch", "delete"].map((v) => `${v} configmaps`);

Deno.test("with all permissions, one request is enough for all graphs", async () => {
  using t = setUp(new Set());
  t.review.review("a", small);
  t.review.review("b", large);
  await t.settled(2);
  t.review.review("a", small);
  await t.settled(3);
  assert.deepEqual(t.asked, [EVERYTHING]);
  assert.deepEqual(t.results, ["a: ", "b: ", "a: "]);
  assert.equal(t.review.warning("a"), "");
  assert.deepEqual(t.review.of("a")?.missing, []);
});

Deno.test("without all permissions, graphs share one request for each resource and verb", async () => {
  using t = setUp(new Set([EVERYTHING, "patch configmaps", "watch deployments"]));
  t.review.review("a", small);
  t.review.review("b", large);
  await t.settled(2);
  assert.equal(new Set(t.asked).size, t.asked.length);
  assert.deepEqual(t.asked.filter((each) => each.endsWith("configmaps")), MAPS);
  const [a = "", b = ""] = t.results.toSorted();
  assert.match(a, /^a: kro lacks permissions: patch configmaps; .*verbs: \[patch\]}\]$/);
  assert.match(b, /: patch configmaps, watch deployments\.apps; /);
});

Deno.test("a permission in each namespace that the templates name suffices", async () => {
  const graph = await graphOf(rgd({}, [configMap("map", {}, { name: "x", namespace: "one" })]));
  const wide = MAPS;
  using t = setUp(new Set([EVERYTHING, ...wide]));
  t.review.review("a", graph);
  await t.settled(1);
  assert.deepEqual(t.results, ["a: "]);
  using other = setUp(new Set([EVERYTHING, ...wide, "patch configmaps@one"]));
  other.review.review("a", graph);
  await other.settled(1);
  assert.match(other.results[0]!, /: patch configmaps in one; /);
});

Deno.test("only missing permissions are reviewed again, until they are granted", async () => {
  const denied = new Set([EVERYTHING, "patch configmaps"]);
  using t = setUp(denied, { recheckMs: 1 });
  t.review.review("a", small);
  await t.settled(3);
  denied.clear();
  await eventually("granted", () => t.results.at(-1) === "a: ", undefined, 1);
  const again = t.asked.filter((each) => t.asked.indexOf(each) !== t.asked.lastIndexOf(each));
  assert.deepEqual([...new Set(again)], ["patch configmaps"]);
});

Deno.test("a 403 response causes one review of all graphs, and only for resources that graphs use", async () => {
  const denied = new Set<Permission>();
  using t = setUp(denied);
  t.review.review("a", small);
  t.review.review("b", large);
  await t.settled(2);
  t.review.forbidden("secrets");
  assert.deepEqual(t.asked, [EVERYTHING]);
  for (const each of [EVERYTHING, "delete deployments"]) denied.add(each);
  t.review.forbidden("deployments.apps");
  t.review.forbidden("deployments.apps");
  await t.settled(4);
  assert.equal(t.asked.filter((each) => each === EVERYTHING).length, 2);
  assert.deepEqual(t.results.slice(2).map((each) => each.split(";")[0]), [
    "a: ",
    "b: kro lacks permissions: delete deployments.apps",
  ]);
});

Deno.test("a refused review leaves the result unknown, and the next review asks again", async () => {
  let isRefused = true;
  const asked: Permission[] = [];
  using t = setUp(new Set(), {
    mayAccess: (access) => {
      asked.push(textOf(access));
      const error = new ApiError("no", { reason: "Forbidden" });
      return isRefused ? Promise.reject(error) : Promise.resolve(true);
    },
  });
  t.review.review("a", small);
  t.review.review("b", small);
  await eventually("both asked", () => asked.length >= 1, undefined, 1);
  assert.equal(t.review.warning("a"), undefined);
  assert.equal(t.review.of("a")?.missing, undefined);
  isRefused = false;
  t.review.review("a", small);
  await t.settled(1);
  assert.deepEqual(t.results, ["a: "]);
});

Deno.test("the review of a deleted graph has no result", async () => {
  using t = setUp(new Set());
  t.review.review("a", small);
  t.review.forget("a");
  t.review.review("b", small);
  await t.settled(1);
  assert.deepEqual(t.results, ["b: "]);
  assert.equal(t.review.of("a"), undefined);
});

Deno.test("isReported: a warning must be in the condition; an empty warning needs a condition without warning", () => {
  const withMessage = (message: string) => {
    const condition = { type: "ControllerReady", status: "True", message };
    const object = { ...rgd({}, []), status: { conditions: [condition] } };
    return object as unknown as Parameters<typeof isReported>[0];
  };
  const warning = "kro lacks permissions: patch pods; add …";
  assert.ok(isReported(withMessage(`controller is running; ${warning}`), warning));
  assert.ok(!isReported(withMessage("controller is running"), warning));
  assert.ok(!isReported(withMessage(`controller is running; ${warning}`), ""));
  assert.ok(isReported(withMessage("controller is running"), ""));
  assert.ok(isReported(rgd({}, []), ""));
});
