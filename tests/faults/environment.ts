/** An API server, the fault proxy in front of it, kro that connects through the proxy, and a user's client. */
import { bundle } from "../../deploy/tasks/bundle.ts";
import { permissionFlags } from "../../src/cli/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../src/kube/mod.ts";
import { installCrds } from "../../src/publish/mod.ts";
import type { RunningControlPlane } from "../support/controlplane/mod.ts";
import { kubeconfig, type User } from "../support/controlplane/users.ts";
import { deploymentsProgress } from "./deployment_controller.ts";
import { missed, unclean } from "./oracles.ts";
import { KroProcess } from "../support/cluster/kro_process.ts";
import { TIMER_COUNT } from "./process_usage.ts";
import { FaultProxy } from "./proxy/mod.ts";
import { installThings } from "./thing_kind.ts";

/** Flags of every kro process here: enough workers for all subjects, and CRDs deleted with their RGD. */
const FLAGS = [
  "--log-format=json",
  "--metrics-bind-address=0",
  "--allow-crd-deletion",
  "--resource-graph-definition-concurrent-reconciles=32",
  "--dynamic-controller-concurrent-reconciles=64",
  // A sweep finds missed events; one per minute, so that a run has several.
  "--dynamic-controller-default-resync-period=60",
];

/** The name of kro's port on the proxy if one process runs at a time. */
export const KRO = "kro";

/** Options of a kro process. */
export interface StartOptions {
  /** Name of its port on the proxy, {@link KRO} by default. */
  door?: string;
  /** More flags. */
  flags?: string[];
  /** Flags of V8. */
  v8?: string[];
  /** A command that execs its arguments, by which kro starts. */
  under?: string[];
  /** Whether to wait until it is ready; true by default. */
  wait?: boolean;
  /** Offset of its clock in milliseconds. */
  skewMs?: number;
  /** Its kubeconfig, instead of the port's own. */
  kubeconfig?: string;
  /** Additional files that it may read. */
  reads?: string[];
}

/** The environment of scenarios. */
export class Environment implements AsyncDisposable {
  /** The proxy between all clients and the API server. */
  readonly proxy: FaultProxy;
  /** The user's client, through the proxy, so that its requests are recorded too. */
  readonly admin: KubeClient;
  /** The administrator's kubeconfig. */
  readonly adminFile: string;
  /** The control plane. */
  readonly controlPlane: RunningControlPlane;
  readonly #dir: string;
  readonly #bundle: string;
  readonly #progress: AsyncDisposable;
  /** Number of characters of the log that the oracles have read, by process. */
  readonly #read = new Map<KroProcess, number>();
  readonly #logs: string[] = [];
  readonly #doors = new Set<string>();
  #current?: KroProcess;

  private constructor(
    parts: {
      controlPlane: RunningControlPlane;
      proxy: FaultProxy;
      admin: KubeClient;
      adminFile: string;
      dir: string;
      bundle: string;
    },
  ) {
    this.controlPlane = parts.controlPlane;
    this.proxy = parts.proxy;
    this.admin = parts.admin;
    this.adminFile = parts.adminFile;
    this.#dir = parts.dir;
    this.#bundle = parts.bundle;
    this.#progress = deploymentsProgress(parts.admin);
  }

  /** Starts the proxy and the user's client; {@link startKro} starts kro. */
  static async open(controlPlane: RunningControlPlane): Promise<Environment> {
    const dir = await Deno.makeTempDir({ prefix: "kro-faults-" });
    const proxy = await FaultProxy.start(controlPlane);
    const adminFile = `${dir}/admin`;
    await Deno.writeTextFile(
      adminFile,
      kubeconfig(await proxy.url("user"), proxy.ca, "admin", controlPlane.token("admin")),
    );
    const admin = connect(await loadConfig({ kubeconfig: adminFile }), { userAgent: "user" });
    await installCrds(admin);
    await installThings(admin);
    // Later builds must not change the tested program.
    const path = `${dir}/kro.js`;
    await Deno.copyFile(await bundle(), path);
    return new Environment({ controlPlane, proxy, admin, adminFile, dir, bundle: path });
  }

