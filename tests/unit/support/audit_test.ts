import assert from "node:assert/strict";
import { calls, parseAudit } from "../../support/controlplane/audit.ts";

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
