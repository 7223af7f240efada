/**
 * Tests of the fault proxy on a real API server: requests without a fault pass unchanged, and each fault has
 * its documented effect.
 */
import assert from "node:assert/strict";
import { ApiError, type KubeObject } from "../../src/api/mod.ts";
import { eventually } from "../support/wait.ts";
import {
  delay,
  drop,
  type Fault,
  holdAnswer,
  lose,
  loseByReset,
  older,
  refuse,
  reset,
  truncate,
} from "./proxy/mod.ts";
import { throughProxy } from "./proxied_client.ts";
import { CONFIG_MAP } from "../support/kinds.ts";

/**
 * Starts a fault proxy with a client that connects through it. A second client, which connects directly to
 * the API server, checks which objects exist.
 */
async function ground() {
  const userAgent = "proxy-test";
  const through = await throughProxy({ name: "proxy", as: "test", user: "admin", userAgent });
  const { client, admin, namespace } = through;
  return {
    ...through,
    /** Creates a ConfigMap with a request through the fault proxy. */
    create(name: string): Promise<KubeObject> {
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } };
      return client.create(CONFIG_MAP, object, { fieldManager: "test" });
    },
    /** Whether the ConfigMap exists on the API server. */
    has: async (name: string) =>
      await admin.get({ kind: CONFIG_MAP, namespace, name }) !== undefined,
  };
}

Deno.test("a request without a fault passes unchanged, and the record has its client, target and result", async () => {
  await using g = await ground();
  await g.create("one");
  const { items } = await g.client.list(CONFIG_MAP, { namespace: g.namespace });
  assert.deepEqual(items.map((i) => i.metadata.name), ["one"]);
  assert.deepEqual(
    g.proxy.record.map((e) => [e.client, e.verb, e.resource, e.namespace, e.status, e.fault]),
    [
      ["test", "create", "configmaps", g.namespace, 201, "pass"],
      ["test", "list", "configmaps", g.namespace, 200, "pass"],
    ],
  );
  const [created] = g.proxy.record;
  assert.match(created!.agent, /proxy-test/);
  assert.equal(JSON.parse(created!.answer!).metadata.name, "one");
});

/**
 * Test cases. Each contains a fault, whether the API server executes the request (`done`), and the reason of
 * the error that the client receives (`hears`).
 */
const cases: { fault: Fault; done: boolean; hears: string }[] = [
  { fault: drop, done: false, hears: "Unreachable" },
  { fault: lose, done: true, hears: "Unreachable" },
  { fault: truncate(20), done: true, hears: "Unreachable" },
  { fault: refuse(409), done: false, hears: "Conflict" },
  { fault: refuse(410), done: false, hears: "Gone" },
  { fault: refuse(500), done: false, hears: "ServerError" },
  { fault: refuse(504), done: false, hears: "Timeout" },
  { fault: delay(50), done: true, hears: "" },
  { fault: holdAnswer(Promise.resolve()), done: true, hears: "Unreachable" },
];

for (const { fault, done, hears } of cases) {
  Deno.test(`${fault.name}: the server ${done ? "executes" : "does not execute"} the request, and the client gets "${hears}"`, async () => {
    await using g = await ground();
    g.proxy.script = ({ verb }) => verb === "create" ? fault : undefined;
    const heard = await g.create("one").then(() => "", (error: ApiError) => error.reason);
    assert.equal(heard, hears);
    assert.equal(await g.has("one"), done);
    assert.equal(g.proxy.record.at(-1)!.fault, fault.name);
  });
}

Deno.test("429 has a Retry-After, and the client retries", async () => {
  await using g = await ground();
  let refused = 0;
  g.proxy.script = () => ++refused === 1 ? refuse(429, 1) : undefined;
  await g.create("one");
  const [first, second] = g.proxy.record;
  assert.equal(first!.fault, "429 after 1");
  assert.ok(second!.began - first!.began >= 990);
});

