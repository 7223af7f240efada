/**
 * Tests of performWrites, which sends the writes of a publication in their order, and stops when
 * the API server rejects one.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  type ApiErrorReason,
  type JsonObject,
  type KubeObject,
} from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { Answers, performWrites } from "../../../src/publish/perform.ts";
import type { Write } from "../../../src/publish/writes.ts";
import { decided, first, graphs, live } from "./decisions.ts";
import { revision, rgd, SPECS } from "./fixtures.ts";

/**
 * Performs the writes. The request that `refuse.at` describes, such as `create cart-r00001`, fails
 * with `refuse.reason`.
 */
async function performed(
  writes: readonly Write[],
  refuse: { at?: string; reason?: ApiErrorReason; serve?: string } = {},
) {
  const requests: string[] = [];
  const bodies: JsonObject[] = [];
  let version = 1000;
  const request = (verb: string, name: string, body: JsonObject = {}) => {
    requests.push(`${verb} ${name}`);
    bodies.push(body);
    if (`${verb} ${name}` === refuse.at) {
      return Promise.reject(new ApiError("refused", { reason: refuse.reason ?? "Forbidden" }));
    }
    const metadata = { name, resourceVersion: `${++version}` };
    const status = { conditions: [{ type: "Established", status: "True" }] };
    return Promise.resolve({ apiVersion: "v1", kind: "Any", metadata, status } as KubeObject);
  };
  const client = {
    create: (_kind: unknown, object: KubeObject) => request("create", object.metadata.name!),
    mergePatch: (ref: { name: string }, body: JsonObject, options: { subresource?: string }) =>
      request(options.subresource ? `patch/${options.subresource}` : "patch", ref.name, body),
    delete: (ref: { name: string }) => request("delete", ref.name),
  } as unknown as KubeClient;
  const events: string[] = [];
  const refusal = await performWrites(writes, new Answers(), {
    client,
    serve: ({ revision }) => {
      requests.push(`serve ${revision}`);
      bodies.push({});
      return refuse.serve ? Promise.reject(new Error(refuse.serve)) : Promise.resolve();
    },
    events: {
      compiled: () => {},
      statusFailed: (ok) => events.push(`statusFailed ${ok}`),
      retired: (ok) => events.push(`retired ${ok}`),
    },
  });
  return { refusal, requests, bodies, events };
}

const known = { rgd: rgd(SPECS.first, { finalizers: [] }), kind: {} };
const build = { graph: graphs.first, problems: [], uses: [], missing: [], seconds: 0 };
const expected = { writes: [], conditions: [], keepsCrd: true };
/** The writes that publish a new RGD. */
const { writes } = decided({ name: "a new RGD", known: { ...known, build }, expected });

Deno.test("writes are sent in order, without waiting for a CRD that is created as established", async () => {
  const { refusal, requests } = await performed(writes);
  assert.equal(refusal, undefined);
  assert.deepEqual(requests, [
    "patch cart",
    "create cart-r00001",
    "patch/status cart-r00001",
    "create carts.shop.example.com",
    "serve 1",
  ]);
});

Deno.test("a refusal stops the remaining writes and reports the refused part", async () => {
  const cases: [Parameters<typeof performed>[1], string, number][] = [
    [{ at: "create cart-r00001" }, "revision", 2],
    [{ at: "create cart-r00001", reason: "TooLarge" }, "revision", 2],
    [{ at: "patch/status cart-r00001", reason: "Invalid" }, "revision", 3],
    [{ at: "create carts.shop.example.com" }, "kind", 4],
    [{ at: "create carts.shop.example.com", reason: "ServerError" }, "kind", 4],
    [{ serve: "caches are not synced" }, "controller", 5],
  ];
  for (const [refuse, part, count] of cases) {
    const { refusal, requests } = await performed(writes, refuse);
    assert.deepEqual([refusal?.part, requests.length], [part, count]);
  }
});

Deno.test("an error that a retry may fix is thrown instead of reported as a refusal", async () => {
  const cases: [string, ApiErrorReason][] = [
    ["patch cart", "Forbidden"],
    ["create cart-r00001", "AlreadyExists"],
    ["create cart-r00001", "ServerError"],
    ["create carts.shop.example.com", "AlreadyExists"],
  ];
  for (const [at, reason] of cases) {
    await assert.rejects(performed(writes, { at, reason }), { reason }, at);
  }
});

Deno.test("a patch after an earlier write of the same object has the resourceVersion of that write", async () => {
  const old = revision(SPECS.first, graphs.first, 1, { ownerReferences: [] });
  const retiring = decided({
    name: "adopted, then retired",
    known: {
      rgd: rgd(SPECS.compatible),
      build: { ...build, graph: graphs.compatible },
      kind: { live },
      revisions: [old],
    },
    maxRevisions: 1,
    expected,
  });
  const { requests, bodies, events } = await performed(retiring.writes);
  const patches = bodies.filter((_, i) => requests[i] === "patch cart-r00001");
  const versions = patches.map((patch) => (patch.metadata as JsonObject).resourceVersion);
  assert.deepEqual(versions, ["101", "1001"]);
  assert.deepEqual([requests.at(-1), events], ["delete cart-r00001", ["retired true"]]);
});

Deno.test("a revision that is already deleted counts as retired; a failed deletion fails the pass", async () => {
  const second = revision(SPECS.first, graphs.first, 2);
  const retiring = decided({
    name: "retired",
    known: { rgd: rgd(SPECS.first), build, kind: { live }, revisions: [second, first] },
    maxRevisions: 1,
    expected,
  }).writes;
  for (const reason of ["NotFound", "Conflict"] as const) {
    const { events } = await performed(retiring, { at: "delete cart-r00001", reason });
    assert.deepEqual(events, ["retired true"], reason);
  }
  await assert.rejects(performed(retiring, { at: "delete cart-r00001" }), { reason: "Forbidden" });
});
