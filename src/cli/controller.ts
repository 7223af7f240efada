/**
 * `kro controller`: runs the operator and its HTTP endpoint until the process receives SIGINT or SIGTERM, or
 * until its JavaScript heap is full.
 */
import { hostname } from "node:os";
import { getLogger } from "@logtape/logtape";
import { ApiError, durationText, errorText, VERSION } from "../api/mod.ts";
import { Controller, Metrics } from "../controller/mod.ts";
import {
  AccessReviewer,
  type ClusterConfig,
  connect,
  type KubeClient,
  loadConfig,
  type RequestInfo,
} from "../kube/mod.ts";
import {
  type Certificate,
  createHandler,
  createMetricsHandler,
  listen,
  type Listening,
  parseAddress,
  type ServerOptions,
} from "../server/mod.ts";
import { confine, hostsOf } from "./confine.ts";
import { checkFlags, type ControllerFlags, ignoredFlags } from "./controller_flags.ts";
import { costLimits } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions } from "./feature_gates.ts";
import { onHeapSignal } from "./heap_snapshot.ts";
import { createExplainer } from "./inspect/explainer.ts";
import { callersReader, ownReader } from "./live_reader.ts";
import { startLog } from "./log.ts";
import type { Output } from "./output.ts";
import { requireOwnCrds } from "./own_crds.ts";
import { catchProcessErrors } from "./process_errors.ts";
import { stopSignal } from "./stop_signals.ts";
import { readCertificate, tlsFiles, watchCertificate } from "./tls.ts";

const logger = getLogger(["kro", "controller"]);
const requestLogger = getLogger(["kro", "request"]);

/** Runs `kro controller`. Resolves with the exit code after the operator has stopped. */
export async function controller(flags: ControllerFlags, output: Output): Promise<number> {
  const stopped = stopSignal();
  const heapFull = Promise.withResolvers<undefined>();
  await startLog(flags, output);
  const ignored = ignoredFlags(flags);
  if (ignored.length > 0) {
    logger.warn("flags without effect: {flags}", { flags: ignored.join(", ") });
  }
  const config = await loadConfig({ kubeconfig: flags.kubeconfig });
  const pod = config.origin === "in-cluster" ? config.namespace : undefined;
  checkFlags(flags, pod);
  const files = tlsFiles(flags);
  const certificate = files && await readCertificate(files);
  confine({
    hosts: [...hostsOf(config), ...listenHosts(flags)],
    writes: flags.debugDir === undefined ? [] : [flags.debugDir],
    run: config.usesPlugin === true,
  });

  const metrics = new Metrics();
  const endCatching = catchProcessErrors((work) => metrics.internalError(work));
  const { clientQps: qps, clientBurst: burst, leaderElectionRenewDeadline } = flags;
  const { watched: onWatch, waited: onWait, answered: onBody, repeated: onRetry } = metrics;
  const onRequest = (info: RequestInfo) => {
    metrics.request(info);
    requestLogger.trace("{verb} {resource} {object}: {code}", {
      verb: info.verb,
      resource: info.resource,
      object: info.object ?? "",
      code: info.code,
      duration: durationText(info.seconds * 1000),
    });
  };
  const common = { userAgent: `kro/${VERSION}`, onRequest, onWatch, onWait, onBody, onRetry };
  const client = connect(config, { ...common, qps, burst });
  // Requests for the Lease are sent by a separate client, so that renewals never wait for other requests or
  // for the rate limit.
  const leases = connect(config, { ...common, timeoutMs: leaderElectionRenewDeadline / 2 });
  await checkOwnCrds(client, config);
  const controller = createController(flags, {
    client,
    leases,
    metrics,
    pod,
    heapFull: () => heapFull.resolve(undefined),
  });
  const mayReadMetrics = flags.metricsAuth
    ? guard(client, "/metrics", "--metrics-auth")
    : undefined;
  const mayReadApi = flags.httpAuth ? guard(client, "/graphs", "--http-auth") : undefined;
  const live = flags.httpAuth ? callersReader(config, common.userAgent) : ownReader(client);
  const explainer = createExplainer(controller.servedGraphs, {
    config,
    userAgent: common.userAgent,
    ...(!flags.httpAuth && { own: client }),
  });
  const served = {
    view: controller,
    version: VERSION,
    inPod: pod !== undefined,
    mayReadMetrics,
    mayReadApi,
    live,
    explainer,
  };
  const endpoints = await listenAll(flags, served, certificate);
  const endRenewal = files && certificate
    ? watchCertificate(files, certificate, (next) => endpoints.forEach((each) => each.renew(next)))
    : () => {};
  for (const { url } of endpoints) logger.info("listening on {url}", { url });
  const endHeapSignal = flags.debugDir === undefined ? () => {} : onHeapSignal(flags.debugDir);
  controller.start();

  const signal = await Promise.race([stopped, heapFull.promise]);
  if (signal !== undefined) {
    logger.info("received {signal}: stopping; another signal after one second ends kro at once", {
      signal,
    });
  }
  await controller.stop(flags.gracefulShutdownTimeout);
  endHeapSignal();
  endRenewal();
  endCatching();
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  client.close();
  leases.close();
  return signal === undefined ? Exit.failed : Exit.ok;
}

