/** The metrics of an operator that only observes. */
import type { KindRef } from "../../api/mod.ts";
import { commaForm } from "./instances.ts";
import type { Instruments } from "./instruments.ts";

/** The source of the metrics of an operator that only observes. */
export interface ObservedCounts {
  /**
   * Returns, for each kind with at least one compared instance, the number of compared instances, the number of
   * instances for which kro would write a child object, and the number of these objects.
   */
  counts(): { kind: KindRef; instances: number; differing: number; objects: number }[];
  /** Returns the number of compared RGDs, and the number of RGDs whose publication would write an object. */
  graphCounts(): { graphs: number; differing: number };
}

/** Registers the metrics of an operator that only observes. */
export function showObserved(to: Instruments, source: ObservedCounts): void {
  to.gauges(
    "kro_observed_instances",
    "Instances that were compared, by whether kro would write a child object.",
    ["gvr", "result"],
    () =>
      source.counts().flatMap(({ kind, instances, differing }) => [
        { labels: { gvr: commaForm(kind), result: "equal" }, value: instances - differing },
        { labels: { gvr: commaForm(kind), result: "different" }, value: differing },
      ]),
  );
  to.gauges(
    "kro_observed_differences",
    "Child objects that kro would write.",
    ["gvr"],
    () =>
      source.counts().map(({ kind, objects }) => ({
        labels: { gvr: commaForm(kind) },
        value: objects,
      })),
  );
  to.gauges(
    "kro_observed_graphs",
    "RGDs that were compared, by whether publishing them would write an object.",
    ["result"],
    () => {
      const { graphs, differing } = source.graphCounts();
      return [
        { labels: { result: "equal" }, value: graphs - differing },
        { labels: { result: "different" }, value: differing },
      ];
    },
  );
}
