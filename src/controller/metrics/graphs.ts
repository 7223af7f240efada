/** The metrics of RGDs (ResourceGraphDefinitions) and of the GraphRevisions that kro creates for them. */
import type { Instruments } from "./instruments.ts";

/**
 * The number of most recently deleted RGDs whose series the deletion counters keep. The series of RGDs that
 * were deleted earlier are removed.
 */
const MAX_DELETED = 200;

/** Counts the compilations, states and deletions of RGDs. When an RGD is deleted, its series are removed. */
export class GraphMetrics {
  readonly #to: Instruments;
  readonly #builds;
  readonly #buildErrors;
  readonly #buildSeconds;
  readonly #states;
  readonly #deletions;
  readonly #deletionSeconds;
  readonly #issued;
  readonly #resolutions;
  readonly #deleted = new Set<string>();

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#to = to;
    this.#builds = to.counter("rgd_graph_build_total", "Compilations of RGDs.", ["name"]);
    this.#buildErrors = to.counter(
      "rgd_graph_build_errors_total",
      "Compilations of RGDs that found problems.",
      ["name"],
    );
    this.#buildSeconds = to.histogram(
      "rgd_graph_build_duration_seconds",
      "Time to compile an RGD, in seconds.",
      [
        "name",
      ],
    );
    this.#states = to.counter("rgd_state_transitions_total", "Changes of an RGD's state.", [
      "name",
      "from",
      "to",
    ]);
    this.#deletions = to.counter(
      "rgd_deletions_total",
      "RGDs deleted, after kro removed its finalizer.",
      ["name"],
    );
    this.#deletionSeconds = to.histogram(
      "rgd_deletion_duration_seconds",
      "Time from an RGD's deletion timestamp until kro removed its finalizer, in seconds.",
      ["name"],
    );
    this.#issued = to.counter("rgd_graph_revision_issue_total", "GraphRevisions created.", [
      "reason",
    ]);
    this.#resolutions = to.counter(
      "rgd_graph_revision_resolution_total",
      "Passes over RGDs by result: serve, issue or failed.",
      ["result"],
    );
  }

  /**
   * Counts a compilation of an RGD and records its duration in seconds. `ok` is false when the compilation
   * found problems.
   */
  build(name: string, seconds: number, ok: boolean): void {
    this.#builds.inc({ name });
    this.#buildSeconds.observe({ name }, seconds);
    if (!ok) this.#buildErrors.inc({ name });
  }

  /**
   * Counts the result of processing an RGD. `issue` means that kro created a GraphRevision. Without a new
   * GraphRevision, the result is `failed` if the RGD has problems, and `serve` otherwise.
   */
  resolution(result: "serve" | "issue" | "failed"): void {
    this.#resolutions.inc({ result });
  }

  /** Counts a change of an RGD's `status.state`. */
  state(name: string, from: string, to: string): void {
    if (from !== to) this.#states.inc({ name, from, to });
  }

  /**
   * Counts a GraphRevision that kro created. The label of the metric is the reason for creating the revision.
   */
  issued(reason: "no_revision" | "spec_changed"): void {
    this.#issued.inc({ reason });
  }

  /**
   * Counts a deleted RGD. Removes the series of the RGD from all other metrics.
   *
   * @param seconds The time from the deletion timestamp of the RGD to the end of its deletion, in seconds.
   */
  async deleted(name: string, seconds: number): Promise<void> {
    this.#deleted.delete(name);
    this.#deleted.add(name);
    const oldest = this.#deleted.size > MAX_DELETED ? [...this.#deleted].slice(0, 1) : [];
    for (const gone of oldest) this.#deleted.delete(gone);
    await this.#to.forget("name", [name, ...oldest]);
    this.#deletions.inc({ name });
    this.#deletionSeconds.observe({ name }, seconds);
  }
}
