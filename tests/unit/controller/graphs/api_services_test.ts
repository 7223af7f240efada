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
  const told: unknown[] = [];
  const clock = { now: 0 };
  return { told, clock, services: new ApiServices((one) => told.push(one), () => clock.now) };
}

Deno.test("an API is told of when it becomes available, each time that it does", () => {
  const { told, services } = setUp();
  for (const available of [undefined, false, true, true, false, true]) {
    services.seen(service(available));
  }
  assert.deepEqual(told, [api, api]);
  services.gone({ ...service(true), spec: undefined });
  services.seen(service(true));
  assert.equal(told.length, 3);
});

Deno.test("what the API server serves itself, and CRDs, are no news", () => {
  const { told, services } = setUp();
  services.seen(service(true, { service: undefined }));
  assert.deepEqual(told, []);
});

Deno.test("an API is new for a minute, while it is available", () => {
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
