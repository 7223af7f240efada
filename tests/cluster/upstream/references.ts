// The scenarios of upstream's tests (kubernetes-sigs/kro, test/integration and test/e2e) that the tests in
// this folder repeat. A scenario of an integration test is identified by its file (without `_test.go`) and
// line. A scenario of an end-to-end test is identified by its name.

/**
 * The line numbers or names of the scenarios in each file. A test's name starts with `file:line` or
 * `file:name`.
 */
export const SCENARIOS: Readonly<Record<string, readonly (number | string)[]>> = {
  // Scenarios about instances, their status and their conditions.
  lifecycle: [36],
  instance_conditions: [57, 166],
  status: [57, 134],
  status_schema_ref: [49, 114, 182],
  status_array_projection: [60, 116],
  kubernetes_time: [34],
  schema_aware_cel: [34],
  metadata_fields: [34],
  format: [33],
  two_var_comprehensions: [34],
  unknown_fields: [55, 311],
  omit: [55, 220],
  instance_expression_isolation: [67, 116, 166],
  instance_cluster_scoped: [61],
  webhook_denial: [57],
  reconcile_error_metrics: [61],
  resource_shape_compatibility: [113, 115, 118, 186, 289],
  networkingstack: [36],
  ackekscluster: [36],
  deploymentservice: [40, 153],
  annotation_label: [60],
  // Scenarios about RGDs, generated CRDs and GraphRevisions.
  crd: [60, 111, 165, 216, 261, 310, 436, 536, 627, 693, 766],
  recover: [60],
  validation: [48, 116, 144, 177, 200, 224],
  nested: [61, 121],
  graphrevision: [65, 192, 246, 353, 384],
  graphrevision_isolated: [52, 112, 160, 247, 299, 417, 465],
  // Scenarios about custom conditions.
  instance_custom_conditions: [109, 177, 242, 289, 335, 397, 463, 519, 590, 662],
  // Scenarios about readiness, missing data and the order of creation.
  readiness: [62, 310],
  dependency_readiness: [61, 377],
  data_pending: [58, 325],
  terminating_managed_resource: [56],
  // Scenarios about includeWhen, ApplySets, ownership and pruning.
  include_when: [61, 373, 486, 618],
  applyset: [63, 217, 404, 521, 649, 797, 1058, 1189, 1310, 1494, 1686],
  resource_ownership: [66, 136],
  resource_pruning: [61],
  instance_conflict: [69],
  // Scenarios about collections.
  collection: [
    59,
    166,
    279,
    382,
    535,
    655,
    781,
    917,
    1007,
    1391,
    1577,
    1677,
    1774,
    1885,
    2004,
    2147,
    2297,
  ],
  collection_behavior: [66, 120],
  collection_watch: [54, 185],
  // Scenarios about watches and external references.
  externalref: [39, 262, 405, 537],
  externalref_watch: [51, 157, 262, 371, 471],
  instance_resource_watch: [45],
  // Scenarios about deletion.
  externalref_deletion: [52, 182],
  cascading_deletion: [53],
  // Scenarios of upstream's upgrade tests. In this project, the tests replace upstream's controller by this
  // project's controller, or the reverse.
  takeover: ["from-upstream", "to-upstream", "rollout", "deletion"],
  // End-to-end tests.
  e2e: [
    "check-rgd-creation",
    "check-rgd-deletion",
    "check-instance-creation",
    "check-instance-update",
    "check-multi-resource-rgd",
    "check-external-references",
    "check-arbitary-objects",
    "check-unknown-fields",
    "check-validation-markers",
    "check-required-default-interactions",
    "cel-random-namespaced-function",
  ],
};

/** Returns the references to all scenarios, as the names of the tests contain them. */
export function references(): string[] {
  return Object.entries(SCENARIOS).flatMap(([file, lines]) =>
    lines.map((line) => `${file}:${line}`)
  );
}
