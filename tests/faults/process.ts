/** `kro controller` from the production bundle, under production's permissions, as a process that faults happen to. */
import { permissionFlags } from "../../src/cli/mod.ts";
import { freePorts } from "../support/controlplane/api.ts";
import { type Guarded, guarded } from "../support/controlplane/guard.ts";
import { eventually } from "../support/controlplane/shared.ts";

/** How to start one. */
export interface KroOptions {
  /** Path of the bundle. */
  bundle: string;
  /** Its kubeconfig. */
  kubeconfig: string;
  /** Its log. */
  log: string;
  /** More flags of `kro controller`. */
  flags: readonly string[];
  /** Flags of V8. */
  v8?: readonly string[];
  /** Starts it by another program, such as `systemd-run` or `prlimit`, which execs what follows. */
  under?: readonly string[];
  /** Files that it may read besides its kubeconfig, such as a token. */
  reads?: readonly string[];
}

/** A process; it dies with this one at the latest. */
export class KroProcess {
  /** Its log. */
  readonly logFile: string;
  /** `http://host:port` of its endpoint. */
  readonly url: string;
  readonly #process: Guarded;
  #running = true;

  private constructor(process: Guarded, url: string, logFile: string) {
    this.#process = process;
    this.url = url;
    this.logFile = logFile;
    void this.ended.then(() => this.#running = false);
  }

  /** Starts it; {@link ready} tells when it is. */
  static start(
    { bundle, kubeconfig, log, flags, v8, under = [], reads = [] }: KroOptions,
  ): KroProcess {
    const [port] = freePorts(1) as [number];
    const command = [
      ...under,
      Deno.execPath(),
      "run",
      ...(v8 ? [`--v8-flags=${v8.join(",")}`] : []),
      ...permissionFlags("controller", [kubeconfig, ...reads]),
      `--preload=${import.meta.dirname}/timer_count.ts`,
      bundle,
      "controller",
      `--kubeconfig=${kubeconfig}`,
      `--health-probe-bind-address=127.0.0.1:${port}`,
      "--metrics-bind-address=0",
      "--log-format=json",
      ...flags,
    ];
    const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
    const process = guarded(command[0]!, command.slice(1), { log, env });
    return new KroProcess(process, `http://127.0.0.1:${port}`, log);
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /** Whether it runs. */
  get running(): boolean {
    return this.#running;
  }

  /** Waits until it says that it is ready. */
  async ready(seconds = 120): Promise<void> {
    await eventually(
      "kro ready",
      async () => {
        if (!this.#running) throw new Error(`kro ended early:\n${await this.log()}`);
        const response = await this.#get("/readyz");
        return response?.ok;
      },
      seconds,
      50,
    );
  }

  /** Its metrics, by name and labels as they are printed. */
  async metrics(): Promise<Map<string, number>> {
    const text = await (await this.#get("/metrics"))?.text() ?? "";
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }));
  }

  /** Sends a signal; nothing if it has ended. */
  kill(signal: Deno.Signal): void {
    if (this.#running) Deno.kill(this.pid, signal);
  }

  /** SIGKILL, and waits for the end. */
  async crash(): Promise<void> {
    this.kill("SIGKILL");
    await this.ended;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number> {
    await this.#process.stop(60_000);
    return (await this.ended).code;
  }

  /** All that it wrote. */
  log(): Promise<string> {
    return Deno.readTextFile(this.logFile).catch(() => "");
  }

  /** How many file descriptors it has open. */
  descriptors(): number {
    return [...Deno.readDirSync(`/proc/${this.pid}/fd`)].length;
  }

  /** How many timers wait. */
  async timers(): Promise<number> {
    const told = async () => [...(await this.log()).matchAll(/^\{"message":"(\d+) timers"\}$/gm)];
    const { length } = await told();
    this.kill("SIGUSR2");
    const count = await eventually("kro tells its timers", async () => (await told())[length]?.[1]);
    return Number(count);
  }

  /** Resident memory in bytes, and the most that it was. */
  memory(): { now: number; peak: number } {
    const status = Deno.readTextFileSync(`/proc/${this.pid}/status`);
    const of = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)![1]) * 1024;
    return { now: of("VmRSS"), peak: of("VmHWM") };
  }

  async #get(path: string): Promise<Response | undefined> {
    try {
      const response = await fetch(this.url + path, { signal: AbortSignal.timeout(10_000) });
      const text = await response.text();
      return new Response(text, { status: response.status });
    } catch {
      return undefined;
    }
  }
}
