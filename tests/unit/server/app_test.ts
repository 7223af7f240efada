/** Tests of the HTTP endpoint that serves the controller's view of RGDs and instances. */
import assert from "node:assert/strict";
import type { GraphView, InstanceView } from "../../../src/controller/mod.ts";
import {
  type ClientLimits,
  createHandler,
  createMetricsHandler,
  listen,
  ListenError,
  parseAddress,
} from "../../../src/server/mod.ts";
import { instance, RULE, view } from "../../support/server/view.ts";
import { untilClosed } from "../../support/server/raw.ts";

const handler = createHandler({ view, version: "devel" });

async function get(path: string, method = "GET") {
  const response = await handler(new Request(`http://kro${path}`, { method }), "127.0.0.1");
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text, json: () => JSON.parse(text) };
}

Deno.test("/healthz answers 200 while /readyz answers 503 with the missing parts", async () => {
  for (const path of ["/healthz", "/healthz/healthz"]) assert.equal((await get(path)).status, 200);
  for (const path of ["/readyz", "/readyz/readyz"]) {
    const ready = await get(path);
    assert.equal(ready.status, 503);
    assert.match(ready.text, /cache of apps\.x\.dev is not synced/);
  }
});

Deno.test("/graphs/NAME/rights returns the permissions that kro needs and the permissions that kro lacks", async () => {
  const answer = await get("/graphs/a/rights");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json().missing, [RULE]);
  const unknown = await get("/graphs/x/rights");
  assert.equal(unknown.status, 404);
  assert.match(unknown.text, /no graph/);
});

Deno.test("/healthz answers 500 with the problem while a reconciliation hangs", async () => {
  const health = () => ({ healthy: false, problem: "the pass over a has run for 700 s" });
  const sick = createHandler({ view: { ...view, health }, version: "devel" });
  const answer = await sick(new Request("http://kro/healthz"), "10.0.0.1");
  assert.equal(answer.status, 500);
  assert.match(await answer.text(), /not healthy: the pass over a has run for 700 s/);
});

Deno.test("guarded /metrics requires authorization; /healthz does not, and the metrics address serves nothing else", async () => {
  const verdicts = { "Bearer good": "allowed", "Bearer other": "forbidden" } as const;
  const asked: (string | null)[] = [];
  const mayReadMetrics = (authorization: string | null) => {
    asked.push(authorization);
    if (authorization === "Bearer late") return Promise.reject(new Error("no answer"));
    const verdict = verdicts[authorization as keyof typeof verdicts];
    return Promise.resolve(verdict ?? "unauthenticated" as const);
  };
  const options = { view, version: "devel", mayReadMetrics };
  for (const guarded of [createHandler(options), createMetricsHandler(options)]) {
    const status = async (path: string, authorization?: string) => {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const response = await guarded(new Request(`http://kro${path}`, { headers }), "10.0.0.1");
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status("/metrics"), 401);
    assert.equal(await status("/metrics", "Bearer bad"), 401);
    assert.equal(await status("/metrics", "Bearer other"), 403);
    assert.equal(await status("/metrics", "Bearer late"), 503);
    assert.equal(await status("/metrics", "Bearer good"), 200);
    asked.length = 0;
    await status("/healthz");
    assert.deepEqual(asked, []);
  }
  const metricsOnly = createMetricsHandler({ view, version: "devel" });
  for (const [path, code] of [["/metrics", 200], ["/graphs", 404], ["/healthz", 404]] as const) {
    assert.equal((await metricsOnly(new Request(`http://kro${path}`), "10.0.0.1")).status, code);
  }
});

Deno.test("/metrics serves Prometheus text, and /version serves JSON", async () => {
  const metrics = await get("/metrics");
  assert.match(metrics.type, /^text\/plain; version=0\.0\.4/);
  assert.equal(metrics.text, "up 1\n");
  assert.deepEqual((await get("/version")).json(), { version: "devel" });
});

Deno.test("methods other than GET and HEAD are refused, also on unknown paths", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    for (const path of ["/graphs", "/nowhere"]) {
      const answer = await get(path, method);
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.type, "application/problem+json");
    }
  }
  assert.equal((await get("/graphs", "HEAD")).status, 200);
});

Deno.test("/graphs is paged and lists every graph exactly once", async () => {
  const first = (await get("/graphs?limit=2")).json();
  assert.deepEqual(first.items.map((g: GraphView) => g.name), ["a", "b"]);
  assert.equal(first.total, 3);
  const second = (await get(`/graphs?limit=2&continue=${first.continue}`)).json();
  assert.deepEqual(second.items.map((g: GraphView) => g.name), ["c"]);
  assert.equal(second.continue, undefined);
});

