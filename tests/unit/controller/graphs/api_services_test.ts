import assert from "node:assert/strict";
import { ApiServices } from "../../../../src/controller/graphs/api_services.ts";

const api = { group: "metrics.example.com", version: "v1" };

function service(available: boolean | undefined, spec: Record<string, unknown> = {}) {
  const status = available === undefined
    ? {}
    : { conditions: [{ type: "Available", status: available ? "True" : "False" }] };
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.metrics.example.com" },
    spec: { ...api, service: { name: "metrics" }, ...spec },
    status,
  };
}

function setUp() {
  const notified: unknown[] = [];
  const clock = { now: 0 };
  return {
    notified,
    clock,
    services: new ApiServices((one) => notified.push(one), () => clock.now),
  };
}

Deno.test("the callback is called each time an aggregated API becomes available", () => {
  const { notified, services } = setUp();
  for (const available of [undefined, false, true, true, false, true]) {
    services.seen(service(available));
  }
  assert.deepEqual(notified, [api, api]);
  services.gone({ ...service(true), spec: undefined });
  services.seen(service(true));
  assert.equal(notified.length, 3);
});

Deno.test("APIs that the API server serves itself are ignored", () => {
  const { notified, services } = setUp();
  services.seen(service(true, { service: undefined }));
  assert.deepEqual(notified, []);
});

Deno.test("an API is new for one minute after it became available", () => {
  const { clock, services } = setUp();
  assert.equal(services.isNew(api), false);
  services.seen(service(true));
  clock.now = 59_000;
  assert.equal(services.isNew(api), true);
  assert.equal(services.isNew({ ...api, version: "v2" }), false);
  clock.now = 61_000;
  assert.equal(services.isNew(api), false);
  services.seen(service(false));
  services.seen(service(true));
  assert.equal(services.isNew(api), true);
  services.gone(service(true));
  assert.equal(services.isNew(api), false);
});
