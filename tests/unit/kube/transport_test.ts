// Tests of the client's HTTP transport over real sockets: throttled and rejected requests, and
// broken connections.
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { connect, type KubeClient } from "../../../src/kube/mod.ts";
import { makeCertificates } from "../../support/controlplane/certificates.ts";
import { pods, serving } from "./serving.ts";

const status = (code: number, message: string, headers = {}) =>
  Response.json({ kind: "Status", code, message }, { status: code, headers });

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("Retry-After of 429 and 503 is honored, and every request is reported", async () => {
  await serving(
    (_, nth) =>
      nth < 3
        ? status(nth === 1 ? 429 : 503, "later", { "retry-after": "0" })
        : Response.json({ ok: true }),
    async ({ client, infos }) => {
      assert.deepEqual(await client.raw("/version?x=1"), { ok: true });
      assert.deepEqual(infos.map((i) => [i.verb, i.resource, i.code]), [
        ["raw", "/version", 429],
        ["raw", "/version", 503],
        ["raw", "/version", 200],
      ]);
    },
  );
});

Deno.test("onRetry and onBody are called for retries and for bodies of every response", async () => {
  const retries: [string, number][] = [];
  const bodies: [string, number][] = [];
  const error = status(429, "later");
  const { length } = await error.text();
  await serving(
    (_, nth) =>
      nth === 1 ? status(429, "later", { "retry-after": "0" }) : Response.json({ ok: true }),
    async ({ client }) => {
      await client.raw("/version");
      assert.deepEqual(retries, [["raw", 429]]);
      assert.deepEqual(bodies, [["raw", length], ["raw", '{"ok":true}'.length]]);
    },
    {
      onRetry: (verb, code) => retries.push([verb, code]),
      onBody: (verb, characters) => bodies.push([verb, characters]),
    },
  );
});

Deno.test("a request is retried at most five times, and not if Retry-After is long", async () => {
  for (const [seconds, tries] of [["0", 6], ["3600", 1]] as const) {
    await serving(
      () => status(429, "too many", { "retry-after": seconds }),
      async ({ client, requests }) => {
        await assert.rejects(
          client.raw("/x"),
          (e) => e instanceof ApiError && e.retryAfterSeconds === Number(seconds),
        );
        assert.equal(requests.length, tries);
      },
    );
  }
});

Deno.test("a 503 without Retry-After is not retried", async () => {
  await serving(() => status(503, "down"), async ({ client, requests }) => {
    await assert.rejects(client.raw("/x"), { message: "GET /x: down" });
    assert.equal(requests.length, 1);
  });
});

Deno.test("after a 401 the credentials are read again exactly once", async () => {
  for (const accepted of ["new", "none"]) {
    let token = "old";
    const sent: (string | null)[] = [];
    await serving(
      (request) => {
        sent.push(request.headers.get("authorization"));
        return sent.at(-1) === accepted ? Response.json({}) : status(401, "Unauthorized");
      },
      async ({ client }) => {
        if (accepted === "new") await client.raw("/x");
        else {
          const text =
            /^ApiError: GET \/x at 127\.0\.0\.1:\d+ with the credentials of test: Unauthorized$/;
          await assert.rejects(client.raw("/x"), text);
        }
        assert.deepEqual(sent, ["old", "new"]);
      },
      {},
      { authorization: () => Promise.resolve(token), forget: () => token = "new" },
    );
  }
});

Deno.test("a redirect is not followed, so that credentials stay with the server", async () => {
  await serving(
    () => new Response(null, { status: 302, headers: { location: "/elsewhere" } }),
    async ({ client, requests }) => {
      await assert.rejects(client.raw("/x"), { message: "GET /x: HTTP 302" });
      assert.equal(requests.length, 1);
    },
    {},
    { authorization: () => Promise.resolve("Bearer t") },
  );
});

