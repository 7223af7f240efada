/** What becomes of RGDs and their revisions. */
import type { Instruments } from "./instruments.ts";

/** RGDs that were deleted: so many are still told of, for the counters of their deletion. */
const MAX_DELETED = 200;

/** See the file's first line. */
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

  /** Registers them. */
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
      "Time to compile an RGD.",
      [
        "name",
      ],
    );
    this.#states = to.counter("rgd_state_transitions_total", "Changes of an RGD's state.", [
      "name",
      "from",
      "to",
    ]);
    this.#deletions = to.counter("rgd_deletions_total", "RGDs let go.", ["name"]);
    this.#deletionSeconds = to.histogram(
      "rgd_deletion_duration_seconds",
      "Time from an RGD's deletion until it was let go.",
      ["name"],
    );
    this.#issued = to.counter("rgd_graph_revision_issue_total", "GraphRevisions made.", ["reason"]);
    this.#resolutions = to.counter(
      "rgd_graph_revision_resolution_total",
      "What passes over RGDs came to: serve, issue or failed.",
      ["result"],
    );
  }

  /** One compilation of an RGD. */
  build(name: string, seconds: number, ok: boolean): void {
    this.#builds.inc({ name });
    this.#buildSeconds.observe({ name }, seconds);
    if (!ok) this.#buildErrors.inc({ name });
  }

  /** What a pass over an RGD came to. */
  resolution(result: "serve" | "issue" | "failed"): void {
    this.#resolutions.inc({ result });
  }

  /** An RGD's state after a pass. */
  state(name: string, from: string, to: string): void {
    if (from !== to) this.#states.inc({ name, from, to });
  }

  /** A GraphRevision was made. */
  issued(reason: "no_revision" | "spec_changed"): void {
    this.#issued.inc({ reason });
  }

  /** An RGD was let go, so long after its deletion began: all that was told of it goes, but this. */
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