Deno.test("an invalid page query or an unknown name gets a problem document with a hint", async () => {
  const cases: [string, number, RegExp][] = [
    ["/graphs?limit=0", 400, /limit must be a whole number/],
    ["/graphs?limit=1e2", 400, /limit/],
    ["/graphs?continue=%%%", 400, /continue/],
    ["/graphs/zzz", 404, /no graph "zzz"/],
    ["/graphs/zzz/instances", 404, /no graph "zzz"/],
    ["/graphs/a/instances/kro/none", 404, /no instance "kro\/none"/],
    ["/nowhere", 404, /try \/graphs/],
  ];
  for (const [path, status, detail] of cases) {
    const answer = await get(path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.type, "application/problem+json", path);
    assert.match(answer.json().detail, detail, path);
  }
});

Deno.test("an instance is addressed by namespace and name, a cluster-scoped one by name alone", async () => {
  const list = (await get("/graphs/a/instances")).json();
  assert.deepEqual(list.items.map((i: InstanceView) => i.name), ["root", "one"]);
  assert.equal(list.items[0].nodes, undefined);
  assert.equal((await get("/graphs/a/instances/kro/one")).json().nodes[0].state, "Ready");
  for (const path of ["/graphs/a/instances/root", "/graphs/a/instances/-/root"]) {
    assert.equal((await get(path)).json().name, "root", path);
  }
});

Deno.test("responses have sorted keys, so that they can be compared line by line", async () => {
  const { text } = await get("/graphs/a");
  const keys = [...text.matchAll(/^ {2}"(\w+)"/gm)].map((m) => m[1]);
  assert.deepEqual(keys, keys.toSorted());
});

Deno.test("parseAddress accepts the address forms of Kubernetes components", () => {
  assert.deepEqual(parseAddress(":8079"), { hostname: "0.0.0.0", port: 8079 });
  assert.deepEqual(parseAddress("127.0.0.1:0"), { hostname: "127.0.0.1", port: 0 });
  assert.deepEqual(parseAddress("[::1]:80"), { hostname: "::1", port: 80 });
  for (const bad of ["8079", ":", ":x", ":70000", "a:b:1"]) {
    assert.throws(() => parseAddress(bad), ListenError, bad);
  }
});

Deno.test("listening on an address in use throws a ListenError that names the address", async () => {
  const first = await listen("127.0.0.1:0", handler);
  const address = new URL(first.url).host;
  try {
    assert.equal(await (await fetch(`${first.url}/healthz`)).text(), "ok\n");
    await assert.rejects(listen(address, handler), {
      name: "ListenError",
      message: new RegExp(`cannot listen on ${address}`),
    });
  } finally {
    await first.close();
  }
});

Deno.test("closing the server does not wait for a client's idle connection", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  const { hostname, port } = new URL(listening.url);
  using idle = await Deno.connect({ hostname, port: Number(port) });
  await idle.write(new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: kro\r\n\r\n"));
  assert.ok(await idle.read(new Uint8Array(1024)));
  await listening.close();
  await assert.rejects(Deno.connect({ hostname, port: Number(port) }));
});

Deno.test("by default the API answers clients on the loopback interface only", async () => {
  const status = async (path: string, remote: string, headers: Record<string, string> = {}) => {
    const response = await handler(new Request(`http://kro${path}`, { headers }), remote);
    await response.body?.cancel();
    return response.status;
  };
  const guarded = [
    "/graphs",
    "/graphs/a",
    "/graphs/a/instances",
    "/graphs/a/instances/kro/one",
    "/x",
    "/",
  ];
  for (const path of guarded) {
    for (const remote of ["10.0.0.1", "127.0.0.6", "fe80::1", "", "::ffff:10.0.0.1"]) {
      assert.equal(await status(path, remote), 403, `${path} ${remote}`);
    }
    const ofProxies = [
      "forwarded",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-real-ip",
      "x-envoy-external-address",
      "via",
    ];
    for (const name of ofProxies) {
      assert.equal(await status(path, "127.0.0.1", { [name]: "x" }), 403);
    }
    assert.equal(await status(path, "127.0.0.1", { host: "evil.example:8079" }), 403);
  }
  for (const remote of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    for (const host of ["localhost:8079", "127.0.0.1", "[::1]:8079"]) {
      assert.equal(await status("/graphs", remote, { host }), 200);
    }
  }
  for (const path of ["/healthz", "/metrics", "/version"]) {
    assert.equal(await status(path, "10.0.0.1"), 200);
  }
});

Deno.test("with a guard the API requires a token, also on the loopback interface; health does not", async () => {
  const mayReadApi = (authorization: string | null) =>
    Promise.resolve(
      authorization === "Bearer good" ? "allowed" as const : "unauthenticated" as const,
    );
  const open = createHandler({ view, version: "devel", mayReadApi });
  for (const remote of ["10.0.0.1", "127.0.0.1"]) {
    const status = async (path: string, authorization: string) =>
      (await open(new Request(`http://kro${path}`, { headers: { authorization } }), remote)).status;
    assert.equal(await status("/graphs", "Bearer bad"), 401);
    assert.equal(await status("/graphs", "Bearer good"), 200);
    assert.equal(await status("/healthz", "Bearer bad"), 200);
  }
});

