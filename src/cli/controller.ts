/** `kro controller`: runs the operator and its HTTP endpoint until it is told to stop. */
import { hostname } from "node:os";
import { type Command, Option } from "commander";
import { VERSION } from "../api/mod.ts";
import { Controller, Metrics, ownCrdsPresent } from "../controller/mod.ts";
import { connect, loadConfig } from "../kube/mod.ts";
import { createHandler, listen } from "../server/mod.ts";
import { argument } from "./argument.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions, featureGatesOption, type GateFlags } from "./feature_gates.ts";
import { type LogFlags, startLog } from "./log.ts";
import { type Output, parseDuration } from "./output.ts";

/** Flags of `kro controller`; upstream's names where there are any, durations in milliseconds. */
export interface ControllerFlags extends LogFlags, GateFlags {
  /** `--kubeconfig`. */
  kubeconfig?: string;
  /** `--health-probe-bind-address`: where the HTTP endpoint listens. */
  healthProbeBindAddress: string;
  /** `--metrics-bind-address`: the same endpoint once more, `0` for not. */
  metricsBindAddress: string;
  /** `--leader-election-namespace`: where the Lease is. */
  leaderElectionNamespace?: string;
  /** `--allow-crd-deletion`. */
  allowCrdDeletion?: boolean;
  /** `--instance-requeue-interval`. */
  instanceRequeueInterval: number;
  /** `--rgd-progress-requeue-delay`. */
  rgdProgressRequeueDelay: number;
  /** `--dynamic-controller-concurrent-reconciles`. */
  dynamicControllerConcurrentReconciles: number;
  /** `--resource-graph-definition-concurrent-reconciles`. */
  resourceGraphDefinitionConcurrentReconciles: number;
  /** `--rgd-max-collection-size`. */
  rgdMaxCollectionSize: number;
  /** `--rgd-max-collection-dimension-size`. */
  rgdMaxCollectionDimensionSize: number;
  /** `--rgd-max-graph-revisions`. */
  rgdMaxGraphRevisions: number;
  /** `--client-qps`; no limit unless given. */
  clientQps?: number;
  /** `--client-burst`. */
  clientBurst?: number;
}

/** Adds the flags of `kro controller` to its command. */
export function addControllerFlags(command: Command): Command {
  const count = argument(parseCount);
  const duration = argument(parseDuration);
  return command
    .option("--kubeconfig <file>", "kubeconfig; in a cluster its service account by default")
    .option("--health-probe-bind-address <address>", "health, metrics and JSON API", ":8079")
    .option("--metrics-bind-address <address>", "the same once more, 0 for not", ":8078")
    .option("--leader-election-namespace <name>", "namespace of the Lease")
    .option("--allow-crd-deletion", "delete instances and generated CRD with their RGD")
    .option("--instance-requeue-interval <duration>", "where no watch can tell", duration, 3000)
    .option("--rgd-progress-requeue-delay <duration>", "for RGDs that wait", duration, 3000)
    .option("--dynamic-controller-concurrent-reconciles <n>", "instances at a time", count, 8)
    .option("--resource-graph-definition-concurrent-reconciles <n>", "RGDs at a time", count, 4)
    .option("--rgd-max-collection-size <n>", "objects of one forEach", count, 1000)
    .option("--rgd-max-collection-dimension-size <n>", "dimensions of one forEach", count, 10)
    .option("--rgd-max-graph-revisions <n>", "revisions kept, 0 for all", count, 5)
    .option("--client-qps <n>", "requests a second; no limit by default", count)
    .option("--client-burst <n>", "requests at once before --client-qps holds", count)
    .addOption(featureGatesOption())
    .addOption(
      new Option("--log-format <format>", "text or json").choices(["text", "json"])
        .default("text"),
    )
    .option("-v, --verbose", "debug lines as well");
}

/** Runs `kro controller`; answers the exit code once it has stopped. */
export async function controller(flags: ControllerFlags, output: Output): Promise<number> {
  await startLog(flags, output);
  const config = await loadConfig({ kubeconfig: flags.kubeconfig });
  const metrics = new Metrics();
  const { clientQps: qps, clientBurst: burst } = flags;
  const userAgent = `kro/${VERSION}`;
  const client = connect(config, { userAgent, qps, burst, onRequest: metrics.request });
  if (!await ownCrdsPresent(client)) {
    throw new UsageError(
      `kro's CustomResourceDefinitions are missing at ${config.server}: kubectl apply -f deploy/crds`,
    );
  }
  const own = config.origin === "in-cluster" ? config.namespace : undefined;
  const controller = new Controller({
    client,
    version: VERSION,
    podId: hostname(),
    metrics,
    lease: { namespace: flags.leaderElectionNamespace ?? own },
    compile: { ...compileOptions(flags), maxDimensions: flags.rgdMaxCollectionDimensionSize },
    maxCollectionSize: flags.rgdMaxCollectionSize,
    maxRevisions: flags.rgdMaxGraphRevisions,
    allowCrdDeletion: flags.allowCrdDeletion,
    instanceWorkers: flags.dynamicControllerConcurrentReconciles,
    graphWorkers: flags.resourceGraphDefinitionConcurrentReconciles,
    instanceRequeueMs: flags.instanceRequeueInterval,
    graphProgressMs: flags.rgdProgressRequeueDelay,
  });
  const handler = createHandler({ view: controller, version: VERSION });
  const addresses = [flags.healthProbeBindAddress, flags.metricsBindAddress];
  const endpoints = [...new Set(addresses.filter((a) => a !== "0"))].map((a) => listen(a, handler));
  for (const { url } of endpoints) output.err(`listening on ${url}`);
  controller.start();
  await stopSignal();
  await controller.stop();
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  client.close();
  return Exit.ok;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as it does by default. */
function stopSignal(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) Deno.removeSignalListener(signal, stop);
      resolve();
    };
    for (const signal of signals) Deno.addSignalListener(signal, stop);
  });
}

function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a whole number`);
}
