/** What becomes of GraphRevisions: compiled, kept in memory, retired. */
import { findCondition, type ResourceGraphDefinition } from "../../api/mod.ts";
import type { RevisionEvents } from "../../publish/mod.ts";
import type { Instruments } from "./instruments.ts";

/** How a revision stands in memory: known, compiled and kept, or known not to compile. */
type RevisionState = "pending" | "active" | "failed";

const STATES: readonly RevisionState[] = ["pending", "active", "failed"];

/** See the file's first line. Labels name no RGD. */
export class RevisionMetrics implements RevisionEvents {
  readonly #compiled;
  readonly #compileSeconds;
  readonly #statusErrors;
  readonly #deferred;
  readonly #retired;
  readonly #retireErrors;
  readonly #transitions;
  readonly #evictions;
  /** By RGD and number. */
  readonly #known = new Map<string, ReadonlyMap<number, RevisionState>>();

  /** Registers them. */
  constructor(to: Instruments) {
    this.#compiled = to.counter(
      "graph_revision_compile_total",
      "Compilations of GraphRevisions: success or failed.",
      ["result"],
    );
    this.#compileSeconds = to.histogram(
      "graph_revision_compile_duration_seconds",
      "Time to compile a GraphRevision.",
      ["result"],
    );
    this.#statusErrors = to.counter(
      "graph_revision_status_update_errors_total",
      "Status writes of GraphRevisions that failed.",
    );
    this.#deferred = to.counter(
      "graph_revision_activation_deferred_total",
      "Good revisions that do not serve yet because their status could not be written.",
    );
    this.#retired = to.counter(
      "rgd_graph_revision_gc_deleted_total",
      "GraphRevisions deleted because newer ones are enough.",
    );
    this.#retireErrors = to.counter(
      "rgd_graph_revision_gc_errors_total",
      "Such deletions that failed.",
    );
    this.#transitions = to.counter(
      "graph_revision_registry_transitions_total",
      "Changes of the state of a revision in memory.",
      ["from", "to"],
    );
    this.#evictions = to.counter(
      "graph_revision_registry_evictions_total",
      "Revisions that memory let go.",
    );
    to.gauges(
      "graph_revision_registry_entries",
      "Revisions in memory, one or two an RGD: pending, active (compiled and serving) or failed.",
      ["state"],
      () => STATES.map((state) => ({ labels: { state }, value: this.#count(state) })),
    );
  }

  /** A revision was compiled. */
  compiled(ok: boolean, seconds: number): void {
    const result = ok ? "success" : "failed";
    this.#compiled.inc({ result });
    this.#compileSeconds.observe({ result }, seconds);
  }

  /** The status of a revision could not be written; `ok`: it would have served. */
  statusFailed(ok: boolean): void {
    this.#statusErrors.inc();
    if (ok) this.#deferred.inc();
  }

  /** An old revision was deleted, or could not be. */
  retired(ok: boolean): void {
    if (ok) this.#retired.inc();
    else this.#retireErrors.inc();
  }

  /** An RGD came up: its newest revision is compiled next. */
  pending({ metadata, status }: ResourceGraphDefinition): void {
    const newest = status?.lastIssuedRevision;
    if (newest && !this.#known.has(metadata.name!)) {
      this.#keep(metadata.name!, new Map([[newest, "pending"]]));
    }
  }

  /** After a pass over an RGD: what it serves, and whether its newest revision compiles. */
  resolved({ metadata, status }: ResourceGraphDefinition, serving: number | undefined): void {
    const revisions = new Map<number, RevisionState>();
    const newest = status?.lastIssuedRevision;
    const verdict = findCondition(status?.conditions, "GraphRevisionsResolved");
    if (newest && verdict?.status === "False") revisions.set(newest, "failed");
    if (serving !== undefined) revisions.set(serving, "active");
    this.#keep(metadata.name!, revisions);
  }

  /** An RGD is gone. */
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
