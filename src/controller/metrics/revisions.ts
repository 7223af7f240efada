/**
 * The metrics of GraphRevisions: their compilation, their state in memory, and the deletion of old revisions.
 */
import { findCondition, type ResourceGraphDefinition } from "../../api/mod.ts";
import type { RevisionEvents } from "../../publish/mod.ts";
import type { Instruments } from "./instruments.ts";

/**
 * The state of a revision in memory: `pending` is not compiled yet, `active` is compiled and serves
 * instances, and `failed` has problems.
 */
type RevisionState = "pending" | "active" | "failed";

const STATES: readonly RevisionState[] = ["pending", "active", "failed"];

/** Counts the compilations, deletions and states of GraphRevisions. No label contains the name of an RGD. */
export class RevisionMetrics implements RevisionEvents {
  readonly #compiled;
  readonly #compileSeconds;
  readonly #statusErrors;
  readonly #deferred;
  readonly #retired;
  readonly #retireErrors;
  readonly #transitions;
  readonly #evictions;
  /**
   * The states of the revisions of each RGD. The outer keys are the names of the RGDs, and the inner keys the
   * numbers of the revisions.
   */
  readonly #known = new Map<string, ReadonlyMap<number, RevisionState>>();

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#compiled = to.counter(
      "graph_revision_compile_total",
      "Compilations of GraphRevisions by result: success or failed.",
      ["result"],
    );
    this.#compileSeconds = to.histogram(
      "graph_revision_compile_duration_seconds",
      "Time to compile a GraphRevision, in seconds.",
      ["result"],
    );
    this.#statusErrors = to.counter(
      "graph_revision_status_update_errors_total",
      "Failed writes of the status of GraphRevisions.",
    );
    this.#deferred = to.counter(
      "graph_revision_activation_deferred_total",
      "Revisions that compile but do not serve yet, because writing their status failed.",
    );
    this.#retired = to.counter(
      "rgd_graph_revision_gc_deleted_total",
      "GraphRevisions deleted because the RGD has more than the maximum.",
    );
    this.#retireErrors = to.counter(
      "rgd_graph_revision_gc_errors_total",
      "Failed deletions of GraphRevisions beyond the maximum.",
    );
    this.#transitions = to.counter(
      "graph_revision_registry_transitions_total",
      "State changes of revisions in memory.",
      ["from", "to"],
    );
    this.#evictions = to.counter(
      "graph_revision_registry_evictions_total",
      "Revisions removed from memory.",
    );
    to.gauges(
      "graph_revision_registry_entries",
      "Revisions in memory, one or two per RGD, by state: pending, active (serving) or failed.",
      ["state"],
      () => STATES.map((state) => ({ labels: { state }, value: this.#count(state) })),
    );
  }

  /**
   * Counts a compilation of a revision and records its duration in seconds. `ok` is false when the
   * compilation found problems.
   */
  compiled(ok: boolean, seconds: number): void {
    const result = ok ? "success" : "failed";
    this.#compiled.inc({ result });
    this.#compileSeconds.observe({ result }, seconds);
  }

  /**
   * Counts a failed write of a revision's status. `ok` is true when the revision itself compiles without
   * problems.
   */
  statusFailed(ok: boolean): void {
    this.#statusErrors.inc();
    if (ok) this.#deferred.inc();
  }

  /**
   * Counts the deletion of a revision that exceeds the maximum number of revisions. `ok` is false when the
   * deletion failed.
   */
  retired(ok: boolean): void {
    if (ok) this.#retired.inc();
    else this.#retireErrors.inc();
  }

  /**
   * Records the newest revision of an RGD as pending. Does nothing if a state of one of the RGD's revisions
   * was recorded before, because that state may be newer, such as `active`.
   */
  pending({ metadata, status }: ResourceGraphDefinition): void {
    const newest = status?.lastIssuedRevision;
    if (newest && !this.#known.has(metadata.name!)) {
      this.#keep(metadata.name!, new Map([[newest, "pending"]]));
    }
  }

  /**
   * Records the states of an RGD's revisions after the RGD was processed.
   *
   * @param serving The number of the revision that serves the instances; undefined when no revision serves
   * them.
   */
  resolved({ metadata, status }: ResourceGraphDefinition, serving: number | undefined): void {
    const revisions = new Map<number, RevisionState>();
    const newest = status?.lastIssuedRevision;
    const verdict = findCondition(status?.conditions, "GraphRevisionsResolved");
    if (newest && verdict?.status === "False") revisions.set(newest, "failed");
    if (serving !== undefined) revisions.set(serving, "active");
    this.#keep(metadata.name!, revisions);
  }

  /** Removes the revisions of an RGD that was deleted. */
  gone(graph: string): void {
    this.#keep(graph, new Map());
  }

  #keep(graph: string, revisions: ReadonlyMap<number, RevisionState>): void {
    for (const [number, from] of this.#known.get(graph) ?? []) {
      const to = revisions.get(number);
      if (to === undefined) this.#evictions.inc();
      else if (to !== from) this.#transitions.inc({ from, to });
    }
    if (revisions.size > 0) this.#known.set(graph, revisions);
    else this.#known.delete(graph);
  }

  #count(state: RevisionState): number {
    const all = [...this.#known.values()].flatMap((revisions) => [...revisions.values()]);
    return all.filter((one) => one === state).length;
  }
}
