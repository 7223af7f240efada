/**
 * The environment of the fault scenarios: an API server; a proxy in front of the API server, which causes
 * faults; kro processes, which connect through the proxy; and a client for the actions of users.
 */
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

/**
 * The flags of every kro process. They give kro enough workers for all test graphs, and make kro
 * delete the CRD of a deleted RGD.
 */
const FLAGS = [
  "--log-format=json",
  "--metrics-bind-address=0",
  "--allow-crd-deletion",
  "--resource-graph-definition-concurrent-reconciles=32",
  "--dynamic-controller-concurrent-reconciles=64",
  // The interval between full resyncs, in seconds. A resync finds changes that the watches have not
  // reported. With an interval of a minute, several resyncs run during each scenario.
  "--dynamic-controller-default-resync-period=60",
];

/**
 * The name of kro's port of the fault proxy, in scenarios that run one kro process at a time. The proxy has a
 * port for each client, with the name of the client.
 */
export const KRO = "kro";

/** The options with which a kro process is started. */
export interface StartOptions {
  /** The name of the fault proxy's port to which the process connects; {@link KRO} by default. */
  door?: string;
  /** Additional command-line flags of kro. */
  flags?: string[];
  /** The V8 flags of the kro process. */
  v8?: string[];
  /**
   * A command that starts kro, for example in a cgroup. The command receives kro's command line as its last
   * arguments.
   */
  under?: string[];
  /** Whether to wait until the process is ready; true by default. */
  wait?: boolean;
  /**
   * How far the process's clock is ahead of the machine's clock, in milliseconds. A negative number
   * sets the clock back.
   */
  skewMs?: number;
  /**
   * The path of the kubeconfig file of the kro process. By default, a generated file with the address of the
   * fault proxy's port `door`.
   */
  kubeconfig?: string;
  /** Additional files that Deno permits the kro process to read. */
  reads?: string[];
}

/** Starts and stops the kro processes of a fault scenario, and connects them to the fault proxy. */
export class Environment implements AsyncDisposable {
  /** The fault proxy between all clients and the API server. */
  readonly proxy: FaultProxy;
  /**
   * A client for the actions of users. The client also connects through the fault proxy, which records its
   * requests.
   */
  readonly admin: KubeClient;
  /** The path of the administrator's kubeconfig file. */
  readonly adminFile: string;
  /** The control plane, which contains the API server behind the fault proxy. */
  readonly controlPlane: RunningControlPlane;
  readonly #dir: string;
  readonly #bundle: string;
  readonly #progress: AsyncDisposable;
  /**
   * For each kro process, the number of characters of its log that {@link uncleanLogs} has already checked.
   */
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

  /** Starts the proxy and the client for the actions of users. {@link startKro} starts kro. */
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
    // Copies kro's bundle, so that a later build of the bundle does not change the program under test.
    const path = `${dir}/kro.js`;
    await Deno.copyFile(await bundle(), path);
    return new Environment({ controlPlane, proxy, admin, adminFile, dir, bundle: path });
  }

  /**
   * The names of the fault proxy's ports to which kro processes have connected. In the proxy's record of
   * requests, a client has the name of its port.
   */
  get doors(): string[] {
    return [...this.#doors];
  }

  /** Whether a kro process runs. */
  get hasKro(): boolean {
    return this.#current?.running ?? false;
  }

  /** The running kro process, in scenarios that run one process at a time. */
  get kro(): KroProcess {
    if (!this.#current) throw new Error("no kro runs");
    return this.#current;
  }

  /**
   * Starts a kro process that connects to the fault proxy's port with the name `door`. By default, waits
   * until the process is ready.
   */
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

  /**
   * Writes a bundle of kro whose clock is `skewMs` milliseconds ahead of the machine's clock, and
   * returns the bundle's path.
   */
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

  /**
   * Restarts kro whenever it exits, as a kubelet restarts a container. Disposing the returned object ends the
   * supervision.
   */
  supervise(): Disposable {
    let isStarting = false;
    const timer = setInterval(() => {
      if (this.hasKro || isStarting) return;
      isStarting = true;
      void this.startKro({ wait: false }).finally(() => isStarting = false);
    }, 500);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /**
   * Writes a kubeconfig file with which `user` connects to the fault proxy's port with the name `door`.
   * Returns the file's path.
   */
  async kubeconfig(door: string, user: User): Promise<string> {
    const { proxy, controlPlane } = this;
    const file = `${this.#dir}/kubeconfig.${door}`;
    const text = kubeconfig(await proxy.url(door), proxy.ca, user, controlPlane.token(user));
    await Deno.writeTextFile(file, text);
    return file;
  }

  /**
   * Writes a kubeconfig file for connections to the fault proxy's port {@link KRO}. The kubeconfig refers to
   * a token file, which contains `token`. Returns the paths of both files.
   */
  async tokenKubeconfig(token: string): Promise<[kubeconfig: string, tokenFile: string]> {
    const tokenFile = `${this.#dir}/token`;
    await Deno.writeTextFile(tokenFile, token);
    const text = await Deno.readTextFile(await this.kubeconfig(KRO, "kro"));
    const file = `${this.#dir}/kubeconfig.token`;
    const named = text.replace(/token: .*/, `tokenFile: ${tokenFile}`);
    await Deno.writeTextFile(file, named);
    return [file, tokenFile];
  }

  /** Stops a kro process gracefully. Returns a violation if the exit code of the process is not 0. */
  async stopKro(kro: KroProcess = this.kro): Promise<string[]> {
    const code = await kro.stop();
    return code === 0 ? [] : [`kro ended with exit code ${code}`];
  }

  /**
   * Checks what all kro processes have logged since the last call of this function. Returns a line for each
   * violation.
   */
  uncleanLogs(): string[] {
    const found: string[] = [];
    for (const [kro, from] of this.#read) {
      const isOver = !kro.running;
      const log = kro.log().slice(from);
      // While the process runs, the last line of its log may be incomplete and is left for the next
      // call.
      const text = isOver ? log : log.slice(0, log.lastIndexOf("\n") + 1);
      found.push(...unclean(text), ...missed(text));
      if (isOver) this.#read.delete(kro);
      else this.#read.set(kro, from + text.length);
    }
    return found;
  }

  /** Kills the kro processes, and stops the client of the users and the fault proxy. */
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