Deno.test("a request without a response fails at its timeout, and the next one succeeds", async () => {
  const hang = Promise.withResolvers<Response>();
  await serving(
    (_, nth) => nth === 1 ? hang.promise : Response.json({}),
    async ({ client, requests }) => {
      await assert.rejects(
        client.raw("/x", { timeoutMs: 50 }),
        (e) =>
          e instanceof ApiError && e.reason === "Timeout" && / within 0\.05 s$/.test(e.message),
      );
      await client.raw("/x");
      assert.equal(requests.length, 2);
      hang.resolve(new Response());
    },
  );
});

Deno.test("requests use HTTP/1.1, because over HTTP/2 a longer body waits for a delayed ACK", async () => {
  const { ca, certificate: cert, key } = await makeCertificates();
  const alpnProtocols = ["h2", "http/1.1"];
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key, alpnProtocols });
  const server = `https://127.0.0.1:${listener.addr.port}`;
  const client = connect({ server, ca, namespace: "", origin: "f" }, { userAgent: "kro/test" });
  const answered = client.raw("/x");
  try {
    const connection = await listener.accept();
    const { alpnProtocol } = await connection.handshake();
    assert.equal(alpnProtocol, "http/1.1");
    await connection.write(bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    await answered;
    connection.close();
  } finally {
    client.close();
    listener.close();
  }
});

Deno.test("at most 80 requests are in flight, and the time in the queue does not count towards the timeout", async () => {
  const gate = Promise.withResolvers<void>();
  await serving(
    () => gate.promise.then(() => Response.json({})),
    async ({ client, requests }) => {
      const first = Array.from({ length: 80 }, () => client.raw("/x"));
      const waiting = client.raw("/x", { timeoutMs: 500 });
      const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      while (requests.length < 80) await pause(10);
      await pause(600);
      assert.equal(requests.length, 80);
      gate.resolve();
      await Promise.all([...first, waiting]);
      assert.equal(requests.length, 81);
    },
  );
});

Deno.test("an aggregated API that does not answer leaves connections for other groups", async () => {
  const gate = Promise.withResolvers<void>();
  const kind = { group: "a.b", version: "v1", kind: "A", plural: "as", namespaced: true };
  const list = () => Response.json({ kind: "List", items: [] });
  let count = 0;
  await serving(
    (request) => {
      if (!request.url.includes("/apis/a.b/")) return list();
      if (++count > 40) gate.resolve();
      return gate.promise.then(list);
    },
    async ({ client }) => {
      const silent = Array.from({ length: 100 }, () => client.list(kind));
      await client.list(pods);
      assert.ok(count <= 40, `${count} requests`);
      gate.resolve();
      await Promise.all(silent);
    },
  );
});

/**
 * Accepts connections on a socket. Calls `answer` for each connection, and then closes it. Meanwhile calls
 * `check` with a client of this socket.
 */
async function onSocket(
  answer: (connection: Deno.TcpConn, nth: number) => Promise<void>,
  check: (client: KubeClient, port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const served = (async () => {
    let nth = 0;
    for await (const connection of listener) {
      await answer(connection, ++nth);
      connection.close();
    }
  })();
  const config = { server: `http://127.0.0.1:${port}`, namespace: "", origin: "f" };
  const client = connect(config, { userAgent: "kro/test" });
  try {
    await check(client, port);
  } finally {
    client.close();
    listener.close();
    await served;
  }
}

Deno.test("after a broken connection reads and applies are sent again, and other writes fail", async () => {
  const methods: string[] = [];
  await onSocket(async (connection, nth) => {
    const buffer = new Uint8Array(4096);
    const length = await connection.read(buffer) ?? 0;
    methods.push(new TextDecoder().decode(buffer.subarray(0, length)).split(" ", 1)[0]!);
    // The server closes every second connection without a response.
    if (nth % 2 === 1) return;
    const head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 28\r\n\r\n";
    await connection.write(bytes(`${head}{"kind":"Pod","metadata":{}}`));
  }, async (client, port) => {
    const ref = { kind: pods, namespace: "a", name: "b" };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: {} };
    await client.get(ref);
    await client.apply(ref, pod, { fieldManager: "x" });
    await assert.rejects(
      client.replace(ref, pod, { fieldManager: "x" }),
      (e) =>
        e instanceof ApiError && e.reason === "Unreachable" &&
        e.message.startsWith(`UPDATE pods a/b: cannot reach 127.0.0.1:${port} (from f): `),
    );
    assert.deepEqual(methods, ["GET", "GET", "PATCH", "PATCH", "PUT"]);
  });
});

