/** The options with which the operator is created. */
import type { CostLimits } from "../cel/mod.ts";
import type { CompileOptions } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { LeadershipOptions } from "./lease/leadership.ts";
import type { Metrics } from "./metrics/metrics.ts";

/** The options of the operator. All durations are in milliseconds. */
export interface ControllerOptions {
  /**
   * The client of the cluster. Connect the client with `onRequest: metrics.request`, so that its requests are
   * counted.
   */
  client: KubeClient;
  /** The version of kro, which is written to labels. */
  version: string;
  /** The identity of this process, which is written to the label `kro.run/controller-pod-id`. */
  podId: string;
  /** The metrics to which the operator adds its measurements. If absent, new metrics are created. */
  metrics?: Metrics;
  /**
   * The options of the Lease. The Lease shows other processes that an operator is running. The holder of the
   * Lease is the leader.
   */
  lease?: LeadershipOptions;
  /**
   * Whether this process fills its caches while another process still holds the Lease; false by default. With
   * full caches, this process starts to work without delay when it becomes the leader.
   */
  warmup?: boolean;
  /**
   * Whether the operator only observes; false by default. It then holds no Lease, sends no write, and records
   * the writes that it would send.
   */
  observe?: boolean;
  /** The limits and feature gates for compiling RGDs (ResourceGraphDefinitions). */
  compile?: CompileOptions;
  /**
   * Whether Kubernetes Events about instances are written; false by default. Set by the feature gate
   * InstanceConditionEvents.
   */
  conditionEvents?: boolean;
  /** The maximum number of objects that one forEach may create; `MAX_COLLECTION_SIZE` by default. */
  maxCollectionSize?: number;
  /** The limits of the cost of CEL expressions. */
  costs?: CostLimits;
  /**
   * The maximum number of GraphRevisions that are kept for each RGD; `MAX_REVISIONS` by default. With zero or
   * a negative number, kro keeps all revisions.
   */
  maxRevisions?: number;
  /**
   * Whether the metrics have a series for each condition of each instance; false by default. Set by the
   * feature gate InstanceConditionMetrics.
   */
  conditionMetrics?: boolean;
  /**
   * Whether deleting an RGD also deletes its instances and its CRD. By default, the instances and the CRD are
   * kept.
   */
  allowCrdDeletion?: boolean;
  /** The maximum number of instances that are reconciled at the same time; 16 by default. */
  instanceWorkers?: number;
  /** The maximum number of RGDs that are processed at the same time; 4 by default. */
  graphWorkers?: number;
  /**
   * The delay before kro again reconciles an instance that waits for a change that no watch reports; 3 s by
   * default. The value 0 means 10 s.
   */
  instanceRequeueMs?: number;
  /**
   * The delay before kro again processes an RGD whose deletion waits until its instances are deleted; 3 s by
   * default.
   */
  graphProgressMs?: number;
  /**
   * The delay after the first failure of an instance; 200 ms by default. The delay doubles with each
   * consecutive failure.
   */
  retryMinMs?: number;
  /** The longest delay after a failure of an instance; 1000 s by default. */
  retryMaxMs?: number;
  /** The rate limit for the retries of all instances together; unlimited by default. */
  retryRate?: { perSecond: number; burst: number };
  /**
   * The number of consecutive failures after which an instance is not retried until a change or the next
   * full resync; unlimited by default.
   */
  maxRetries?: number;
  /**
   * The time between two full resyncs, which find changes that no watch event reported; `RESYNC_MS` by
   * default. The value 0 disables full resyncs.
   */
  resyncMs?: number;
  /**
   * The operator reports itself unhealthy when a pass takes longer than this time; 10 min by default. A pass
   * is one reconciliation of one instance or RGD.
   */
  passDeadlineMs?: number;
  /**
   * Called once, when the JavaScript heap exceeds its limit even without garbage. The caller then stops the
   * operator.
   */
  heapFull?: () => void;
  /**
   * The time within which the caches of a kind must be synced; 30 s by default. If the caches are not synced
   * in time, serving the kind fails and is retried.
   */
  syncTimeoutMs?: number;
  /**
   * The delay before kro first reviews missing permissions again, in milliseconds; 60 s by default. The delay
   * doubles after each review with the same result.
   */
  rightsRecheckMs?: number;
}
