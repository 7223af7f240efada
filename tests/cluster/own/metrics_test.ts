/** Reads `/metrics` over HTTP from a controller that has reconciled instances on a real cluster. */
import assert from "node:assert/strict";
import {
  active,
  configMap,
  eventually,
  external,
  type GraphSpec,
  refused,
  secret,
  startKro,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

/** An RGD with a collection, a node that includeWhen excludes, and an external reference. */
const counted = (value: string): GraphSpec => ({
  kind: "Counted",
  spec: { names: "[]string" },
  resources: [
    external("settings", { name: "settings" }),
    secret("secret", "never", { includeWhen: ["${size(schema.spec.names) > 5}"] }),
    configMap(
      "map",
      "${schema.metadata.name + '-' + part}",
      { value, from: "${settings.data.value}" },
      { forEach: [{ part: "${schema.spec.names}" }] },
    ),
  ],
});

/**
 * Returns the values of all metrics except histogram buckets. Each key is the metric's name with
 * its labels.
 */
async function scrape(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => /^[a-z]/.test(line) && !/_bucket\{/.test(line));
  return new Map(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

Deno.test("a controller's metrics have upstream's names and labels", async () => {
  await using cluster = await TestCluster.open("metrics");
  await using kro = await startKro([
    "--rgd-max-graph-revisions=1",
    "--client-qps=1000",
    "--feature-gates=InstanceConditionMetrics=true",
  ]);
  const settings = (value: string) =>
    cluster.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings" },
      data: { value },
    });
  await settings("one");
  const graph = await TestGraph.create(cluster, counted("first"));
  await active({ cluster }, graph);
  await graph.create("app", { names: ["a", "b", "c"] });
  const child = (holds: (data: Record<string, string>) => boolean) =>
    cluster.until({ kind: "ConfigMap", name: "app-c" }, ({ data }) => holds(data));
  await child(({ from }) => from === "one");
  await settings("two");
  await child(({ from }) => from === "two");
  // Changes the RGD to an invalid spec, and then to a valid spec. kro then creates the second GraphRevision
  // and deletes the first one.
  await graph.put(counted("${schema.spec.nothing}"));
  await refused({ cluster }, graph, "GraphAccepted");
  await graph.put(counted("second"));
  const { status } = await active({ cluster }, graph);
  assert.equal(status.lastIssuedRevision, 2);
  await child(({ value }) => value === "second");

  const { name } = graph.rgd;
  const gvr = graph.apiVersion;
  const [a, b, c] = [`${gvr}, Resource=counteds`, `${gvr}/counteds`, `${gvr}, Kind=Counted`];
  const queue = 'name="dynamic-controller-queue",controller="dynamic-controller-queue"';
  const rgd = 'controller="ResourceGraphDefinition"';
  const positive = [
    `dynamic_controller_reconcile_total{gvr="${b}"}`,
    `dynamic_controller_reconcile_duration_seconds_count{gvr="${b}"}`,
    `dynamic_controller_requeue_total{gvr="${b}",type="no_requeue"}`,
    "dynamic_controller_gvr_count",
    'dynamic_controller_handler_count_total{type="parent"}',
    'dynamic_controller_handler_attach_total{type="parent"}',
    `dynamic_controller_informer_sync_duration_seconds_count{gvr="${a}"}`,
    'dynamic_controller_informer_sync_duration_seconds_count{gvr="v1, Resource=configmaps"}',
    `dynamic_controller_informer_events_total{gvr="${a}",event_type="add"}`,
    "dynamic_controller_watch_count",
    `dynamic_controller_instance_watch_count{parent_gvr="${a}"}`,
    'dynamic_controller_watch_request_count{gvr="v1, Resource=configmaps",type="scalar"}',
    'dynamic_controller_route_total{gvr="v1, Resource=configmaps"}',
    'dynamic_controller_route_match_total{gvr="v1, Resource=configmaps"}',
    `instance_state_transitions_total{gvr="${c}",from_state="",to_state="ACTIVE"}`,
    `instance_reconcile_total{gvr="${a}"}`,
    `instance_reconcile_duration_seconds_count{gvr="${a}"}`,
    `instance_graph_resolution_success_total{gvr="${a}"}`,
    `rgd_graph_build_total{name="${name}"}`,
    `rgd_graph_build_errors_total{name="${name}"}`,
    `rgd_graph_build_duration_seconds_count{name="${name}"}`,
    `rgd_state_transitions_total{name="${name}",from="Active",to="Inactive"}`,
    'rgd_graph_revision_issue_total{reason="no_revision"}',
    'rgd_graph_revision_issue_total{reason="spec_changed"}',
    'rgd_graph_revision_resolution_total{result="issue"}',
    "rgd_graph_revision_gc_deleted_total",
    'graph_revision_compile_total{result="success"}',
    'graph_revision_compile_duration_seconds_count{result="success"}',
    'graph_revision_registry_entries{state="active"}',
    "graph_revision_registry_evictions_total",
    "cel_expr_eval_total",
    "runtime_node_eval_total",
    "runtime_node_ignored_check_total",
    "runtime_node_ignored_total",
    "runtime_node_ready_check_total",
    "runtime_collection_size_count",
    "schema_resolver_cache_hits_total",
    "schema_resolver_cache_misses_total",
    "schema_resolver_cache_size",
    "schema_resolver_api_call_duration_seconds_count",
    'rest_client_request_duration_seconds_count{verb="apply"}',
    'rest_client_rate_limiter_duration_seconds_count{verb="apply"}',
    'rest_client_request_size_bytes_sum{verb="apply"}',
    'rest_client_response_size_bytes_sum{verb="list"}',
    `controller_runtime_reconcile_total{${rgd},result="success"}`,
    `controller_runtime_reconcile_time_seconds_count{${rgd}}`,
    `controller_runtime_max_concurrent_reconciles{${rgd}}`,
    `workqueue_adds_total{${queue}}`,
    `workqueue_queue_duration_seconds_count{${queue}}`,
    `workqueue_work_duration_seconds_count{${queue}}`,
    'leader_election_master_status{name="controller.kro.run"}',
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
  ];
  // The metrics that must have the value 0 after the controller has become idle.
  const zero = ["workqueue_unfinished_work_seconds", "workqueue_depth"]
    .map((metric) => `${metric}{${queue}}`);
  let series = new Map<string, number>();
  let left: string[] = positive;
  await eventually("all events are counted", async () => {
    series = await scrape(kro.metricsUrl);
    left = [
      ...positive.filter((one) => !(series.get(one)! > 0)),
      ...zero.filter((one) => series.get(one) !== 0),
    ];
    return left.length === 0;
  }).catch(() => {});
  assert.deepEqual(left, []);

  const names = [...series.keys()];
  const restRequests = names.filter((one) => one.startsWith("rest_client_requests_total{"));
  assert.ok(restRequests.some((one) => /code="20[01]",method="PATCH",host="127/.test(one)));
  // Only the metrics that a feature gate enables may contain an instance's name.
  const naming = names.filter((one) => one.includes(`name="app"`));
  assert.ok(naming.length > 0);
  for (const one of naming) assert.match(one, /^instance_condition_current_status_seconds\{/);

  await graph.removeAll();
  await eventually("the deleted graph's series are gone", async () => {
    const all = [...(await scrape(kro.metricsUrl)).keys()];
    return !all.some((one) => one.includes(graph.group));
  });
});
