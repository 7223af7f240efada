/** The flags of `kro controller`: upstream's names and defaults, in groups. */
import { type Command, Option } from "commander";
import { MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { argument } from "./argument.ts";
import { addCostFlags, type CostFlags } from "./cost_flags.ts";
import { UsageError } from "./errors.ts";
import { featureGatesOption, type GateFlags } from "./feature_gates.ts";
import { parseBoolean, parseCount, parseDecimal, parseInteger, parsePositive } from "./numbers.ts";
import { parseDuration } from "./output.ts";
import { parseVerbosity, type ZapFlags } from "./log.ts";

/** Flags of `kro controller`; durations in milliseconds. */
export interface ControllerFlags extends ZapFlags, GateFlags, CostFlags {
  /** `--kubeconfig`. */
  kubeconfig?: string;
  /** `--client-qps`; no limit unless given. */
  clientQps?: number;
  /** `--client-burst`. */
  clientBurst?: number;
  /** `--health-probe-bind-address`: where the HTTP endpoint listens. */
  healthProbeBindAddress: string;
  /** `--metrics-bind-address`: the metrics alone, `0` for not. */
  metricsBindAddress: string;
  /** `--metrics-auth`. */
  metricsAuth?: boolean;
  /** `--leader-elect`. */
  leaderElect?: boolean;
  /** `--leader-election-namespace`: where the Lease is. */
  leaderElectionNamespace?: string;
  /** `--leader-election-lease-duration`. */
  leaderElectionLeaseDuration: number;
  /** `--leader-election-renew-deadline`. */
  leaderElectionRenewDeadline: number;
  /** `--leader-election-retry-period`. */
  leaderElectionRetryPeriod: number;
  /** `--enable-controller-warmup`. */
  enableControllerWarmup?: boolean;
  /** `--graceful-shutdown-timeout`. */
  gracefulShutdownTimeout: number;
  /** `--pass-deadline`. */
  passDeadline: number;
  /** `--debug-dir`. */
  debugDir?: string;
  /** `--allow-crd-deletion`. */
  allowCrdDeletion?: boolean;
  /** `--rgd-progress-requeue-delay`. */
  rgdProgressRequeueDelay: number;
  /** `--resource-graph-definition-concurrent-reconciles`. */
  resourceGraphDefinitionConcurrentReconciles: number;
  /** `--rgd-max-collection-size`. */
  rgdMaxCollectionSize: number;
  /** `--rgd-max-collection-dimension-size`. */
  rgdMaxCollectionDimensionSize: number;
  /** `--rgd-max-graph-revisions`. */
  rgdMaxGraphRevisions: number;
  /** `--dynamic-controller-concurrent-reconciles`. */
  dynamicControllerConcurrentReconciles: number;
  /** `--instance-requeue-interval`. */
  instanceRequeueInterval: number;
  /** `--dynamic-controller-rate-limiter-min-delay`. */
  dynamicControllerRateLimiterMinDelay: number;
  /** `--dynamic-controller-rate-limiter-max-delay`. */
  dynamicControllerRateLimiterMaxDelay: number;
  /** `--dynamic-controller-rate-limiter-rate-limit`. */
  dynamicControllerRateLimiterRateLimit: number;
  /** `--dynamic-controller-rate-limiter-burst-limit`. */
  dynamicControllerRateLimiterBurstLimit: number;
  /** `--dynamic-controller-default-queue-max-retries`. */
  dynamicControllerDefaultQueueMaxRetries: number;
  /** `--dynamic-controller-default-resync-period`, in seconds; 0 for none. */
  dynamicControllerDefaultResyncPeriod: number;
}

/** Upstream's flags that have no counterpart here, with why. */
const IGNORED: Record<string, string> = {
  "graph-revision-concurrent-reconciles": "revisions are worked on with their RGD",
  "pprof-bind-address": "see --debug-dir",
  "zap-stacktrace-level": "no stack traces are logged",
  "zap-time-encoding": "times are RFC 3339",
};

/** Adds the flags of `kro controller` to its command. */
export function addControllerFlags(command: Command): Command {
  const [count, positive] = [argument(parseCount), argument(parsePositive)];
  const truth = argument(parseBoolean);
  const dynamic = "--dynamic-controller";
  command
    .optionsGroup("Cluster:")
    .option("--kubeconfig <file>", "kubeconfig; in a cluster its service account by default")
    .option("--client-qps <n>", "requests a second; no limit by default", argument(parseDecimal))
    .option("--client-burst <n>", "requests at once before --client-qps holds", count)
    .optionsGroup("HTTP:")
    .option("--health-probe-bind-address <address>", "health, metrics and JSON API", ":8079")
    .option("--metrics-bind-address <address>", "the metrics alone, 0 for not", ":8078")
    .option("--metrics-auth [bool]", "metrics only for tokens that may get /metrics", truth)
    .optionsGroup("More than one controller, start and stop:")
    .option("--leader-elect [bool]", "only the holder of the Lease controller.kro.run works", truth)
    .option("--leader-election-namespace <name>", "namespace of the Lease; in a cluster the pod's")
    .addOption(
      lasting("--leader-election-lease-duration <duration>", "until others take over", "15s"),
    )
    .addOption(lasting("--leader-election-renew-deadline <duration>", "until writes stop", "10s"))
    .addOption(lasting("--leader-election-retry-period <duration>", "between renewals", "2s"))
    .option("--enable-controller-warmup [bool]", "fill caches before the Lease is held", truth)
    .addOption(lasting("--graceful-shutdown-timeout <duration>", "for passes under way", "60s"))
    .addOption(lasting("--pass-deadline <duration>", "longer passes fail /healthz", "10m"))
    .option("--debug-dir <folder>", "where SIGUSR2 writes a heap snapshot")
    .optionsGroup("ResourceGraphDefinitions:")
    .option("--resource-graph-definition-concurrent-reconciles <n>", "at a time", positive, 4)
    .addOption(lasting("--rgd-progress-requeue-delay <duration>", "for RGDs that wait", "3s"))
    .option("--rgd-max-collection-size <n>", "objects of one forEach", count, MAX_COLLECTION_SIZE)
    .option("--rgd-max-collection-dimension-size <n>", "dimensions of one forEach", count, 10)
    .option("--rgd-max-graph-revisions <n>", "kept; 0 for all", argument(parseInteger), 5)
    .option("--allow-crd-deletion [bool]", "delete instances and CRD with their RGD", truth)
    .addOption(featureGatesOption())
    .optionsGroup("Instances:")
    .option(`${dynamic}-concurrent-reconciles <n>`, "at a time", positive, 16);
  addCostFlags(command)
    .addOption(lasting("--instance-requeue-interval <duration>", "where no watch can tell", "3s"))
    .addOption(
      lasting(`${dynamic}-rate-limiter-min-delay <duration>`, "before a first retry", "200ms"),
    )
    .addOption(lasting(`${dynamic}-rate-limiter-max-delay <duration>`, "the longest", "1000s"))
    .option(`${dynamic}-rate-limiter-rate-limit <n>`, "retries a second; 0: any", count, 10)
    .option(`${dynamic}-rate-limiter-burst-limit <n>`, "retries at once before that", count, 100)
    .option(`${dynamic}-default-queue-max-retries <n>`, "then left until a change", count, 20)
    .option(`${dynamic}-default-resync-period <s>`, "between sweeps; 0: none", count, 36_000)
    .optionsGroup("Log:")
    .option(
      "-v, --verbose [level]",
      "1: each pass, 2: each node and request",
      argument(parseVerbosity),
    )
    .addOption(
      new Option("--log-format <format>", "text or json; text by default").choices([
        "text",
        "json",
      ]),
    )
    .option("--zap-log-level <level>", "upstream's -v: debug, info, error, panic or a number")
    .addOption(
      new Option("--zap-encoder <format>", "upstream's --log-format").choices(["json", "console"]),
    )
    .option("--zap-devel [bool]", "true: debug lines as text, false: JSON", truth)
    .optionsGroup("Accepted for upstream's sake, without effect:");
  for (const [name, why] of Object.entries(IGNORED)) command.option(`--${name} <value>`, why);
  command.addHelpText(
    "after",
    "\nFlags may have one dash or two, and durations are Go's: 500ms, 90s, 1h30m. Upstream's defaults but " +
      "for:\n8 instances and 4 RGDs at a time instead of 1, and no client limit instead of 100 and 150.",
  );
  return command;
}

/** An option that takes a duration; help shows its default as it is written. */
function lasting(flags: string, description: string, standard: string): Option {
  return new Option(flags, description).argParser(argument(parseDuration))
    .default(parseDuration(standard), standard);
}

/** Flags that were given and mean nothing here, for one line that says so. */
export function ignoredFlags(flags: ControllerFlags): string[] {
  const given = flags as unknown as Record<string, unknown>;
  const camel = (name: string) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const ignored = Object.keys(IGNORED).filter((name) => given[camel(name)] !== undefined)
    .map((name) => `--${name}`);
  if (flags.enableControllerWarmup && !flags.leaderElect) {
    ignored.push("--enable-controller-warmup (without --leader-elect)");
  }
  return ignored;
}

/** Refuses what no parser of a single flag can see; UsageError. `inCluster` is the pod's namespace. */
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
  if (flags.leaderElect && !flags.leaderElectionNamespace && inCluster === undefined) {
    throw new UsageError("--leader-elect outside a cluster needs --leader-election-namespace");
  }
}