Deno.test("a watch whose connection breaks yields its complete events and then rejects", async () => {
  const line = JSON.stringify({ type: "ADDED", object: { metadata: { name: "a" } } });
  const text = `${line}\n{"type":`;
  await onSocket(async (connection) => {
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    await connection.read(new Uint8Array(4096));
    await connection.write(bytes(`${head}${text.length.toString(16)}\r\n${text}\r\n`));
  }, async (client) => {
    const names: unknown[] = [];
    const { signal } = new AbortController();
    await assert.rejects(async () => {
      for await (const event of client.watch(pods, { resourceVersion: "1", signal })) {
        if (event.type !== "BOOKMARK") names.push([event.object.kind, event.object.metadata.name]);
      }
    }, (e) => e instanceof ApiError && e.reason === "Unreachable");
    assert.deepEqual(names, [["Pod", "a"]]);
  });
});

Deno.test("closing the client aborts in-flight requests and refuses new ones", async () => {
  const hang = Promise.withResolvers<Response>();
  const reached = Promise.withResolvers<void>();
  await serving(
    () => {
      reached.resolve();
      return hang.promise;
    },
    async ({ client }) => {
      const pending = assert.rejects(client.raw("/x"), { message: "GET /x: the client is closed" });
      await reached.promise;
      client.close();
      await pending;
      await assert.rejects(client.raw("/y"), { message: "GET /y: the client is closed" });
      hang.resolve(new Response());
    },
  );
});

Deno.test("an aborted watch ends without an error", async () => {
  const stop = new AbortController();
  await serving(
    () => new Response(new ReadableStream({ start: () => stop.abort() })),
    async ({ client }) => {
      const events = client.watch(pods, { resourceVersion: "1", signal: stop.signal });
      assert.deepEqual(await Array.fromAsync(events), []);
    },
  );
});

Deno.test("requests beyond the rate limit wait", async () => {
  // With this rate limit, the first request is sent immediately, and the second one hours later.
  const slow = { qps: 0.0001, burst: 1 };
  await serving(() => Response.json({}), async ({ client, requests }) => {
    await client.raw("/x");
    const waiting = assert.rejects(client.raw("/y"), { message: "GET /y: the client is closed" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.close();
    await waiting;
    assert.equal(requests.length, 1);
  }, slow);
});

Deno.test("requests go through the kubeconfig's proxy", async () => {
  await using proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => Response.json({ asked: request.url }),
  );
  const proxyUrl = `http://127.0.0.1:${proxy.addr.port}`;
  const config = { server: "http://k.example:8001", namespace: "", origin: "f", proxyUrl };
  const client = connect(config, { userAgent: "kro/test" });
  assert.deepEqual(await client.raw("/version"), { asked: "http://k.example:8001/version" });
  client.close();
});

Deno.test("a path that the API server returns cannot lead a request with the token to another host", async () => {
  const stolen: string[] = [];
  const other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    stolen.push(request.headers.get("authorization") ?? "");
    return Response.json({});
  });
  const authorization = () => Promise.resolve("Bearer secret");
  await serving(
    () => Response.json({}),
    async ({ client, requests }) => {
      const { port } = other.addr;
      for (const path of [`@127.0.0.1:${port}/x`, `.127.0.0.1.nip.io:${port}/x`, ""]) {
        await assert.rejects(client.raw(path), /the path .*does not start with "\/"/);
      }
      await client.raw(`//127.0.0.1:${port}/x`);
      await client.raw(`/\\127.0.0.1:${port}/x`);
      assert.equal(requests.length, 2);
    },
    {},
    { authorization },
  );
  await other.shutdown();
  assert.deepEqual(stolen, []);
});
