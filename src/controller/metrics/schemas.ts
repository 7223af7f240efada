/** Where the schemas of kinds come from: memory, or the API server. */
import type { AsyncCacheListener } from "../../clusters/mod.ts";
import type { Instruments } from "./instruments.ts";

/** Upstream's buckets: powers of two from 10 ms. */
const SECONDS = Array.from({ length: 10 }, (_, i) => 0.01 * 2 ** i);

/** Counts how the schemas of kinds are looked up and loaded. */
export class SchemaMetrics implements AsyncCacheListener {
  readonly #to: Instruments;
  readonly #hits;
  readonly #misses;
  readonly #shared;
  readonly #evictions;
  readonly #seconds;
  readonly #errors;

  /** Registers them. */
  constructor(to: Instruments) {
    this.#to = to;
    const cache = "schema_resolver_cache";
    this.#hits = to.counter(`${cache}_hits_total`, "Schemas found in memory.");
    this.#misses = to.counter(`${cache}_misses_total`, "Schemas that were not in memory.");
    this.#evictions = to.counter(
      `${cache}_evictions_total`,
      "CRDs and OpenAPI documents forgotten, for they changed or went.",
    );
    this.#shared = to.counter(
      "schema_resolver_singleflight_deduplicated_total",
      "Schemas that came with a request already under way.",
    );
    this.#seconds = to.histogram(
      "schema_resolver_api_call_duration_seconds",
      "Time to read a CRD or an OpenAPI document.",
      [],
      SECONDS,
    );
    this.#errors = to.counter(
      "schema_resolver_errors_total",
      "Reads of CRDs and OpenAPI documents that failed.",
    );
  }

  /** Shows how many CRDs and documents are in memory. */
  showSize(read: () => number): void {
    this.#to.gauge("schema_resolver_cache_size", "CRDs and OpenAPI documents in memory.", read);
  }

  /** A lookup that shares a load counts as a miss too, as upstream counts. */
  lookedUp(how: "hit" | "shared" | "miss"): void {
    if (how === "hit") return this.#hits.inc();
    this.#misses.inc();
    if (how === "shared") this.#shared.inc();
  }

  /** A CRD or an OpenAPI document was read. */
  loaded(ok: boolean, seconds: number): void {
    this.#seconds.observe(seconds);
    if (!ok) this.#errors.inc();
  }

  /** A CRD or an OpenAPI document was dropped. */
  evicted(): void {
    this.#evictions.inc();
  }
}