  /** The ports of kro's processes on the proxy, which are the clients' names in the record. */
  get doors(): string[] {
    return [...this.#doors];
  }

  /** Whether a process runs. */
  get hasKro(): boolean {
    return this.#current?.running ?? false;
  }

  /** The running process, if one runs at a time. */
  get kro(): KroProcess {
    if (!this.#current) throw new Error("no kro runs");
    return this.#current;
  }

  /** Starts kro behind the proxy's port of that name, and by default waits until it is ready. */
  async startKro(
    options: StartOptions = {},
  ): Promise<KroProcess> {
    const { door = KRO, flags = [], wait = true, skewMs = 0 } = options;
    this.#doors.add(door);
    const config = options.kubeconfig ?? await this.kubeconfig(door, "kro");
    const log = `${this.#dir}/${this.#logs.length}-${door}.log`;
    this.#logs.push(log);
    const all = [...FLAGS, ...flags];
    const { v8, under, reads } = options;
    const bundle = skewMs === 0 ? this.#bundle : await this.#skewed(skewMs);
    const kro = KroProcess.start({
      program: bundle,
      permissions: permissionFlags("controller", [config, ...reads ?? []]),
      preload: TIMER_COUNT,
      kubeconfig: config,
      log,
      flags: all,
      v8,
      under,
    });
    this.#read.set(kro, 0);
    this.#current = kro;
    if (wait) await kro.ready();
    return kro;
  }

  /** Writes a bundle of kro whose clock is off by that many milliseconds, and returns its path. */
  async #skewed(skewMs: number): Promise<string> {
    const file = `${this.#dir}/kro${skewMs}.js`;
    const skew = `{ const now = Date.now.bind(Date), Real = Date;
Real.now = () => now() + ${skewMs};
globalThis.Date = new Proxy(Real, {
  construct: (of, args, to) => Reflect.construct(of, args.length ? args : [of.now()], to),
  apply: (of) => new of(of.now()).toString(),
}); }\n`;
    await Deno.writeTextFile(file, skew + await Deno.readTextFile(this.#bundle));
    return file;
  }

  /** Restarts kro whenever it exits, as a kubelet does, until it is disposed. */
  supervise(): Disposable {
    let isStarting = false;
    const timer = setInterval(() => {
      if (this.hasKro || isStarting) return;
      isStarting = true;
      void this.startKro({ wait: false }).finally(() => isStarting = false);
    }, 500);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** A kubeconfig file for that user through that port. */
  async kubeconfig(door: string, user: User): Promise<string> {
    const { proxy, controlPlane } = this;
    const file = `${this.#dir}/kubeconfig.${door}`;
    const text = kubeconfig(await proxy.url(door), proxy.ca, user, controlPlane.token(user));
    await Deno.writeTextFile(file, text);
    return file;
  }

  /** A kubeconfig for kro's port that names a token file; returns both paths. */
  async tokenKubeconfig(token: string): Promise<[kubeconfig: string, tokenFile: string]> {
    const tokenFile = `${this.#dir}/token`;
    await Deno.writeTextFile(tokenFile, token);
    const text = await Deno.readTextFile(await this.kubeconfig(KRO, "kro"));
    const file = `${this.#dir}/kubeconfig.token`;
    const named = text.replace(/token: .*/, `tokenFile: ${tokenFile}`);
    await Deno.writeTextFile(file, named);
    return [file, tokenFile];
  }

  /** Stops the process gracefully; returns a finding if its exit code is not 0. */
  async stopKro(kro: KroProcess = this.kro): Promise<string[]> {
    const code = await kro.stop();
    return code === 0 ? [] : [`kro ended with exit code ${code}`];
  }

  /** The oracles' findings in the logs since the last call. */
  uncleanLogs(): string[] {
    const found: string[] = [];
    for (const [kro, from] of this.#read) {
      const isOver = !kro.running;
      const log = kro.log().slice(from);
      // The last line may still be incomplete.
      const text = isOver ? log : log.slice(0, log.lastIndexOf("\n") + 1);
      found.push(...unclean(text), ...missed(text));
      if (isOver) this.#read.delete(kro);
      else this.#read.set(kro, from + text.length);
    }
    return found;
  }

  /** Stops all processes, the client and the proxy. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#progress[Symbol.asyncDispose]();
    for (const kro of this.#read.keys()) {
      kro.kill("SIGCONT");
      await kro.crash();
    }
    this.admin.close();
    await this.proxy[Symbol.asyncDispose]();
    await Deno.remove(this.#dir, { recursive: true });
  }
}
