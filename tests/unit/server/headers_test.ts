/**
 * Tests of the HTTP endpoint's response headers for browsers and caches, and of requests with unusual paths.
 */
import assert from "node:assert/strict";
import { createHandler, createMetricsHandler, listen } from "../../../src/server/mod.ts";
import { rawAnswer } from "../../support/server/raw.ts";
import { view } from "../../support/server/view.ts";

const options = { view, version: "devel" };
const handler = createHandler(options);

function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  return handler(new Request(`http://kro${path}`, { method, headers }), "127.0.0.1");
}

function assertSecure({ headers }: Response, path: string): void {
  assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'/, path);
  assert.equal(headers.get("x-content-type-options"), "nosniff", path);
  assert.equal(headers.get("referrer-policy"), "no-referrer", path);
  assert.match(headers.get("cache-control") ?? "", /no-store|no-cache/, path);
  const cors = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
  assert.deepEqual(cors, [], path);
}

Deno.test("every response has the security headers, and none has a CORS header", async () => {
  const paths = [
    "/healthz",
    "/readyz",
    "/version",
    "/metrics",
    "/graphs",
    "/graphs/a",
    "/graphs/z",
  ];
  for (const path of [...paths, "/graphs?limit=0", "/nowhere"]) {
    assertSecure(await ask(path, { origin: "http://evil.example" }), path);
  }
  assertSecure(await ask("/graphs", { host: "evil.example" }), "another host");
  assertSecure(await ask("/graphs", {}, "OPTIONS"), "OPTIONS");
  const metrics = createMetricsHandler(options);
  for (const path of ["/metrics", "/graphs"]) {
    assertSecure(await metrics(new Request(`http://kro${path}`), "10.0.0.1"), path);
  }
});

Deno.test("a list and an item have an ETag, and If-None-Match with the ETag gets status 304", async () => {
  for (
    const path of ["/graphs", "/graphs/a", "/graphs/a/instances", "/graphs/a/instances/kro/one"]
  ) {
    const first = await ask(path);
    const tag = first.headers.get("etag")!;
    assert.match(tag, /^"[^"]+"$/, path);
    for (const match of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const second = await ask(path, { "if-none-match": match });
      assert.equal(second.status, 304, `${path} ${match}`);
      assert.equal(await second.text(), "");
      assert.equal(second.headers.get("etag"), tag);
      assertSecure(second, path);
    }
    const changed = await ask(path, { "if-none-match": '"other"' });
    assert.equal(changed.status, 200);
    assert.equal(await changed.text(), await first.text());
  }
  assert.equal((await ask("/graphs/z")).headers.get("etag"), null);
});

Deno.test("an ETag changes with the content", async () => {
  let instances = 1;
  const changing = createHandler({
    ...options,
    view: { ...view, graph: (name) => ({ ...view.graph(name)!, instances: instances++ }) },
  });
  const tag = async () =>
    (await changing(new Request("http://kro/graphs/a"), "127.0.0.1")).headers.get("etag");
  assert.notEqual(await tag(), await tag());
});

Deno.test("a response to HEAD has the Content-Length of GET, and one with status 304 has none", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  const send = (method: string, extra = "") =>
    rawAnswer(
      listening.url,
      `${method} /graphs/a HTTP/1.1\r\nHost: localhost\r\n${extra}Connection: close\r\n\r\n`,
    );
  const length = (answer: string) => /^content-length: (\d+)\r$/im.exec(answer)?.[1];
  const full = await send("GET");
  const head = await send("HEAD");
  assert.ok(Number(length(full)) > 0);
  assert.equal(length(head), length(full));
  assert.match(head, /\r\n\r\n$/);
  const tag = /^etag: (.*)\r$/im.exec(head)![1];
  const unchanged = await send("GET", `If-None-Match: ${tag}\r\n`);
  assert.match(unchanged, /^HTTP\/1\.1 304 /);
  assert.equal(length(unchanged), undefined);
  assert.match(unchanged, /\r\n\r\n$/);
  await listening.close();
});

Deno.test("unusual paths neither reach another resource nor end in a server error", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  const cases: [string, number][] = [
    ["//graphs", 404],
    ["/graphs//a", 404],
    ["/graphs/a/", 404],
    ["/healthz/../graphs", 200],
    ["/graphs/a/instances/../../b", 200],
    ["/graphs/..%2fmetrics", 404],
    ["/graphs/a%2finstances", 404],
    ["/graphs/a/instances/kro%2fone", 404],
    ["/graphs/a/instances/-/kro%2fone", 404],
    ["/graphs/%00", 404],
    ["/graphs/a%00", 404],
    ["/graphs/%ff%fe", 404],
    ["/graphs/%", 404],
    ["/graphs/__proto__", 404],
    ["/graphs/constructor/instances", 404],
    [`/${"a".repeat(10_000)}`, 404],
    [`/${"a/".repeat(5000)}`, 404],
    [`/${"a".repeat(100_000)}`, 431],
    ["*", 404],
    ["http://evil.example/graphs", 404],
  ];
  for (const [path, status] of cases) {
    const answer = await rawAnswer(
      listening.url,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), path.slice(0, 80));
  }
  await listening.close();
});

Deno.test("a client of HTTP/1.0 gets a response with a length, and the connection is closed", async () => {
  const listening = await listen("127.0.0.1:0", handler);
  for (const host of ["", "Host: localhost\r\n"]) {
    const answer = await rawAnswer(listening.url, `GET /graphs HTTP/1.0\r\n${host}\r\n`);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(answer, /^content-length: \d+\r$/im);
    assert.match(answer, /"total": 3\n\}\n$/);
  }
  const other = await rawAnswer(
    listening.url,
    "GET /graphs HTTP/1.0\r\nHost: evil.example\r\n\r\n",
  );
  assert.match(other, /^HTTP\/1\.1 403 /);
  await listening.close();
});
