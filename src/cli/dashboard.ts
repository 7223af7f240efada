/**
 * `kro dashboard`: serves the live page of a cluster on this machine, with the rights of the kubeconfig. The
 * command observes the cluster as `kro controller --observe` does.
 */
import { hostname } from "node:os";
import type { Command } from "commander";
import { VERSION } from "../api/mod.ts";
import { Controller, Metrics } from "../controller/mod.ts";
import { connect, loadConfig } from "../kube/mod.ts";
import {
  createHandler,
  ENDPOINT_PORT,
  listen,
  ListenError,
  type Listening,
} from "../server/mod.ts";
import { hasDisplay, startBrowser } from "./browser.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { confine } from "./confine.ts";
import { addCostFlags, costLimits } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions, featureGatesOption } from "./feature_gates.ts";
import { argument, parseCount } from "./flag_values.ts";
import { createExplainer } from "./inspect/explainer.ts";
import { ownReader } from "./live_reader.ts";
import { parseVerbosity, startLog } from "./log.ts";
import type { Output } from "./output.ts";
import { requireOwnCrds } from "./own_crds.ts";
import { catchProcessErrors } from "./process_errors.ts";
import type { ConnectionFlags } from "./session.ts";
import { stopSignal } from "./stop_signals.ts";

/** The flags of `kro dashboard`. */
export interface DashboardFlags extends Omit<ConnectionFlags, "namespace"> {
  /** The port on which the page is served; 0 for any free port. */
  port: number;
  /** Whether the page is opened in a browser; false with `--no-open`. */
  open: boolean;
  /** The verbosity of the log, set by `-v`; only warnings and errors are logged when absent. */
  verbose?: number;
}

/** The time that running passes have to end after a signal, in milliseconds. */
const STOP_MS = 2000;

/** Adds the command `kro dashboard` to the program. */
export function addDashboardCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const command = program.command("dashboard")
    .description("show graphs and instances on a web page, until SIGINT; no controller is needed")
    .option(
      "--port <n>",
      "port of the page on 127.0.0.1; 0 for any free port",
      argument(parsePort),
      ENDPOINT_PORT,
    )
    .option("--no-open", "print the URL, and open no browser");
  addClusterFlags(command)
    .option(
      "-v, --verbose [level]",
      "verbosity: 1 logs each reconcile, 2 each node and request; only warnings by default",
      argument(parseVerbosity),
    )
    .addOption(featureGatesOption());
  addCostFlags(command).action(async (flags) => done(await dashboard(flags, output)));
}

/**
 * Runs `kro dashboard` until SIGINT or SIGTERM, and returns the exit code. Prints the URL of the page to stdout.
 * Sends only requests that read.
 */
export async function dashboard(flags: DashboardFlags, output: Output): Promise<number> {
  const stopped = stopSignal();
  await startLog({ verbose: flags.verbose, zapLogLevel: "warn" }, output);
  const config = await loadConfig(flags);
  const giveUpRun = () => confine({ run: config.usesPlugin === true });
  const opens = flags.open && Deno.stdout.isTerminal() && hasDisplay(Deno.build.os, Deno.env);
  if (!opens) giveUpRun();
  const metrics = new Metrics();
  const endCatching = catchProcessErrors((work) => metrics.internalError(work));
  const userAgent = `kro/${VERSION}`;
  const client = connect(config, { userAgent, onRequest: (info) => metrics.request(info) });
  await requireOwnCrds(client, config);
  const heapFull = Promise.withResolvers<undefined>();
  const controller = new Controller({
    client,
    metrics,
    version: VERSION,
    podId: hostname(),
    observe: true,
    compile: compileOptions(flags),
    costs: costLimits(flags),
    heapFull: () => heapFull.resolve(undefined),
  });
  const explainer = createExplainer(controller.servedGraphs, { config, userAgent, own: client });
  const endpoint = await listenOn(
    flags.port,
    createHandler({ view: controller, version: VERSION, live: ownReader(client), explainer }),
  );
  controller.start();
  output.out(`${endpoint.url}\n`);
  if (opens) {
    await startBrowser(endpoint.url, Deno.build.os).catch((error) => {
      output.err(`cannot open a browser: ${error.message}`);
    });
    giveUpRun();
  }

  const signal = await Promise.race([stopped, heapFull.promise]);
  await Promise.all([controller.stop(STOP_MS), endpoint.close()]);
  endCatching();
  client.close();
  return signal === undefined ? Exit.failed : Exit.ok;
}

/** Parses a port. Throws UsageError when the string is not a port. */
function parsePort(text: string): number {
  const port = parseCount(text);
  if (port <= 65535) return port;
  throw new UsageError("it must be at most 65535");
}

/** Listens on a port of 127.0.0.1. Rejects with UsageError when another process uses the port. */
async function listenOn(port: number, handler: Parameters<typeof listen>[1]): Promise<Listening> {
  try {
    return await listen(`127.0.0.1:${port}`, handler);
  } catch (error) {
    const { cause } = error as Error;
    if (!(error instanceof ListenError && (cause as { code?: string }).code === "EADDRINUSE")) {
      throw error;
    }
    throw new UsageError(
      `port ${port} is in use: choose another one with --port, or --port 0 for any free port`,
    );
  }
}
