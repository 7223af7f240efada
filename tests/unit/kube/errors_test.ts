// Tests of the errors of rejected requests and failed connections: their reason, and a message with
// the request and the cause.
import assert from "node:assert/strict";
import { ApiError, type ApiErrorReason } from "../../../src/api/mod.ts";
import {
  causeText,
  ConfigError,
  hostOf,
  reasonOf,
  refusal,
  retryAfterOf,
  unreachable,
} from "../../../src/kube/errors.ts";

const status = (code: number, reason: string, message: string, details = {}) =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", code, reason, message, details });

const reasons: [number, string | undefined, ApiErrorReason][] = [
  [404, undefined, "NotFound"],
  [409, "AlreadyExists", "AlreadyExists"],
  [409, "Conflict", "Conflict"],
  [410, "Expired", "Gone"],
  [422, "Invalid", "Invalid"],
  [500, "InternalError", "ServerError"],
  [503, "ServiceUnavailable", "ServerError"],
  [504, "Timeout", "Timeout"],
  [418, undefined, "Other"],
];
for (const [code, word, expected] of reasons) {
  Deno.test(`${code} ${word ?? "without a reason"} is ${expected}`, () => {
    assert.equal(reasonOf(code, word), expected);
  });
}

Deno.test("a refusal has the API server's message and causes", () => {
  const causes = [{ reason: "FieldManagerConflict", message: "conflict", field: ".spec.replicas" }];
  const body = status(409, "Conflict", "Apply failed with 1 conflict", { causes });
  const error = refusal("APPLY deployments.apps kro/httpbin", 409, body);
  assert.equal(error.message, "APPLY deployments.apps kro/httpbin: Apply failed with 1 conflict");
  assert.equal(error.code, 409);
  assert.deepEqual(error.causes, causes);
});

Deno.test("a request that is too large for the API server or for etcd has the reason TooLarge", () => {
  const cases: [number, string][] = [
    [413, "Request entity too large: limit is 3145728"],
    [500, "etcdserver: request is too large"],
    [
      500,
      "rpc error: code = ResourceExhausted desc = trying to send message larger than max (9 vs. 5)",
    ],
  ];
  for (const [code, message] of cases) {
    const error = refusal("POST graphrevisions a", code, status(code, "", message));
    assert.equal(error.reason, "TooLarge", message);
  }
  assert.equal(refusal("POST graphrevisions a", 413, "<html>").reason, "TooLarge");
  const other = status(500, "InternalError", "etcdserver: request timed out");
  assert.equal(refusal("POST graphrevisions a", 500, other).reason, "ServerError");
});

Deno.test("an HTML page of a proxy is reported as the status code and its first line", () => {
  const error = refusal("GET pods a/b", 502, "<html>bad gateway</html>\n<p>secret</p>", 3);
  assert.equal(error.message, "GET pods a/b: HTTP 502 <html>bad gateway</html>");
  assert.equal(error.reason, "ServerError");
  assert.equal(error.retryAfterSeconds, 3);
});

Deno.test("Retry-After is parsed as seconds or a date, and is never negative", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const cases: [string | null, number | undefined][] = [
    [null, undefined],
    ["7", 7],
    ["Thu, 01 Jan 2026 00:00:05 GMT", 5],
    ["Thu, 01 Jan 2020 00:00:00 GMT", 0],
    ["soon", undefined],
  ];
  for (const [header, expected] of cases) assert.equal(retryAfterOf(header, now), expected);
});

Deno.test("an unreachable server is reported with its host, port and kubeconfig", () => {
  const config = { server: "https://k.example", namespace: "", origin: "/home/me/.kube/config" };
  const refused = new TypeError("fetch failed", {
    cause: new Error(
      "error sending request for url (https://k.example/x): client error (Connect): tcp connect error: Connection refused (os error 111)",
    ),
  });
  const error = unreachable("LIST pods", config, refused);
  assert.ok(error instanceof ApiError);
  assert.equal(error.reason, "Unreachable");
  assert.equal(
    error.message,
    "LIST pods: cannot reach k.example:443 (from /home/me/.kube/config): tcp connect error: Connection refused (os error 111)",
  );
  assert.equal(hostOf("http://[::1]"), "[::1]:80");
});

Deno.test("an untrusted certificate is reported with what to check or the missing flag", () => {
  const config = { server: "https://k.example:6443", namespace: "", origin: "f" };
  const untrusted = new Error("invalid peer certificate: UnknownIssuer");
  assert.match(unreachable("GET x", config, untrusted).message, /check the certificate authority$/);
  assert.match(
    unreachable("GET x", { ...config, insecure: true }, untrusted).message,
    /--unsafely-ignore-certificate-errors=k\.example$/,
  );
});

Deno.test("a missing permission is reported with its flag", () => {
  const config = { server: "https://k.example:6443", namespace: "", origin: "f" };
  const error = unreachable("GET x", config, new Deno.errors.NotCapable("no"));
  assert.ok(error instanceof ConfigError);
  assert.match(error.message, /--allow-net=k\.example:6443$/);
});

Deno.test("causeText returns the innermost cause in one line", () => {
  assert.equal(causeText(new Error("a", { cause: new Error("b\n c") })), "b c");
  assert.equal(causeText("text"), "text");
});

Deno.test("a 404 that names no object means that the kind is not served", () => {
  const bodies: [string, boolean][] = [
    ["404 page not found\n", true],
    [status(404, "NotFound", "the server could not find the requested resource"), true],
    [status(404, "NotFound", 'namespaces "a" not found', { name: "a" }), false],
    ["<html>404</html>", false],
  ];
  for (const [body, expected] of bodies) {
    const error = refusal("APPLY things.example.com a/b", 404, body);
    assert.deepEqual([error.reason, error.isKindMissing], ["NotFound", expected], body);
  }
  const { message } = refusal("APPLY things.example.com a/b", 404, "404 page not found\n");
  assert.equal(message, "APPLY things.example.com a/b: the API server does not serve this kind");
});

Deno.test("a quoted value is cut, and the reason behind it stays", () => {
  const value = JSON.stringify({ containers: "c".repeat(2500) });
  const cause = { field: "spec.template", message: `Invalid value: ${value}: field is immutable` };
  const message = `Job.batch "x" is invalid: spec.template: ${cause.message}`;
  const { message: text, causes } = refusal(
    "APPLY jobs.batch ns/x",
    422,
    status(422, "Invalid", message, { causes: [cause] }),
  );
  assert.match(
    text,
    /^APPLY jobs\.batch ns\/x: Job\.batch "x" is invalid: spec\.template: Invalid value/,
  );
  assert.match(text, / … \[2\d{3} characters\] … c*"\}: field is immutable$/);
  assert.ok(text.length < 400, text);
  assert.equal(causes[0]!.field, "spec.template");
  assert.equal(causes[0]!.message!.length, 300);
});
