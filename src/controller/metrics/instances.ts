/** Passes over instances, and what they found: read from their outcomes. */
import { apiVersionOf, type KindRef } from "../../api/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";
import type { Instruments } from "./instruments.ts";

/** Conditions of one instance, for the gate InstanceConditionMetrics. */
export interface InstanceConditions {
  /** Kind of the instance. */
  kind: KindRef;
  /** Namespace; empty for cluster-scoped kinds. */
  namespace: string;
  /** Name. */
  name: string;
  /** Its conditions. */
  conditions: readonly {
    type: string;
    status: string;
    reason?: string;
    lastTransitionTime?: string;
  }[];
}

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** See the file's first line. */
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

  /** Registers them. */
  constructor(to: Instruments) {
    this.#to = to;
    const dynamic = "dynamic_controller";
    this.#items = to.counter(`${dynamic}_reconcile_total`, "Instances taken from the queue.", [
      "gvr",
    ]);
    this.#itemSeconds = to.histogram(
      `${dynamic}_reconcile_duration_seconds`,
      "Time for one instance taken from the queue.",
      ["gvr"],
    );
    this.#requeues = to.counter(
      `${dynamic}_requeue_total`,
      "What became of instances taken from the queue.",
      ["gvr", "type"],
    );
    this.#itemErrors = to.counter(
      `${dynamic}_handler_errors_total`,
      "Passes that failed, waits and what the API server refused left out.",
      ["gvr"],
    );
    this.#broken = to.counter(
      `${dynamic}_reconcile_panics_total`,
      "Passes that broke off by an error of kro's own.",
      ["gvr"],
    );
    this.#events = to.counter(
      `${dynamic}_informer_events_total`,
      "Events of instances that want a pass.",
      ["gvr", "event_type"],
    );
    this.#passes = to.counter("instance_reconcile_total", "Passes over instances.", ["gvr"]);
    this.#passSeconds = to.histogram(
      "instance_reconcile_duration_seconds",
      "Time for one pass over an instance.",
      ["gvr"],
    );
    this.#passErrors = to.counter(
      "instance_reconcile_errors_total",
      "Passes that failed, waits and what the API server refused left out.",
      ["gvr"],
    );
    this.#byOutcome = to.histogram(
      "kro_pass_duration_seconds",
      "Time for one pass: done, wait, retry, deleting or deleted.",
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
      "Passes with a graph that resolved.",
      [
        "gvr",
      ],
    );
    this.#pending = to.counter(
      `${resolution}_pending_total`,
      "Passes with a graph whose data is not there yet.",
      ["gvr"],
    );
    this.#failed = to.counter(
      `${resolution}_failures_total`,
      "Passes without a good graph, or with one that failed.",
      ["gvr", "reason"],
    );
    this.#nodes = to.counter("runtime_node_eval_total", "Nodes that passes came to.");
    this.#nodeErrors = to.counter("runtime_node_eval_errors_total", "Nodes that failed.");
    this.#ignoreChecked = to.counter(
      "runtime_node_ignored_check_total",
      "Nodes asked whether includeWhen leaves them out.",
    );
    this.#ignored = to.counter("runtime_node_ignored_total", "Nodes that includeWhen left out.");
    this.#checked = to.counter("runtime_node_ready_check_total", "Nodes asked whether ready.");
    this.#notReady = to.counter("runtime_node_not_ready_total", "Nodes that were not ready.");
    this.#swept = to.counter(
      "kro_sweep_objects_total",
      "Objects that sweeps compared with the caches.",
      ["gvr"],
    );
    this.#missed = to.counter(
      "kro_sweep_missed_total",
      "Of those, changes and ends that no event told.",
      ["gvr"],
    );
    this.#sizes = to.histogram(
      "runtime_collection_size",
      "Objects of nodes that have several.",
      [],
      SIZES,
    );
  }

  /** One sweep over the children of a kind. */
  swept(kind: KindRef, compared: number, missed: number): void {
    const gvr = slashForm(kind);
    this.#swept.inc({ gvr }, compared);
    this.#missed.inc({ gvr }, missed);
  }

  /** Shows each condition of each instance: many series. */
  showConditions(read: () => Iterable<InstanceConditions>): void {
    this.#to.gauges(
      "instance_condition_current_status_seconds",
      "Seconds since a condition of an instance took its status.",
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

  /** One pass over an instance of that kind. */
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

  /** A pass broke off before it had an outcome. */
  broke(kind: KindRef, isOurs: boolean): void {
    const gvr = slashForm(kind);
    if (isOurs) this.#broken.inc({ gvr });
    this.#items.inc({ gvr });
    this.#requeues.inc({ gvr, type: "rate_limited" });
    this.#itemErrors.inc({ gvr });
    this.#passes.inc({ gvr: commaForm(kind) });
    this.#passErrors.inc({ gvr: commaForm(kind) });
  }

  /** An instance's state after a pass; `from` is empty for the first. */
  state(kind: KindRef, from: string, to: string): void {
    if (from === to) return;
    const gvr = `${apiVersionOf(kind)}, Kind=${kind.kind}`;
    this.#states.inc({ gvr, from_state: from, to_state: to });
  }

  /** An event of an instance that wants a pass. */
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

/** All forms of a kind in upstream's label `gvr`. */
export function gvrForms(kind: KindRef): string[] {
  return [commaForm(kind), slashForm(kind), `${apiVersionOf(kind)}, Kind=${kind.kind}`];
}

/** `group/version, Resource=plural`. */
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
