/** Runs `kro controller` in a process of its own. */
import { freePorts } from "../controlplane/api.ts";
import { type Guarded, guarded } from "../controlplane/guard.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";
import { installOwnCrds } from "./controller.ts";

/** The options with which a kro process is started. */
export interface KroOptions {
  /** The path of the process's kubeconfig file. */
  kubeconfig: string;
  /** The path of the program that Deno runs, such as a bundle of kro; kro's `main.ts` by default. */
  program?: string;
  /** Deno's permission flags; `--allow-all` by default. */
  permissions?: readonly string[];
  /** Flags of `kro controller`, in addition to the flags that every test needs. */
  flags?: readonly string[];
  /** The V8 flags of the process. */
  v8?: readonly string[];
  /** The path of a module that Deno loads before kro's own code. */
  preload?: string;
  /**
   * A command that starts kro, such as `prlimit`. The command receives kro's command line as its
   * last arguments.
   */
  under?: readonly string[];
  /** Whether the process gets its own session, so that Ctrl-C in a terminal does not reach it. */
  detached?: boolean;
  /** The path of the log file. By default, a temporary file that is removed with the process. */
  log?: string;
}

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/**
 * A kro process. Disposing the object stops kro gracefully, so that it releases its Lease. If a
 * test does not dispose the object, kro is killed when the test's process ends.
 */
export class KroProcess implements AsyncDisposable {
  /** The URL of kro's HTTP endpoint, `http://host:port`. */
  readonly url: string;
  /** The URL of kro's metrics endpoint, `http://host:port`. */
  readonly metricsUrl: string;
  readonly #process: Guarded;
  readonly #log: string;
  readonly #ownsLog: boolean;
  #running = true;

  private constructor(process: Guarded, ports: [number, number], log: string, ownsLog: boolean) {
    [this.url, this.metricsUrl] = ports.map((port) => `http://127.0.0.1:${port}`) as [
      string,
      string,
    ];
    this.#process = process;
    this.#log = log;
    this.#ownsLog = ownsLog;
    void process.status.then(() => this.#running = false);
  }

  /** Starts kro and returns immediately; {@link ready} waits until kro serves. */
  static start(options: KroOptions): KroProcess {
    const ports = freePorts(2) as [number, number];
    const { kubeconfig, program = MAIN, permissions = ["-A"], under = [], preload, v8 } = options;
    const command = [
      ...under,
      Deno.execPath(),
      "run",
      ...(v8 ? [`--v8-flags=${v8.join(",")}`] : []),
      ...permissions,
      ...(preload ? [`--preload=${preload}`] : []),
      program,
      "controller",
      `--kubeconfig=${kubeconfig}`,
      `--health-probe-bind-address=127.0.0.1:${ports[0]}`,
      `--metrics-bind-address=127.0.0.1:${ports[1]}`,
      ...options.flags ?? [],
    ];
    const log = options.log ?? Deno.makeTempFileSync({ prefix: "kro-", suffix: ".log" });
    const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
    const { detached } = options;
    const process = guarded(command[0]!, command.slice(1), { log, env, detached });
    return new KroProcess(process, ports, log, options.log === undefined);
  }

  /** The process ID. */
  get pid(): number {
    return this.#process.pid;
  }

  /** A promise that resolves with the exit code when the process ends. */
  get ended(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  /** Whether the process still runs. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * Waits until kro is ready. If the process ends before kro is ready, throws an error with kro's
   * log.
   */
  async ready(): Promise<void> {
    await eventually("kro ready", async () => {
      if (!this.#running) throw new Error(`kro ended early:\n${this.log()}`);
      return (await this.get("/readyz"))?.ok;
    });
  }

  /** Sends a GET request to kro's HTTP endpoint; returns undefined if the response is missing. */
  async get(path: string, headers: Record<string, string> = {}): Promise<Response | undefined> {
    try {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(this.url + path, { headers, signal });
      const text = await response.text();
      return new Response(text, { status: response.status });
    } catch {
      return undefined;
    }
  }

  /** Returns the log that the process has written so far. */
  log(): string {
    return Deno.readTextFileSync(this.#log);
  }

  /**
   * Returns the entries of kro's JSON log up to now. Leaves out the last line while kro is still writing it.
   */
  logLines(): Record<string, unknown>[] {
    const text = this.log();
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    return complete.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Sends a signal to the process; does nothing if the process has ended. */
  kill(signal: Deno.Signal): void {
    if (!this.#running) return;
    try {
      Deno.kill(this.pid, signal);
    } catch (error) {
      // On a busy machine, `#running` may still be true although the process has ended.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Kills the process with SIGKILL, and waits until it has ended. */
  async crash(): Promise<void> {
    this.kill("SIGKILL");
    await this.ended;
  }

  /** Stops the process with SIGTERM, waits until it has ended, and returns its exit code. */
  async stop(): Promise<number> {
    await this.#process.stop(60_000);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.#process.stop();
    if (this.#ownsLog) await Deno.remove(this.#log).catch(() => {});
  }
}

/**
 * Installs kro's CRDs on the shared control plane, starts kro from source as the user `kro`, and
 * waits until it is ready.
 */
export async function startKro(
  flags: readonly string[] = [],
  options: Partial<KroOptions> = {},
): Promise<KroProcess> {
  const controlPlane = await sharedControlPlane();
  await installOwnCrds(controlPlane.kubeconfig);
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const kro = KroProcess.start({ kubeconfig, flags, ...options });
  try {
    await kro.ready();
    return kro;
  } catch (error) {
    await kro[Symbol.asyncDispose]();
    throw error;
  }
}