/**
 * Throws UsageError when the cluster lacks kro's CRDs, or when kro has no permission to read them.
 */
async function checkOwnCrds(client: KubeClient, config: ClusterConfig): Promise<void> {
  try {
    await requireOwnCrds(client, config);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Forbidden")) throw error;
    throw new UsageError(
      `${error.message}; give kro's account the permissions of the ClusterRoles in deploy/install.yaml`,
    );
  }
}

function createController(
  flags: ControllerFlags,
  { client, leases, metrics, pod, heapFull }: {
    client: KubeClient;
    leases: KubeClient;
    metrics: Metrics;
    pod: ClusterConfig["namespace"] | undefined;
    heapFull: () => void;
  },
): Controller {
  return new Controller({
    client,
    version: VERSION,
    podId: hostname(),
    metrics,
    observe: flags.observe,
    lease: {
      elect: flags.leaderElect,
      client: leases,
      namespace: flags.leaderElectionNamespace || pod,
      durationSeconds: flags.leaderElectionLeaseDuration / 1000,
      renewDeadlineSeconds: flags.leaderElectionRenewDeadline / 1000,
      retrySeconds: flags.leaderElectionRetryPeriod / 1000,
    },
    warmup: flags.enableControllerWarmup,
    compile: { ...compileOptions(flags), maxDimensions: flags.rgdMaxCollectionDimensionSize },
    conditionEvents: flags.featureGates?.InstanceConditionEvents,
    maxCollectionSize: flags.rgdMaxCollectionSize,
    costs: costLimits(flags),
    maxRevisions: flags.rgdMaxGraphRevisions,
    conditionMetrics: flags.featureGates?.InstanceConditionMetrics,
    allowCrdDeletion: flags.allowCrdDeletion,
    instanceWorkers: flags.dynamicControllerConcurrentReconciles,
    graphWorkers: flags.resourceGraphDefinitionConcurrentReconciles,
    instanceRequeueMs: flags.instanceRequeueInterval,
    graphProgressMs: flags.rgdProgressRequeueDelay,
    retryMinMs: flags.dynamicControllerRateLimiterMinDelay,
    retryMaxMs: flags.dynamicControllerRateLimiterMaxDelay,
    retryRate: {
      perSecond: flags.dynamicControllerRateLimiterRateLimit,
      burst: flags.dynamicControllerRateLimiterBurstLimit,
    },
    maxRetries: flags.dynamicControllerDefaultQueueMaxRetries,
    resyncMs: flags.dynamicControllerDefaultResyncPeriod * 1000,
    passDeadlineMs: flags.passDeadline,
    heapFull,
  });
}

/** Returns the addresses of the HTTP endpoint as `host:port`, the form of Deno's permissions. */
function listenHosts(flags: ControllerFlags): string[] {
  const addresses = [flags.healthProbeBindAddress, flags.metricsBindAddress];
  return addresses.filter((address) => address !== "0").map((address) => {
    const { hostname, port } = parseAddress(address);
    return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  });
}

/** Listens on up to two addresses: one serves all URLs of the endpoint, and one serves only the metrics. */
async function listenAll(
  flags: ControllerFlags,
  options: ServerOptions,
  certificate: Certificate | undefined,
): Promise<Listening[]> {
  const { healthProbeBindAddress: all, metricsBindAddress: metrics } = flags;
  const endpoints = [];
  if (all !== "0") {
    const { port } = parseAddress(all);
    endpoints.push(await listen(all, createHandler({ ...options, port }), {}, certificate));
  }
  if (metrics !== "0" && metrics !== all) {
    endpoints.push(await listen(metrics, createMetricsHandler(options), {}, certificate));
  }
  return endpoints;
}

/**
 * Returns a function that asks the API server whether a client may read a URL of the endpoint. When the API
 * server cannot answer, the cause is logged. If several requests in a row fail with the same cause, the cause
 * is logged only once.
 */
function guard(client: KubeClient, path: string, flag: string): ServerOptions["mayReadApi"] {
  const reviewer = new AccessReviewer(client, path);
  let logged: string | undefined;
  return async (authorization) => {
    try {
      const verdict = await reviewer.verdict(authorization);
      logged = undefined;
      return verdict;
    } catch (error) {
      const why = errorText(error);
      if (logged !== why) {
        logger.error(
          "cannot check who may read {path}: {error}; {flag} needs the right to create tokenreviews and " +
            "subjectaccessreviews",
          { path, error: why, flag },
        );
      }
      logged = why;
      throw error;
    }
  };
}
