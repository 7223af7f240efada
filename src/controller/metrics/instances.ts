/**
 * The metrics of passes over instances, derived from the outcomes of the passes. A pass is one reconciliation
 * of one instance.
 */
import { apiVersionOf, type KindRef } from "../../api/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";
import type { Instruments } from "./instruments.ts";

/** The conditions of one instance, for the metrics of the feature gate InstanceConditionMetrics. */
export interface InstanceConditions {
  /** The kind of the instance. */
  kind: KindRef;
  /** The namespace of the instance; an empty string for cluster-scoped kinds. */
  namespace: string;
  /** The name of the instance. */
  name: string;
  /** The conditions in the status of the instance. */
  conditions: readonly {
    type: string;
    status: string;
    reason?: string;
    lastTransitionTime?: string;
  }[];
}

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/**
 * Counts the passes over instances with their duration and result, and the nodes that the passes evaluated.
 */
export class InstanceMetrics {
  readonly #items;
  readonly #itemSeconds;
  readonly #requeues;
  readonly #itemErrors;
  readonly #passes;
  readonly #passSeconds;
  readonly #passErrors;
  readonly #broken;
  readonly #byOutcome;
  readonly #states;
  readonly #resolved;
  readonly #pending;
  readonly #failed;
  readonly #nodes;
  readonly #nodeErrors;
  readonly #ignoreChecked;
  readonly #ignored;
  readonly #checked;
  readonly #notReady;
  readonly #sizes;
  readonly #events;
  readonly #swept;
  readonly #missed;
  readonly #to: Instruments;

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#to = to;
    const dynamic = "dynamic_controller";
    this.#items = to.counter(`${dynamic}_reconcile_total`, "Instances processed from the queue.", [
      "gvr",
    ]);
    this.#itemSeconds = to.histogram(
      `${dynamic}_reconcile_duration_seconds`,
      "Time to process an instance from the queue, in seconds.",
      ["gvr"],
    );
    this.#requeues = to.counter(
      `${dynamic}_requeue_total`,
      "Instances processed from the queue, by the kind of requeue.",
      ["gvr", "type"],
    );
    this.#itemErrors = to.counter(
      `${dynamic}_handler_errors_total`,
      "Passes that failed, without waits and refusals of the API server.",
      ["gvr"],
    );
    this.#broken = to.counter(
      `${dynamic}_reconcile_panics_total`,
      "Passes that ended with an internal error of kro.",
      ["gvr"],
    );
    this.#events = to.counter(
      `${dynamic}_informer_events_total`,
      "Watch events of instances that caused a pass.",
      ["gvr", "event_type"],
    );
    this.#passes = to.counter("instance_reconcile_total", "Passes over instances.", ["gvr"]);
    this.#passSeconds = to.histogram(
      "instance_reconcile_duration_seconds",
      "Duration of a pass over an instance, in seconds.",
      ["gvr"],
    );
    this.#passErrors = to.counter(
      "instance_reconcile_errors_total",
      "Passes that failed, without waits and refusals of the API server.",
      ["gvr"],
    );
    this.#byOutcome = to.histogram(
      "kro_pass_duration_seconds",
      "Duration of a pass in seconds, by outcome: done, wait, retry, deleting or deleted.",
      ["outcome"],
    );
    this.#states = to.counter(
      "instance_state_transitions_total",
      "Changes of an instance's state.",
      ["gvr", "from_state", "to_state"],
    );
    const resolution = "instance_graph_resolution";
    this.#resolved = to.counter(
      `${resolution}_success_total`,
      "Passes in which all nodes resolved.",
      [
        "gvr",
      ],
    );
    this.#pending = to.counter(
      `${resolution}_pending_total`,
      "Passes in which a node waits for data that does not exist yet.",
      ["gvr"],
    );
    this.#failed = to.counter(
      `${resolution}_failures_total`,
      "Passes without a usable graph, or in which a node failed.",
      ["gvr", "reason"],
    );
    this.#nodes = to.counter("runtime_node_eval_total", "Nodes that passes evaluated.");
    this.#nodeErrors = to.counter("runtime_node_eval_errors_total", "Nodes that failed.");
    this.#ignoreChecked = to.counter(
      "runtime_node_ignored_check_total",
      "Evaluations of whether includeWhen excludes a node.",
    );
    this.#ignored = to.counter("runtime_node_ignored_total", "Nodes that includeWhen excluded.");
    this.#checked = to.counter("runtime_node_ready_check_total", "Evaluations of node readiness.");
    this.#notReady = to.counter("runtime_node_not_ready_total", "Nodes that were not ready.");
    this.#swept = to.counter(
      "kro_sweep_objects_total",
      "Objects that full resyncs compared with the caches.",
      ["gvr"],
    );
    this.#missed = to.counter(
      "kro_sweep_missed_total",
      "Changes and deletions that watches missed and full resyncs found.",
      ["gvr"],
    );
    this.#sizes = to.histogram(
      "runtime_collection_size",
      "Number of objects of a node that has more than one.",
      [],
      SIZES,
    );
  }

  /**
   * Counts the objects of a full resync of a kind.
   *
   * @param compared The number of child objects that were compared with the cache.
   * @param missed The number of changes that no watch event had reported.
   */
  swept(kind: KindRef, compared: number, missed: number): void {
    const gvr = slashForm(kind);
    this.#swept.inc({ gvr }, compared);
    this.#missed.inc({ gvr }, missed);
  }

  /**
   * Registers a gauge with one series for each condition of each instance. `read` is called at each scrape.
   */
  showConditions(read: () => Iterable<InstanceConditions>): void {
    this.#to.gauges(
      "instance_condition_current_status_seconds",
      "Seconds since a condition of an instance changed its status.",
      ["gvr", "namespace", "name", "condition_type", "condition_status", "reason"],
      () => {
        const now = Date.now();
        return [...read()].flatMap(({ kind, namespace, name, conditions }) =>
          conditions.map(({ type, status, reason = "", lastTransitionTime }) => ({
            labels: {
              gvr: commaForm(kind),
              namespace,
              name,
              condition_type: type,
              condition_status: status,
              reason,
            },
            value: Math.max(0, (now - Date.parse(lastTransitionTime ?? "")) / 1000) || 0,
          }))
        );
      },
    );
  }

  /** Counts a pass over an instance of the kind, and records its outcome and its duration in seconds. */
  pass(kind: KindRef, outcome: Outcome, seconds: number): void {
    const [gvr, slashed] = [commaForm(kind), slashForm(kind)];
    this.#items.inc({ gvr: slashed });
    this.#itemSeconds.observe({ gvr: slashed }, seconds);
    this.#passes.inc({ gvr });
    this.#passSeconds.observe({ gvr }, seconds);
    this.#byOutcome.observe({ outcome: labelOf(outcome) }, seconds);
    const type = { done: "no_requeue", wait: "requeue_after", retry: "rate_limited" };
    this.#requeues.inc({ gvr: slashed, type: type[outcome.next.kind] });
    this.#resolution(gvr, outcome);
    this.#countNodes(outcome);
    if (outcome.next.kind !== "retry" || outcome.next.refused) return;
    this.#itemErrors.inc({ gvr: slashed });
    this.#passErrors.inc({ gvr });
  }

  /**
   * Counts a pass that threw an error. `isOurs` is true for an internal error of kro, and false for an
   * ApiError.
   */
  broke(kind: KindRef, isOurs: boolean): void {
    const gvr = slashForm(kind);
    if (isOurs) this.#broken.inc({ gvr });
    this.#items.inc({ gvr });
    this.#requeues.inc({ gvr, type: "rate_limited" });
    this.#itemErrors.inc({ gvr });
    this.#passes.inc({ gvr: commaForm(kind) });
    this.#passErrors.inc({ gvr: commaForm(kind) });
  }

  /**
   * Counts a change of an instance's `status.state`. `from` is an empty string before the first pass over the
   * instance.
   */
  state(kind: KindRef, from: string, to: string): void {
    if (from === to) return;
    const gvr = `${apiVersionOf(kind)}, Kind=${kind.kind}`;
    this.#states.inc({ gvr, from_state: from, to_state: to });
  }

  /** Counts a watch event of an instance that causes the instance to be reconciled. */
  event(kind: KindRef, event: "add" | "update" | "delete"): void {
    this.#events.inc({ gvr: commaForm(kind), event_type: event });
  }

  #resolution(gvr: string, { state, revision, nodes }: Outcome): void {
    if (state === "DELETING") return;
    if (revision === undefined && nodes.length === 0) {
      this.#failed.inc({ gvr, reason: "not_available" });
    } else if (nodes.some((node) => node.state === "Failed")) {
      this.#failed.inc({ gvr, reason: "failed" });
    } else if (nodes.some((node) => node.state === "Pending")) this.#pending.inc({ gvr });
    else this.#resolved.inc({ gvr });
  }

  #countNodes({ nodes }: Outcome): void {
    for (const { state, objects } of nodes) {
      this.#nodes.inc();
      this.#ignoreChecked.inc();
      if (state === "Failed") this.#nodeErrors.inc();
      if (state === "Skipped") this.#ignored.inc();
      if (state === "Ready" || state === "Waiting") this.#checked.inc();
      if (state === "Waiting") this.#notReady.inc();
      if (objects.length > 1) this.#sizes.observe(objects.length);
    }
  }
}

/**
 * Returns the three forms of a kind that upstream kro uses as values of the label `gvr`, such as
 * `apps/v1/deployments`.
 */
export function gvrForms(kind: KindRef): string[] {
  return [commaForm(kind), slashForm(kind), `${apiVersionOf(kind)}, Kind=${kind.kind}`];
}

/**
 * Returns a kind in the form `group/version, Resource=plural`, which upstream kro uses for the label `gvr`.
 */
export function commaForm(kind: KindRef): string {
  return `${apiVersionOf(kind)}, Resource=${kind.plural}`;
}

function slashForm(kind: KindRef): string {
  return `${apiVersionOf(kind)}/${kind.plural}`;
}

function labelOf({ state, instance, next }: Outcome): string {
  if (state !== "DELETING") return next.kind;
  return instance ? "deleting" : "deleted";
}
