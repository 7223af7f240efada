import assert from "node:assert/strict";
import { ApiError, type ResourceGraphDefinition } from "../../../../src/api/mod.ts";
import { compile as compileCel, COST_LIMITS, PassBudget } from "../../../../src/cel/mod.ts";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import type { Next, NodeOutcome, Outcome } from "../../../../src/reconcile/mod.ts";
import { nothing } from "./sources.ts";

const kind = {
  group: "shop.example.com",
  version: "v1",
  kind: "Cart",
  plural: "carts",
  namespaced: true,
};

const other = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** Returns the lines of the metrics output that begin with this name, without histogram buckets. */
async function lines(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split("\n").filter((l) => l.startsWith(name) && !l.includes("_bucket"));
}

function outcome(next: Next): Outcome {
  return { state: "ACTIVE", conditions: [], nodes: [], removed: [], next };
}

Deno.test("request metrics count by Kubernetes verb, and like client-go by HTTP method", async () => {
  const metrics = new Metrics();
  metrics.setServer("https://10.0.0.1:6443");
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

Deno.test("pass metrics count a retry as an error, but not a wait or a refusal of the API server", async () => {
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

Deno.test("a pass that throws counts as an error, a bug of kro also as a panic, and a lost Lease as neither", async () => {
  const metrics = new Metrics();
  metrics.passBroke(kind, new TypeError("x is undefined"));
  metrics.passBroke(kind, new ApiError("refused", { reason: "Forbidden" }));
  metrics.passBroke(kind, new ApiError("no longer leads", { reason: "Withheld" }));
  metrics.rgdBroke(new TypeError("x is undefined"));
  metrics.rgdBroke(new ApiError("refused", { reason: "Forbidden" }));
  const slashed = 'gvr="shop.example.com/v1/carts"';
  assert.deepEqual(await lines(metrics, "dynamic_controller_reconcile_panics_total{"), [
    `dynamic_controller_reconcile_panics_total{${slashed}} 1`,
  ]);
  assert.deepEqual(await lines(metrics, "dynamic_controller_handler_errors_total{"), [
    `dynamic_controller_handler_errors_total{${slashed}} 2`,
  ]);
  assert.deepEqual(await lines(metrics, "controller_runtime_reconcile_panics_total{"), [
    'controller_runtime_reconcile_panics_total{controller="ResourceGraphDefinition"} 1',
  ]);
});

Deno.test("response metrics count sizes by verb, and retries by the code of the failed attempt", async () => {
  const metrics = new Metrics();
  metrics.answered("list", 3000);
  metrics.answered("list", 100);
  metrics.repeated("apply", 429);
  metrics.repeated("get", 0);
  metrics.request({ verb: "get", resource: "pods", code: 0, seconds: 0.01 });
  assert.deepEqual(await lines(metrics, "rest_client_response_size_bytes_"), [
    'rest_client_response_size_bytes_sum{verb="list"} 3100',
    'rest_client_response_size_bytes_count{verb="list"} 2',
  ]);
  assert.deepEqual(await lines(metrics, "rest_client_request_retries_total{"), [
    'rest_client_request_retries_total{code="429",method="PATCH"} 1',
    'rest_client_request_retries_total{code="<error>",method="GET"} 1',
  ]);
  assert.deepEqual(await lines(metrics, "rest_client_requests_total{"), [
    'rest_client_requests_total{code="<error>",method="GET",host=""} 1',
  ]);
});

Deno.test("cache metrics record the sync duration, and events by whether they requeued an instance", async () => {
  const metrics = new Metrics();
  metrics.cacheSynced(kind, 0.25);
  metrics.routed(kind, true);
  metrics.routed(kind, false);
  const gvr = 'gvr="shop.example.com/v1, Resource=carts"';
  const dynamic = "dynamic_controller";
  assert.deepEqual(await lines(metrics, `${dynamic}_informer_sync_duration_seconds_count`), [
    `${dynamic}_informer_sync_duration_seconds_count{${gvr}} 1`,
  ]);
  assert.deepEqual(await lines(metrics, `${dynamic}_route`), [
    `${dynamic}_route_total{${gvr}} 2`,
    `${dynamic}_route_match_total{${gvr}} 1`,
  ]);
  await metrics.kindGone(kind);
  assert.deepEqual(await lines(metrics, `${dynamic}_route`), []);
});

Deno.test("schema cache metrics count hits, misses and evictions; a shared load counts as a miss", async () => {
  const metrics = new Metrics();
  for (const how of ["miss", "shared", "hit", "hit", "hit"] as const) metrics.schemas.lookedUp(how);
  metrics.schemas.loaded(true, 0.02);
  metrics.schemas.loaded(false, 0.02);
  metrics.schemas.evicted();
  const names = {
    cache_hits_total: 3,
    cache_misses_total: 2,
    cache_evictions_total: 1,
    singleflight_deduplicated_total: 1,
    api_call_duration_seconds_count: 2,
    errors_total: 1,
  };
  for (const [name, value] of Object.entries(names)) {
    const full = `schema_resolver_${name}`;
    assert.deepEqual(await lines(metrics, `${full} `), [`${full} ${value}`]);
  }
});

Deno.test("revision metrics count compilations, registry entries, deletions, and evictions with their RGD", async () => {
  const metrics = new Metrics();
  const { revisions } = metrics;
  const rgd = (lastIssuedRevision?: number, resolved = "True") => ({
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "cart" },
    spec: {},
    status: {
      lastIssuedRevision,
      conditions: [{ type: "GraphRevisionsResolved", status: resolved }],
    },
  } as unknown as ResourceGraphDefinition);
  const entries = async () =>
    (await lines(metrics, "graph_revision_registry_entries{")).map((l) => Number(l.split(" ")[1]));
  revisions.pending(rgd());
  assert.deepEqual(await entries(), [0, 0, 0]);
  revisions.pending(rgd(3));
  assert.deepEqual(await entries(), [1, 0, 0]);
  revisions.resolved(rgd(3), 3);
  assert.deepEqual(await entries(), [0, 1, 0]);
  revisions.pending(rgd(3));
  assert.deepEqual(await entries(), [0, 1, 0]);
  revisions.resolved(rgd(4), 4);
  // Revision 5 of the RGD does not compile, so kro continues to use revision 4.
  revisions.resolved(rgd(5, "False"), 4);
  assert.deepEqual(await entries(), [0, 1, 1]);
  revisions.gone("cart");
  assert.deepEqual(await entries(), [0, 0, 0]);
  assert.deepEqual(await lines(metrics, "graph_revision_registry_transitions_total{"), [
    'graph_revision_registry_transitions_total{from="pending",to="active"} 1',
  ]);
  assert.deepEqual(await lines(metrics, "graph_revision_registry_evictions_total "), [
    "graph_revision_registry_evictions_total 3",
  ]);
  revisions.compiled(true, 0.1);
  revisions.compiled(false, 0.1);
  revisions.statusFailed(true);
  revisions.statusFailed(false);
  revisions.retired(true);
  revisions.retired(false);
  const values = {
    'graph_revision_compile_total{result="success"}': 1,
    'graph_revision_compile_total{result="failed"}': 1,
    'graph_revision_compile_duration_seconds_count{result="success"}': 1,
    graph_revision_status_update_errors_total: 2,
    graph_revision_activation_deferred_total: 1,
    rgd_graph_revision_gc_deleted_total: 1,
    rgd_graph_revision_gc_errors_total: 1,
  };
  for (const [name, value] of Object.entries(values)) {
    assert.deepEqual(await lines(metrics, `${name} `), [`${name} ${value}`]);
  }
});

Deno.test("sweep metrics count compared objects and missed changes by kind", async () => {
  const metrics = new Metrics();
  metrics.swept(kind, 500, 0);
  metrics.swept(kind, 20, 2);
  assert.deepEqual(await lines(metrics, "kro_sweep"), [
    'kro_sweep_objects_total{gvr="shop.example.com/v1/carts"} 520',
    'kro_sweep_missed_total{gvr="shop.example.com/v1/carts"} 2',
  ]);
});

Deno.test("transition metrics count only changes of a state", async () => {
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

Deno.test("queue gauges and totals are read when the metrics are scraped", async () => {
  const metrics = new Metrics();
  const instances = {
    depth: 1,
    ageMs: 1500,
    active: 2,
    longest: { key: "k", ms: 3000 },
    unfinishedMs: 4500,
    counts: { adds: 5, retries: 4, givenUp: 3 },
    workers: 8,
  };
  metrics.watch({
    instances,
    graphs: { ...instances, depth: 0 },
    served: () => [{ kind, count: 12 }],
    interests: () => [{ kind, byName: 2, byLabel: 1 }, { kind: other, byName: 0, byLabel: 3 }],
    schemas: () => 9,
    leads: () => true,
  });
  instances.depth = 7;
  const names = 'name="dynamic-controller-queue",controller="dynamic-controller-queue"';
  const expected = [
    "dynamic_controller_queue_length 7",
    "dynamic_controller_gvr_count 1",
    'dynamic_controller_handler_count_total{type="parent"} 1',
    'dynamic_controller_instance_watch_count{parent_gvr="shop.example.com/v1, Resource=carts"} 12',
    `workqueue_depth{${names}} 7`,
    `workqueue_adds_total{${names}} 5`,
    `workqueue_retries_total{${names}} 4`,
    'dynamic_controller_watch_request_count{gvr="shop.example.com/v1, Resource=carts",type="scalar"} 2',
    'dynamic_controller_watch_request_count{gvr="shop.example.com/v1, Resource=carts",type="collection"} 1',
    'dynamic_controller_watch_request_count{gvr="v1, Resource=pods",type="collection"} 3',
    "schema_resolver_cache_size 9",
    `workqueue_unfinished_work_seconds{${names}} 4.5`,
    `workqueue_longest_running_processor_seconds{${names}} 3`,
    `kro_queue_oldest_seconds{${names}} 1.5`,
    `kro_queue_given_up_total{${names}} 3`,
    'controller_runtime_max_concurrent_reconciles{controller="ResourceGraphDefinition"} 8',
    'leader_election_master_status{name="controller.kro.run"} 1',
  ];
  const text = (await metrics.text()).split("\n");
  for (const line of expected) assert.ok(text.includes(line), line);
});

Deno.test("pass metrics count nodes by state, collection sizes and pass durations by outcome", async () => {
  const metrics = new Metrics();
  const node = (state: NodeOutcome["state"], count = 1): NodeOutcome => {
    const object = { apiVersion: "v1", kind: "Pod", name: "p", action: "unchanged" as const };
    return { id: state, state, objects: Array.from({ length: count }, () => object) };
  };
  const nodes = [node("Ready", 3), node("Waiting"), node("Skipped", 0), node("Failed", 0)];
  metrics.pass(kind, { ...outcome({ kind: "retry", error: "e" }), nodes, revision: 1 }, 0.2);
  metrics.pass(kind, { ...outcome({ kind: "done" }), state: "DELETING" }, 0.2);
  const totals = ["eval", "eval_errors", "ignored_check", "ignored", "ready_check", "not_ready"];
  for (const [i, value] of [4, 1, 4, 1, 2, 1].entries()) {
    const name = `runtime_node_${totals[i]}_total`;
    assert.deepEqual(await lines(metrics, `${name} `), [`${name} ${value}`]);
  }
  assert.deepEqual(await lines(metrics, "runtime_collection_size_sum"), [
    "runtime_collection_size_sum 3",
  ]);
  assert.deepEqual(await lines(metrics, "instance_graph_resolution_failures_total{"), [
    'instance_graph_resolution_failures_total{gvr="shop.example.com/v1, Resource=carts",reason="failed"} 1',
  ]);
  assert.deepEqual(await lines(metrics, "kro_pass_duration_seconds_count"), [
    'kro_pass_duration_seconds_count{outcome="retry"} 1',
    'kro_pass_duration_seconds_count{outcome="deleted"} 1',
  ]);
});

Deno.test("the series of deleted RGDs and kinds are removed", async () => {
  const metrics = new Metrics();
  const size = async () => (await metrics.text()).split("\n").length;
  const sizes: number[] = [];
  for (let i = 0; i < 500; i++) {
    const name = `g${i}`;
    const one = { ...kind, group: `${name}.example.com` };
    const resource = `carts.${one.group}`;
    metrics.request({ verb: "list", resource, code: 200, seconds: 0.1 });
    metrics.build(name, 0.1, i % 2 === 0);
    metrics.rgdState(name, "", "Active");
    metrics.kindServed();
    for (let n = 0; n < 20; n++) metrics.pass(one, outcome({ kind: "done" }), 0.1);
    metrics.instanceState(one, "", "ACTIVE");
    metrics.instanceEvent(one, "add");
    metrics.watched({ resource, phase: "opened" });
    metrics.watched({ resource, phase: "closed" });
    await metrics.kindGone(one);
    await metrics.rgdDeleted(name, 1);
    if (i % 250 === 249) sizes.push(await size());
  }
  assert.equal(sizes[1], sizes[0]);
  const text = await metrics.text();
  assert.match(text, /rgd_deletions_total\{name="g499"\} 1/);
  assert.doesNotMatch(text, /"g0"|g499\.example\.com/);
});

Deno.test("instance condition metrics exist only with their source, and are removed with their instance", async () => {
  const metrics = new Metrics();
  const condition = {
    type: "Ready",
    status: "True",
    reason: "Ready",
    lastTransitionTime: new Date(Date.now() - 60_000).toISOString(),
  };
  let instances = [{ kind, namespace: "n", name: "i", conditions: [condition] }];
  metrics.watch({ ...nothing, conditions: () => instances });
  const name = "instance_condition_current_status_seconds{";
  const [line, ...others] = await lines(metrics, name);
  assert.equal(others.length, 0);
  const labels = 'gvr="shop.example.com/v1, Resource=carts",namespace="n",name="i",' +
    'condition_type="Ready",condition_status="True",reason="Ready"';
  const [, shown, value] = /^[a-z_]+\{(.*)\} (.*)$/.exec(line!)!;
  assert.equal(shown, labels);
  assert.ok(Number(value) >= 60 && Number(value) < 120, value!);
  instances = [];
  assert.deepEqual(await lines(metrics, name), []);
  assert.deepEqual(await lines(new Metrics(), name), []);
});

Deno.test("watch restarts are counted by reason, without the watches that kro stops", async () => {
  const metrics = new Metrics();
  const resource = "carts.shop.example.com";
  for (const phase of ["closed", "expired", "closed", "stopped"] as const) {
    metrics.watched({ resource, phase: "opened" });
    metrics.watched({ resource, phase });
  }
  metrics.watched({ resource, phase: "opened" });
  assert.deepEqual(await lines(metrics, "kro_watch_restarts_total{"), [
    `kro_watch_restarts_total{resource="${resource}",reason="closed"} 2`,
    `kro_watch_restarts_total{resource="${resource}",reason="expired"} 1`,
  ]);
  assert.deepEqual(await lines(metrics, "dynamic_controller_watch_count"), [
    "dynamic_controller_watch_count 1",
  ]);
});

Deno.test("process metrics report memory and its limit, CPU time, event loop lag and CEL evaluations", async () => {
  const metrics = new Metrics();
  const end = metrics.sample();
  end();
  const values = async (name: string) => Number((await lines(metrics, name))[0]?.split(" ")[1]);
  const limit = await values("process_heap_limit_bytes ");
  assert.ok(limit > await values("process_heap_bytes "));
  assert.ok(await values("process_resident_memory_bytes ") > 1e6);
  assert.ok(await values("process_cpu_seconds_total ") > 0);
  assert.equal(await values("kro_event_loop_lag_seconds_count "), 0);
  const before = await values("cel_expr_eval_total ");
  const cost = await values("kro_cel_cost_total ");
  const compiled = compileCel("1 + 1", { variables: {} });
  assert.ok(compiled.ok);
  compiled.program.evaluate({}, new PassBudget(COST_LIMITS, metrics.cel));
  assert.equal(await values("cel_expr_eval_total "), before + 1);
  assert.ok(await values("kro_cel_cost_total ") > cost);
});
