/** The metrics of schema lookups, which read from memory or from the API server. */
import type { AsyncCacheListener } from "../../clusters/mod.ts";
import type { Instruments } from "./instruments.ts";

/** The histogram buckets in seconds, which are the same as in upstream kro: powers of two from 10 ms. */
const SECONDS = Array.from({ length: 10 }, (_, i) => 0.01 * 2 ** i);

/** Counts the lookups of schemas, and the reads of schemas from the API server. */
export class SchemaMetrics implements AsyncCacheListener {
  readonly #to: Instruments;
  readonly #hits;
  readonly #misses;
  readonly #shared;
  readonly #evictions;
  readonly #seconds;
  readonly #errors;

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#to = to;
    const cache = "schema_resolver_cache";
    this.#hits = to.counter(
      `${cache}_hits_total`,
      "Lookups of schemas that were answered from memory.",
    );
    this.#misses = to.counter(
      `${cache}_misses_total`,
      "Lookups of schemas that were not in memory.",
    );
    this.#evictions = to.counter(
      `${cache}_evictions_total`,
      "CRDs and OpenAPI documents removed from memory because they changed or were deleted.",
    );
    this.#shared = to.counter(
      "schema_resolver_singleflight_deduplicated_total",
      "Lookups of schemas that shared a request in flight.",
    );
    this.#seconds = to.histogram(
      "schema_resolver_api_call_duration_seconds",
      "Time to read a CRD or an OpenAPI document, in seconds.",
      [],
      SECONDS,
    );
    this.#errors = to.counter(
      "schema_resolver_errors_total",
      "Failed reads of CRDs and OpenAPI documents.",
    );
  }

  /**
   * Registers a gauge of the number of CRDs and OpenAPI documents in memory. `read` is called at each scrape.
   */
  showSize(read: () => number): void {
    this.#to.gauge("schema_resolver_cache_size", "CRDs and OpenAPI documents in memory.", read);
  }

  /**
   * Counts a lookup of a schema. A `shared` lookup waits for a load that another lookup has started. As in
   * upstream kro, it is counted both as shared and as a miss.
   */
  lookedUp(how: "hit" | "shared" | "miss"): void {
    if (how === "hit") return this.#hits.inc();
    this.#misses.inc();
    if (how === "shared") this.#shared.inc();
  }

  /**
   * Records a read of a CRD or of an OpenAPI document from the API server. `ok` is false when the read
   * failed.
   */
  loaded(ok: boolean, seconds: number): void {
    this.#seconds.observe(seconds);
    if (!ok) this.#errors.inc();
  }

  /** Counts a CRD or an OpenAPI document that was removed from memory. */
  evicted(): void {
    this.#evictions.inc();
  }
}