Deno.test("a standby names the leader, and in a pod the command that reaches it", async () => {
  let leader: string | undefined;
  const standby = () => ({ namespace: "kro-system", leader });
  const options = { view: { ...view, standby }, version: "devel", port: 9000 };
  const waiting = createHandler({ ...options, inPod: true });
  const outside = createHandler(options);
  const ask = (path: string, remote = "127.0.0.1") =>
    waiting(new Request(`http://kro${path}`), remote);
  for (const path of ["/graphs", "/graphs/a", "/graphs/a/instances/kro/one"]) {
    leader = undefined;
    assert.match(await (await ask(path)).text(), /no other process holds the Lease/);
    leader = "kro-1";
    const answer = await ask(path);
    assert.equal(answer.status, 503);
    const { detail } = await answer.json();
    assert.match(detail, /: kubectl -n kro-system port-forward pod\/kro-1 9000$/);
    const other = await outside(new Request(`http://kro${path}`), "127.0.0.1");
    assert.match((await other.json()).detail, /; send the request to the leader on kro-1$/);
    assert.equal((await ask(path, "10.0.0.1")).status, 403);
  }
  for (const path of ["/healthz", "/version", "/openapi.json"]) {
    assert.equal((await ask(path)).status, 200);
  }
});

Deno.test("a page reads its own items only, and pages hold every key once", async () => {
  const keys = Array.from({ length: 2000 }, (_, i) => `n/${String(i).padStart(4, "0")}`);
  const read: string[] = [];
  const many = createHandler({
    view: {
      ...view,
      instanceKeys: () => keys,
      instance: (_, key) => {
        read.push(key);
        return instance("n", key.slice(2));
      },
    },
    version: "devel",
  });
  const get = async (path: string) =>
    await (await many(new Request(`http://kro${path}`), "127.0.0.1")).json();
  for (let at = ""; at !== undefined;) {
    const before = read.length;
    const answer = await get(`/graphs/a/instances?limit=300${at && `&continue=${at}`}`);
    assert.equal(read.length - before, answer.items.length);
    at = answer.continue;
  }
  assert.deepEqual(read, keys);
  read.length = 0;
  await get("/graphs/a/instances/n/0003");
  assert.deepEqual(read, ["n/0003"]);
});

Deno.test("a half-sent request ends, and an address has a number of connections", async () => {
  const limits = { requestMs: 200, checkMs: 50, connectionsOfAddress: 2 };
  const listening = await listen("127.0.0.1:0", handler, limits);
  const { hostname, port } = new URL(listening.url);
  const connect = () => Deno.connect({ hostname, port: Number(port) });
  const half = [await connect(), await connect()];
  for (const connection of half) {
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n"));
  }
  const third = await connect();
  assert.equal(await untilClosed(third), "");
  for (const connection of half) assert.match(await untilClosed(connection), /^HTTP\/1\.1 408/);
  assert.equal((await fetch(`${listening.url}/healthz`)).status, 200);
  for (const connection of [...half, third]) connection.close();
  await listening.close();
});

Deno.test("a connection without traffic is closed, and so is one beyond the maximum", async () => {
  const closes = async (limits: Partial<ClientLimits>, earlier: number) => {
    const listening = await listen("127.0.0.1:0", handler, limits);
    const { hostname, port } = new URL(listening.url);
    const connect = () => Deno.connect({ hostname, port: Number(port) });
    const open = [];
    for (let i = 0; i < earlier; i++) open.push(await connect());
    using last = await connect();
    // The server closes the connection `last` without a response, because the client has sent no part of a
    // request on it. Only a request that exceeds its time limit gets a response, with status 408.
    assert.equal(await untilClosed(last), "");
    for (const connection of open) connection.close();
    await listening.close();
  };
  await closes({ silentMs: 100 }, 0);
  await closes({ connections: 2 }, 2);
});

Deno.test("the endpoint passes the address and the Host of a client to the handler", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  const { hostname, port } = new URL(listening.url);
  for (const [host, code] of [["localhost", 200], ["evil.example", 403]] as const) {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const text = `GET /graphs HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(text));
    assert.match(await untilClosed(connection), new RegExp(`^HTTP/1\\.1 ${code}`), host);
  }
  await listening.close();
});

Deno.test("a malformed Host, a HEAD request and a method that fetch forbids get a response", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  const { hostname, port } = new URL(listening.url);
  const answer = async (text: string) => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(text));
    return await untilClosed(connection);
  };
  const close = "Connection: close\r\n\r\n";
  assert.match(
    await answer(`GET /healthz HTTP/1.1\r\nHost: [[[\r\n${close}`),
    /^HTTP\/1\.1 200.*ok\n$/s,
  );
  assert.match(
    await answer(`HEAD /graphs HTTP/1.1\r\nHost: localhost\r\n${close}`),
    /^HTTP\/1\.1 200.*\r\n\r\n$/s,
  );
  assert.match(
    await answer(`TRACE / HTTP/1.1\r\nHost: a\r\n${close}`),
    /^HTTP\/1\.1 405 .*allow: GET, HEAD\r\n/s,
  );
  await listening.close();
});
