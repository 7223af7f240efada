import assert from "node:assert/strict";
import { Metrics } from "../../../src/controller/metrics.ts";
import type { Next, Outcome } from "../../../src/reconcile/mod.ts";

const kind = {
  group: "shop.example.com",
  version: "v1",
  kind: "Cart",
  plural: "carts",
  namespaced: true,
};

/** Lines of the metrics' text that begin with that name, without histograms' buckets. */
async function lines(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split("\n").filter((l) => l.startsWith(name) && !l.includes("_bucket"));
}

function outcome(next: Next): Outcome {
  return { state: "ACTIVE", conditions: [], nodes: [], removed: [], next };
}

Deno.test("requests are counted by Kubernetes' verb, and as upstream's client does by HTTP method", async () => {
  const metrics = new Metrics();
  metrics.talksTo("https://10.0.0.1:6443");
  const seconds = 0.01;
  metrics.request({ verb: "apply", resource: "deployments.apps", code: 200, seconds });
  metrics.request({ verb: "raw", resource: "/openapi/v3/apis/apps/v1", code: 200, seconds });
  assert.deepEqual(await lines(metrics, "kro_api_requests_total"), [
    'kro_api_requests_total{verb="apply",resource="deployments.apps",code="200"} 1',
    'kro_api_requests_total{verb="raw",resource="/openapi/v3",code="200"} 1',
  ]);
  assert.deepEqual(await lines(metrics, "rest_client_requests_total"), [
    'rest_client_requests_total{code="200",method="PATCH",host="10.0.0.1:6443"} 1',
    'rest_client_requests_total{code="200",method="GET",host="10.0.0.1:6443"} 1',
  ]);
});

Deno.test("a wait is no error, nor is what the API server refused; any other retry is one", async () => {
  const metrics = new Metrics();
  metrics.pass(kind, outcome({ kind: "done" }), 0.1);
  metrics.pass(kind, outcome({ kind: "wait", reason: "r" }), 0.1);
  metrics.pass(kind, outcome({ kind: "retry", error: "e" }), 0.1);
  metrics.pass(kind, outcome({ kind: "retry", error: "e", refused: true }), 0.1);
  const gvr = 'gvr="shop.example.com/v1, Resource=carts"';
  const slashed = 'gvr="shop.example.com/v1/carts"';
  assert.deepEqual(await lines(metrics, "instance_reconcile_total{"), [
    `instance_reconcile_total{${gvr}} 4`,
  ]);
  assert.deepEqual(await lines(metrics, "instance_reconcile_errors_total{"), [
    `instance_reconcile_errors_total{${gvr}} 1`,
  ]);
  assert.deepEqual(await lines(metrics, "dynamic_controller_requeue_total{"), [
    `dynamic_controller_requeue_total{${slashed},type="no_requeue"} 1`,
    `dynamic_controller_requeue_total{${slashed},type="requeue_after"} 1`,
    `dynamic_controller_requeue_total{${slashed},type="rate_limited"} 2`,
  ]);
});

Deno.test("sweeps count what they compared and what events missed, by kind", async () => {
  const metrics = new Metrics();
  metrics.swept(kind, 500, 0);
  metrics.swept(kind, 20, 2);
  assert.deepEqual(await lines(metrics, "kro_sweep"), [
    'kro_sweep_objects_total{gvr="shop.example.com/v1/carts"} 520',
    'kro_sweep_missed_total{gvr="shop.example.com/v1/carts"} 2',
  ]);
});

Deno.test("only changes of a state count as transitions", async () => {
  const metrics = new Metrics();
  metrics.instanceState(kind, "ACTIVE", "ACTIVE");
  metrics.instanceState(kind, "", "ACTIVE");
  metrics.rgdState("cart", "Active", "Active");
  metrics.rgdState("cart", "Active", "Inactive");
  assert.deepEqual(await lines(metrics, "instance_state_transitions_total{"), [
    'instance_state_transitions_total{gvr="shop.example.com/v1, Kind=Cart",from_state="",to_state="ACTIVE"} 1',
  ]);
  assert.deepEqual(await lines(metrics, "rgd_state_transitions_total{"), [
    'rgd_state_transitions_total{name="cart",from="Active",to="Inactive"} 1',
  ]);
});

Deno.test("gauges are read when the metrics are", async () => {
  const metrics = new Metrics();
  let depth = 1;
  metrics.watch({ queueLength: () => depth, queueAgeSeconds: () => 0, servedKinds: () => 0 });
  depth = 7;
  assert.deepEqual(await lines(metrics, "dynamic_controller_queue_length"), [
    "dynamic_controller_queue_length 7",
  ]);
});
