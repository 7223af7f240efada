/**
 * The flags of `kro controller`. The names are those of upstream kro. The defaults are those of upstream kro
 * as well, except for the defaults that the help text lists.
 */
import { type Command, Option } from "commander";
import { CONTROLLER_DEFAULTS, RESYNC_MS, RETRY_DELAYS } from "../controller/mod.ts";
import { MAX_COLLECTION_SIZE, MAX_DIMENSIONS } from "../graph/mod.ts";
import { LEASE_DEFAULTS } from "../kube/mod.ts";
import { MAX_REVISIONS } from "../publish/mod.ts";
import { ENDPOINT_PORT, METRICS_PORT } from "../server/mod.ts";
import { addCostFlags, type CostFlags } from "./cost_flags.ts";
import { UsageError } from "./errors.ts";
import { featureGatesOption, type GateFlags } from "./feature_gates.ts";
import {
  argument,
  parseBoolean,
  parseCount,
  parseDecimal,
  parseInteger,
  parsePositive,
} from "./flag_values.ts";
import { durationOption } from "./durations.ts";
import { parseVerbosity, type ZapFlags } from "./log.ts";
import { addTlsFlags, type TlsFlags } from "./tls.ts";

/**
 * The values of the flags of `kro controller`. Durations are in milliseconds, unless the field says
 * otherwise.
 */
export interface ControllerFlags extends ZapFlags, GateFlags, CostFlags, TlsFlags {
  /** The path of a kubeconfig file, set by `--kubeconfig`. */
  kubeconfig?: string;
  /** The maximum rate of requests per second, set by `--client-qps`; unlimited when absent. */
  clientQps?: number;
  /** The maximum burst of requests, set by `--client-burst`. */
  clientBurst?: number;
  /**
   * The address `host:port` of the HTTP endpoint, set by `--health-probe-bind-address`. The value `0`
   * disables the endpoint.
   */
  healthProbeBindAddress: string;
  /**
   * The address `host:port` of the endpoint that serves only metrics, set by `--metrics-bind-address`. The
   * value `0` disables the endpoint.
   */
  metricsBindAddress: string;
  /**
   * Whether the JSON API is served only to clients with a token that may get the URL `/graphs`, set by
   * `--http-auth`.
   */
  httpAuth?: boolean;
  /**
   * Whether metrics are served only to clients with a token that may get the URL `/metrics`, set by
   * `--metrics-auth`.
   */
  metricsAuth?: boolean;
  /** Whether the process only observes, set by `--observe`. */
  observe?: boolean;
  /** Whether leader election is on, set by `--leader-elect`. */
  leaderElect?: boolean;
  /** The namespace of the Lease, set by `--leader-election-namespace`. */
  leaderElectionNamespace?: string;
  /**
   * The time for which a Lease without renewal stays valid, in milliseconds. Set by
   * `--leader-election-lease-duration`.
   */
  leaderElectionLeaseDuration: number;
  /**
   * The time for which renewals of the Lease may fail before the process gives up leadership, in
   * milliseconds. Set by `--leader-election-renew-deadline`.
   */
  leaderElectionRenewDeadline: number;
  /** The interval between renewals of the Lease, in milliseconds. Set by `--leader-election-retry-period`. */
  leaderElectionRetryPeriod: number;
  /** Whether caches are filled while the process waits for the Lease, set by `--enable-controller-warmup`. */
  enableControllerWarmup?: boolean;
  /**
   * The time within which running passes must end after SIGTERM, in milliseconds. Set by
   * `--graceful-shutdown-timeout`.
   */
  gracefulShutdownTimeout: number;
  /**
   * The duration of a pass beyond which the operator is unhealthy, in milliseconds. Set by `--pass-deadline`.
   */
  passDeadline: number;
  /** The folder for heap snapshots, set by `--debug-dir`. */
  debugDir?: string;
  /** Whether deleting an RGD also deletes its instances and its CRD, set by `--allow-crd-deletion`. */
  allowCrdDeletion?: boolean;
  /**
   * The interval at which kro checks whether an RGD in deletion still has instances, in milliseconds. Set by
   * `--rgd-progress-requeue-delay`.
   */
  rgdProgressRequeueDelay: number;
  /**
   * The maximum number of RGDs that are processed at the same time, set by
   * `--resource-graph-definition-concurrent-reconciles`.
   */
  resourceGraphDefinitionConcurrentReconciles: number;
  /** The maximum number of objects that one forEach may create, set by `--rgd-max-collection-size`. */
  rgdMaxCollectionSize: number;
  /** The maximum number of dimensions of one forEach, set by `--rgd-max-collection-dimension-size`. */
  rgdMaxCollectionDimensionSize: number;
  /** The maximum number of GraphRevisions that are kept for each RGD, set by `--rgd-max-graph-revisions`. */
  rgdMaxGraphRevisions: number;
  /**
   * The maximum number of instances that are reconciled at the same time, set by
   * `--dynamic-controller-concurrent-reconciles`.
   */
  dynamicControllerConcurrentReconciles: number;
  /**
   * The delay in milliseconds after which an instance is reconciled again if it waits for a change that no
   * watch reports. Set by `--instance-requeue-interval`.
   */
  instanceRequeueInterval: number;
  /**
   * The delay after the first failure of an instance, in milliseconds. Set by
   * `--dynamic-controller-rate-limiter-min-delay`.
   */
  dynamicControllerRateLimiterMinDelay: number;
  /**
   * The longest delay after a failure of an instance, in milliseconds. Set by
   * `--dynamic-controller-rate-limiter-max-delay`.
   */
  dynamicControllerRateLimiterMaxDelay: number;
  /**
   * The maximum rate of retries per second for all instances together, set by
   * `--dynamic-controller-rate-limiter-rate-limit`.
   */
  dynamicControllerRateLimiterRateLimit: number;
  /**
   * The maximum burst of retries for all instances together, set by
   * `--dynamic-controller-rate-limiter-burst-limit`.
   */
  dynamicControllerRateLimiterBurstLimit: number;
  /**
   * The number of consecutive failures after which an instance waits for a change, set by
   * `--dynamic-controller-default-queue-max-retries`.
   */
  dynamicControllerDefaultQueueMaxRetries: number;
  /**
   * The interval between full resyncs, in seconds; 0 disables full resyncs. Set by
   * `--dynamic-controller-default-resync-period`.
   */
  dynamicControllerDefaultResyncPeriod: number;
}

