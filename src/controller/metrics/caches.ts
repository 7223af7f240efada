/** The metrics of the watches of child objects and of external objects. */
import type { KindRef } from "../../api/mod.ts";
import type { InterestCount } from "../../clusters/mod.ts";
import { commaForm } from "./instances.ts";
import type { Instruments } from "./instruments.ts";

/**
 * Measures how long caches take to sync. Counts all watch events, and separately the watch events that
 * requeued an instance.
 */
export class CacheMetrics {
  readonly #to: Instruments;
  readonly #syncSeconds;
  readonly #routed;
  readonly #matched;

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    this.#to = to;
    this.#syncSeconds = to.histogram(
      "dynamic_controller_informer_sync_duration_seconds",
      "Time until a kind's cache was synced for a graph, in seconds.",
      ["gvr"],
    );
    this.#routed = to.counter(
      "dynamic_controller_route_total",
      "Watch events of children and external objects.",
      ["gvr"],
    );
    this.#matched = to.counter(
      "dynamic_controller_route_match_total",
      "Watch events of children and external objects that requeued an instance.",
      ["gvr"],
    );
  }

  /** Records that syncing the cache of a kind took the given number of seconds. */
  synced(kind: KindRef, seconds: number): void {
    this.#syncSeconds.observe({ gvr: commaForm(kind) }, seconds);
  }

  /** Counts a watch event. `woke` is true when the event requeued an instance. */
  routed(kind: KindRef, woke: boolean): void {
    const gvr = commaForm(kind);
    this.#routed.inc({ gvr });
    if (woke) this.#matched.inc({ gvr });
  }

  /**
   * Registers a gauge with the numbers of external objects and label selectors that instances read. `read`
   * returns these numbers at each scrape.
   */
  showInterests(read: () => InterestCount[]): void {
    this.#to.gauges(
      "dynamic_controller_watch_request_count",
      "Reads of external objects by instances: one object by name (scalar), several by label (collection).",
      ["gvr", "type"],
      () =>
        read().flatMap(({ kind, byName, byLabel }) => [
          { labels: { gvr: commaForm(kind), type: "scalar" }, value: byName },
          { labels: { gvr: commaForm(kind), type: "collection" }, value: byLabel },
        ]).filter(({ value }) => value > 0),
    );
  }
}
