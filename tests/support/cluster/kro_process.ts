/** `kro controller` as a process of its own. */
import { freePorts } from "../controlplane/api.ts";
import { type Guarded, guarded } from "../controlplane/guard.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";
import { installOwnCrds } from "./controller.ts";

/** Options of a process of kro. */
export interface KroOptions {
  /** Its kubeconfig file. */
  kubeconfig: string;
  /** The program: a path of the bundle; main.ts by default. */
  program?: string;
  /** Permission flags of Deno; by default `--allow-all`. */
  permissions?: readonly string[];
  /** More flags of `kro controller`. */
  flags?: readonly string[];
  /** Flags of V8. */
  v8?: readonly string[];
  /** A module that is loaded before the program. */
  preload?: string;
  /** A command that execs its arguments, such as `prlimit`. */
  under?: readonly string[];
  /** Starts it in its own session, so that Ctrl-C in a terminal does not reach it. */
  detached?: boolean;
  /** Its log file; by default a temporary one that is removed with the process. */
  log?: string;
}

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** A process of kro, killed with this one at the latest. Leaving the scope stops it gracefully, which releases its Lease. */
export class KroProcess implements AsyncDisposable {
  /** `http://host:port` of its endpoint. */
  readonly url: string;
  /** `http://host:port` of its metrics endpoint. */
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

  /** Starts kro; {@link ready} waits until it serves. */
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

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves with its exit code. */
  get ended(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  /** Whether it runs. */
  get running(): boolean {
    return this.#running;
  }

  /** Waits until it is ready; throws with its log if it exits before. */
  async ready(): Promise<void> {
    await eventually("kro ready", async () => {
      if (!this.#running) throw new Error(`kro ended early:\n${this.log()}`);
      return (await this.get("/readyz"))?.ok;
    });
  }

  /** GETs a path of its endpoint; undefined without a response. */
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

  /** Its log so far. */
  log(): string {
    return Deno.readTextFileSync(this.#log);
  }

  /** Lines of its JSON log so far, without an incomplete last one. */
  logLines(): Record<string, unknown>[] {
    const text = this.log();
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    return complete.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Sends a signal, unless it has exited. */
  kill(signal: Deno.Signal): void {
    if (this.#running) Deno.kill(this.pid, signal);
  }

  /** Sends SIGKILL, and waits until it has exited. */
  async crash(): Promise<void> {
    this.kill("SIGKILL");
    await this.ended;
  }

  /** Sends SIGTERM, waits until it has exited, and returns the exit code. */
  async stop(): Promise<number> {
    await this.#process.stop(60_000);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.#process.stop();
    if (this.#ownsLog) await Deno.remove(this.#log).catch(() => {});
  }
}

/** Starts kro on the shared control plane, with its CRDs installed, as user `kro` from source; waits until it is ready. */
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
