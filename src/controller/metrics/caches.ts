/** Watches of children and of other people's objects: how long they fill, what their events wake. */
import type { KindRef } from "../../api/mod.ts";
import type { InterestCount } from "../../clusters/mod.ts";
import { commaForm } from "./instances.ts";
import type { Instruments } from "./instruments.ts";

/** See the file's first line. */
export class CacheMetrics {
  readonly #to: Instruments;
  readonly #syncSeconds;
  readonly #routed;
  readonly #matched;

  /** Registers them. */
  constructor(to: Instruments) {
    this.#to = to;
    this.#syncSeconds = to.histogram(
      "dynamic_controller_informer_sync_duration_seconds",
      "Time until a kind's cache was complete, each time that a graph asked for it.",
      ["gvr"],
    );
    this.#routed = to.counter(
      "dynamic_controller_route_total",
      "Events of children and of other people's objects.",
      ["gvr"],
    );
    this.#matched = to.counter(
      "dynamic_controller_route_match_total",
      "Of those, the ones that woke an instance; what tells of kro's own writes wakes none.",
      ["gvr"],
    );
  }

  /** A kind's cache is complete, after so long. */
  synced(kind: KindRef, seconds: number): void {
    this.#syncSeconds.observe({ gvr: commaForm(kind) }, seconds);
  }

  /** An event came. */
  routed(kind: KindRef, woke: boolean): void {
    const gvr = commaForm(kind);
    this.#routed.inc({ gvr });
    if (woke) this.#matched.inc({ gvr });
  }

  /** Shows what instances read of other people's objects. */
  showInterests(read: () => InterestCount[]): void {
    this.#to.gauges(
      "dynamic_controller_watch_request_count",
      "What instances read of other people's objects: one by name (scalar), several by label (collection).",
      ["gvr", "type"],
      () =>
        read().flatMap(({ kind, byName, byLabel }) => [
          { labels: { gvr: commaForm(kind), type: "scalar" }, value: byName },
          { labels: { gvr: commaForm(kind), type: "collection" }, value: byLabel },
        ]).filter(({ value }) => value > 0),
    );
  }
}