/**
 * Maps each flag of upstream kro that is accepted but has no effect here to the help text of the flag. The
 * help text states why the flag has no effect.
 */
const IGNORED: Record<string, string> = {
  "graph-revision-concurrent-reconciles": "revisions are reconciled with their RGD",
  "pprof-bind-address": "--debug-dir gives heap snapshots",
  "zap-stacktrace-level": "no stack traces are logged",
  "zap-time-encoding": "times are RFC 3339",
};

/** Adds the flags of `kro controller` to the command. */
export function addControllerFlags(command: Command): Command {
  const [count, positive] = [argument(parseCount), argument(parsePositive)];
  const truth = argument(parseBoolean);
  const dynamic = "--dynamic-controller";
  command
    .optionsGroup("Cluster:")
    .option("--kubeconfig <file>", "kubeconfig file; in a pod its service account by default")
    .option(
      "--client-qps <n>",
      "requests to the API server per second; 0 or no flag for no limit",
      argument(parseDecimal),
    )
    .option(
      "--client-burst <n>",
      "requests that may exceed --client-qps in a burst; --client-qps by default",
      count,
    )
    .option(
      "--observe [bool]",
      "write nothing and hold no Lease; show what would be written in the JSON API, metrics and log",
      truth,
    )
    .optionsGroup("HTTP:")
    .option(
      "--health-probe-bind-address <address>",
      "address of health checks, metrics and JSON API; 0 disables it",
      `:${ENDPOINT_PORT}`,
    )
    .option(
      "--metrics-bind-address <address>",
      "address of the metrics alone; 0 disables it",
      `:${METRICS_PORT}`,
    )
    .option(
      "--http-auth [bool]",
      "serve the JSON API only to tokens that may get the URL /graphs; only to kro's own host by default",
      truth,
    )
    .option(
      "--metrics-auth [bool]",
      "serve metrics only to tokens that may get the URL /metrics",
      truth,
    );
  addTlsFlags(command)
    .optionsGroup("Leader election, start and stop:")
    .option(
      "--leader-elect [bool]",
      "reconcile only while holding the Lease controller.kro.run",
      truth,
    )
    .option(
      "--leader-election-namespace <name>",
      "namespace of the Lease; in a pod its namespace by default",
    )
    .addOption(durationOption(
      "--leader-election-lease-duration <duration>",
      "time without renewal after which another controller takes the Lease",
      LEASE_DEFAULTS.durationSeconds * 1000,
    ))
    .addOption(durationOption(
      "--leader-election-renew-deadline <duration>",
      "time without renewal after which this controller stops writing",
      LEASE_DEFAULTS.renewDeadlineSeconds * 1000,
    ))
    .addOption(durationOption(
      "--leader-election-retry-period <duration>",
      "interval between renewals",
      LEASE_DEFAULTS.retrySeconds * 1000,
    ))
    .option("--enable-controller-warmup [bool]", "fill caches while waiting for the Lease", truth)
    .addOption(durationOption(
      "--graceful-shutdown-timeout <duration>",
      "time that running reconciles have to finish after SIGTERM",
      60_000,
    ))
    .addOption(durationOption(
      "--pass-deadline <duration>",
      "time after which a running reconcile fails /healthz",
      CONTROLLER_DEFAULTS.passDeadlineMs,
    ))
    .option("--debug-dir <folder>", "folder that SIGUSR2 writes heap snapshots to")
    .optionsGroup("ResourceGraphDefinitions:")
    .option(
      "--resource-graph-definition-concurrent-reconciles <n>",
      "RGDs reconciled at the same time",
      positive,
      CONTROLLER_DEFAULTS.graphWorkers,
    )
    .addOption(durationOption(
      "--rgd-progress-requeue-delay <duration>",
      "interval at which a deleted RGD checks for remaining instances",
      CONTROLLER_DEFAULTS.graphProgressMs,
    ))
    .option(
      "--rgd-max-collection-size <n>",
      "objects that one forEach may create",
      count,
      MAX_COLLECTION_SIZE,
    )
    .option(
      "--rgd-max-collection-dimension-size <n>",
      "dimensions that one forEach may have",
      count,
      MAX_DIMENSIONS,
    )
    .option(
      "--rgd-max-graph-revisions <n>",
      "GraphRevisions kept for each RGD; 0 or less keeps all",
      argument(parseInteger),
      MAX_REVISIONS,
    )
    .option(
      "--allow-crd-deletion [bool]",
      "when an RGD is deleted, also delete its instances and CRD",
      truth,
    )
    .addOption(featureGatesOption())
    .optionsGroup("Instances:")
    .option(
      `${dynamic}-concurrent-reconciles <n>`,
      "instances reconciled at the same time",
      positive,
      CONTROLLER_DEFAULTS.instanceWorkers,
    );
  addCostFlags(command)
    .addOption(durationOption(
      "--instance-requeue-interval <duration>",
      "delay before an instance is requeued that waits for a change that no watch reports; 0 sets 10s",
      CONTROLLER_DEFAULTS.instanceRequeueMs,
    ))
    .addOption(durationOption(
      `${dynamic}-rate-limiter-min-delay <duration>`,
      "delay after the first failure of an instance; doubles with each further failure",
      RETRY_DELAYS.minDelayMs,
    ))
    .addOption(durationOption(
      `${dynamic}-rate-limiter-max-delay <duration>`,
      "longest delay after a failure of an instance",
      RETRY_DELAYS.maxDelayMs,
    ))
    .option(
      `${dynamic}-rate-limiter-rate-limit <n>`,
      "retries per second of all instances together; 0 for no limit",
      count,
      10,
    )
    .option(
      `${dynamic}-rate-limiter-burst-limit <n>`,
      "retries that may exceed the rate limit in a burst",
      count,
      100,
    )
    .option(
      `${dynamic}-default-queue-max-retries <n>`,
      "consecutive failures after which an instance waits for a change or the next resync",
      count,
      20,
    )
    .option(
      `${dynamic}-default-resync-period <s>`,
      "interval between full resyncs of a kind, in seconds; 0 disables them",
      count,
      RESYNC_MS / 1000,
    )
    .optionsGroup("Log:")
    .option(
      "-v, --verbose [level]",
      "verbosity: 1 logs each reconcile, 2 each node and request",
      argument(parseVerbosity),
    )
    .addOption(
      new Option("--log-format <format>", "log format; text by default").choices(["text", "json"]),
    )
    .option(
      "--zap-log-level <level>",
      "upstream's form of -v: debug, info, error, panic or a number",
    )
    .addOption(
      new Option("--zap-encoder <format>", "upstream's form of --log-format")
        .choices(["json", "console"]),
    )
    .option("--zap-devel [bool]", "log debug lines as text; false logs info lines as JSON", truth)
    .optionsGroup("Accepted for compatibility with upstream, without effect:");
  for (const [name, why] of Object.entries(IGNORED)) command.option(`--${name} <value>`, why);
  const { instanceWorkers, graphWorkers } = CONTROLLER_DEFAULTS;
  command.addHelpText(
    "after",
    "\nFlags take one dash or two; durations are Go's: 500ms, 90s, 1h30m. Defaults are upstream's, except\n" +
      `${instanceWorkers} instances and ${graphWorkers} RGDs at a time instead of 1, and no client limit ` +
      "instead of 100 and 150.",
  );
  return command;
}

