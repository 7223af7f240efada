/** The objects and settings that the instance controllers of all kinds share. */
import type { CachedParts } from "../../clusters/mod.ts";
import type { PassContext } from "../../reconcile/mod.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Observer } from "../observe/observer.ts";
import type { Change } from "../view.ts";
import type { EventRecorder } from "./event_recorder.ts";

/** The objects and settings that the controllers of all instance kinds share. */
export interface InstanceDeps {
  /** The parts that the `CachedCluster` objects of all passes share. */
  parts: CachedParts;
  /** The context of all passes, without the RGD and the revision, which each pass adds. */
  context: Omit<PassContext, "rgdUid" | "instanceRevision">;
  /** The metrics that count passes and events. */
  metrics: Metrics;
  /** The recorder of Kubernetes Events; absent when the feature gate is off. */
  events?: EventRecorder;
  /** Records the writes of passes. Present only if passes must not write. */
  observer?: Observer;
  /**
   * The time after which an instance is reconciled again while the instance waits for a change that no watch
   * reports, in milliseconds. If the value is 0, 10 s are used.
   */
  requeueMs: number;
  /** The time within which the caches of a graph must be synced, in milliseconds. Upstream kro waits 30 s. */
  syncTimeoutMs: number;
  /**
   * Returns whether this process may write now. If a pass fails because it must not write, the failure is not
   * logged.
   */
  mayWrite: () => boolean;
  /** Called when the state of an instance has changed. */
  changed?: (change: Change) => void;
}
