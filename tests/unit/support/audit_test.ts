import assert from "node:assert/strict";
import {
  addCounts,
  AuditLog,
  calls,
  callText,
  controllerCalls,
  countCalls,
  parseAudit,
} from "../../support/controlplane/audit.ts";

const line = (user: string, verb: string, stage: string, objectRef: object = {}) =>
  JSON.stringify({
    user: { username: user },
    verb,
    stage,
    objectRef,
    responseStatus: { code: 200 },
    requestURI: "/x",
    requestReceivedTimestamp: "2026-01-01T00:00:00Z",
  }) + "\n";

Deno.test("an entry says who did what to which object; a line still being written is left out", () => {
  const object = {
    apiGroup: "apps",
    resource: "deployments",
    namespace: "a",
    name: "web",
    subresource: "status",
  };
  const text = line("kro", "patch", "ResponseComplete", object) + '{"user":{"usern';
  assert.deepEqual(parseAudit(text), [{
    user: "kro",
    verb: "patch",
    group: "apps",
    resource: "deployments",
    subresource: "status",
    namespace: "a",
    name: "web",
    code: 200,
    stage: "ResponseComplete",
    uri: "/x",
    time: "2026-01-01T00:00:00Z",
  }]);
  assert.deepEqual(parseAudit(""), []);
});

Deno.test("each call counts once: a watch when it starts, the rest when they end", () => {
  const text = line("kro", "watch", "ResponseStarted") + line("kro", "watch", "ResponseComplete") +
    line("kro", "watch", "ResponseStarted") + line("kro", "get", "ResponseComplete");
  assert.deepEqual(calls(parseAudit(text)).map(({ verb }) => verb), ["watch", "watch", "get"]);
});

Deno.test("a controller's calls leave out watches, its Lease and other users", () => {
  const of = (user: string, verb: string, resource: string) =>
    line(user, verb, "ResponseComplete", { resource, name: "x" });
  const text = of("kro", "get", "pods") + of("kro", "update", "leases") +
    line("kro", "watch", "ResponseStarted", { resource: "pods" }) + of("reader", "get", "pods");
  assert.deepEqual(controllerCalls(parseAudit(text)).map((call) => callText(call)), ["get pods x"]);
});

Deno.test("calls are counted in all, by writes, and by verb and resource", () => {
  const of = (verb: string, resource: string, subresource?: string) =>
    line("kro", verb, "ResponseComplete", { resource, subresource, name: "x" });
  const first = countCalls(parseAudit(of("get", "pods") + of("patch", "pods", "status")));
  assert.deepEqual(first, {
    calls: 2,
    writes: 1,
    by: new Map([["get pods", 1], ["patch pods/status", 1]]),
  });
  const second = countCalls(parseAudit(of("get", "pods") + of("delete", "pods")));
  assert.deepEqual(addCounts(first, second), {
    calls: 4,
    writes: 2,
    by: new Map([["get pods", 2], ["patch pods/status", 1], ["delete pods", 1]]),
  });
});

Deno.test("a review counts as a call, but not as a write", () => {
  const text = line("kro", "create", "ResponseComplete", {
    apiGroup: "authorization.k8s.io",
    resource: "selfsubjectaccessreviews",
  });
  const { calls, writes } = countCalls(parseAudit(text));
  assert.deepEqual({ calls, writes }, { calls: 1, writes: 0 });
});

Deno.test("a log is read on as it grows, and a new file in its place is an error", async () => {
  const file = await Deno.makeTempFile();
  const append = (text: string) => Deno.writeTextFile(file, text, { append: true });
  const get = line("kro", "get", "ResponseComplete");
  await append(get);
  const log = await AuditLog.fromNow(file);
  assert.deepEqual(await log.read(), []);
  await append(get + get.slice(0, 20));
  assert.equal((await log.read()).length, 1);
  await append(get.slice(20));
  assert.equal((await log.read()).length, 1);
  assert.equal((await AuditLog.fromStart(file).read()).length, 3);
  await Deno.writeTextFile(file, get);
  await assert.rejects(log.read(), /rotated/);
  await Deno.remove(file);
});