/** Returns the names of the flags that the user has set although they have no effect. */
export function ignoredFlags(flags: ControllerFlags): string[] {
  const given = flags as unknown as Record<string, unknown>;
  const camel = (name: string) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const ignored = Object.keys(IGNORED).filter((name) => given[camel(name)] !== undefined)
    .map((name) => `--${name}`);
  if (flags.leaderElect && flags.observe) ignored.push("--leader-elect (with --observe)");
  if (flags.allowCrdDeletion && flags.observe) {
    ignored.push("--allow-crd-deletion (with --observe)");
  }
  if (flags.enableControllerWarmup && !flags.leaderElect) {
    ignored.push("--enable-controller-warmup (without --leader-elect)");
  }
  return ignored;
}

/**
 * Throws UsageError when the durations of leader election do not fit together, or when the namespace of the
 * Lease is unknown.
 *
 * @param inCluster The namespace of the pod; undefined when the process runs outside of a cluster.
 */
export function checkFlags(flags: ControllerFlags, inCluster: string | undefined): void {
  const lease = flags.leaderElectionLeaseDuration;
  const deadline = flags.leaderElectionRenewDeadline;
  const retry = flags.leaderElectionRetryPeriod;
  if (lease <= deadline || deadline <= retry || retry <= 0 || lease < 1000) {
    throw new UsageError(
      "--leader-election-lease-duration must be at least 1s and longer than -renew-deadline, and that longer " +
        `than -retry-period: they are ${lease / 1000}s, ${deadline / 1000}s and ${retry / 1000}s`,
    );
  }
  const elects = flags.leaderElect && !flags.observe;
  if (elects && !flags.leaderElectionNamespace && inCluster === undefined) {
    throw new UsageError("--leader-elect outside a cluster needs --leader-election-namespace");
  }
}