Deno.test("a reset breaks all requests of its connection", async () => {
  await using g = await ground();
  await g.create("warm");
  const gate = Promise.withResolvers<void>();
  g.proxy.script = ({ body }) =>
    body.includes('"held"') ? holdAnswer(gate.promise) : body.includes('"hit"') ? reset : undefined;
  const held = assert.rejects(g.create("held"), ApiError);
  await eventually("the server has the held object", () => g.has("held"));
  await g.create("hit").catch(() => {});
  gate.resolve();
  await held;
  assert.equal(await g.has("hit"), false);
});

Deno.test("Deno's fetch repeats a POST when a kept-alive connection is reset", async () => {
  await using g = await ground();
  await g.create("warm");
  g.proxy.script = ({ number }) => number === 2 ? loseByReset : undefined;
  // The API server has executed the first POST, although the client received no response. The repeated POST
  // therefore fails with a conflict. This is why kro's writes must be idempotent.
  await assert.rejects(g.create("twice"), { code: 409, reason: "AlreadyExists" });
  assert.deepEqual(g.proxy.record.map((e) => e.status), [201, 201, 409]);
});

Deno.test("watches repeat, lose and hold events, break, and end with 410", async () => {
  await using g = await ground();
  const { resourceVersion } = await g.client.list(CONFIG_MAP, { namespace: g.namespace });
  const heard: string[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    const options = { namespace: g.namespace, resourceVersion, signal: stop.signal };
    for await (const event of g.client.watch(CONFIG_MAP, options)) {
      if (event.type !== "BOOKMARK") heard.push(event.object.metadata.name!);
    }
  })();
  const ended = watching.then(() => "", (error: ApiError) => error.reason);
  const watch = await eventually("the watch is open", () => [...g.proxy.watches][0]);
  assert.equal(watch.kind, "configmaps");
  const hears = (names: string[]) =>
    eventually(`heard ${names}`, () => heard.join() === names.join());
  watch.mode = "repeat";
  await g.create("a");
  await hears(["a", "a"]);
  watch.mode = "silent";
  await g.create("b");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(heard.length, 2);
  watch.mode = "pass";
  await hears(["a", "a", "b"]);
  watch.mode = "lose";
  await g.create("c");
  await new Promise((resolve) => setTimeout(resolve, 200));
  watch.expire();
  assert.equal(await ended, "Gone");
  assert.equal(heard.length, 3);
  stop.abort();
  await eventually(
    "the server's side is closed",
    () => g.proxy.watches.size === 0,
  );
});

Deno.test("only a list that permits any state gets an older state", async () => {
  await using g = await ground();
  const path = `/api/v1/namespaces/${g.namespace}/configmaps`;
  const names = async (query: string) => {
    const { items } = await g.client.raw(path + query) as { items: KubeObject[] };
    return items.map((i) => i.metadata.name);
  };
  await g.create("one");
  assert.deepEqual(await names(""), ["one"]);
  await g.create("two");
  g.proxy.script = () => older;
  assert.deepEqual(await names("?resourceVersion=0"), ["one"]);
  assert.deepEqual(await names(""), ["one", "two"]);
  assert.deepEqual(await names("?resourceVersion=0&labelSelector=a"), []);
});

Deno.test("a silenced connection delivers its responses later; a stranded one never does", async () => {
  await using g = await ground();
  await g.create("warm");
  const door = await g.proxy.door("test");
  const [connection] = door.connections;
  connection!.silence();
  let answered = false;
  const late = g.create("late").then(() => answered = true);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(answered, false);
  assert.equal(await g.has("late"), false);
  connection!.speak();
  await late;
  connection!.strand();
  const stranded = g.create("stranded").catch((error: ApiError) => error.reason);
  const patience = new Promise((resolve) => setTimeout(() => resolve("nothing"), 300));
  assert.equal(await Promise.race([stranded, patience]), "nothing");
  g.client.close();
  await stranded;
});
