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

/** Flags of every kro here: room for all subjects at once, kinds go with their RGD. */
const FLAGS = [
  "--log-format=json",
  "--metrics-bind-address=0",
  "--allow-crd-deletion",
  "--resource-graph-definition-concurrent-reconciles=32",
  "--dynamic-controller-concurrent-reconciles=64",
  // A sweep finds what events missed: once a minute, so that a run sees several.
  "--dynamic-controller-default-resync-period=60",
];

/** The name of kro's port on the proxy, when there is one process at a time. */
export const KRO = "kro";

/** How to start kro; all may be left out. */
export interface StartOptions {
  /** Its door, {@link KRO} by default. */
  door?: string;
  /** More flags. */
  flags?: string[];
  /** Flags of V8. */
  v8?: string[];
  /** The program that starts it. */
  under?: string[];
  /** Waits until it is ready unless false. */
  wait?: boolean;
  /** By how much its clock is wrong, in milliseconds. */
  skewMs?: number;
  /** Its kubeconfig, in place of the door's own. */
  kubeconfig?: string;
  /** Files that it may read besides. */
  reads?: string[];
}

/** Where scenarios run. */
export class Environment implements AsyncDisposable {
  /** Between all clients and the API server. */
  readonly proxy: FaultProxy;
  /** The user's client, through the proxy, so that the record has its requests too. */
  readonly admin: KubeClient;
  /** The administrator's kubeconfig. */
  readonly adminFile: string;
  /** The control plane. */
  readonly controlPlane: RunningControlPlane;
  readonly #dir: string;
  readonly #bundle: string;
  readonly #progress: AsyncDisposable;
  /** How much of the log of each process was looked at. */
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
    // Later builds must not change what is tested.
    const path = `${dir}/kro.js`;
    await Deno.copyFile(await bundle(), path);
    return new Environment({ controlPlane, proxy, admin, adminFile, dir, bundle: path });
  }

  /** The doors that kro's processes came through, as clients of the record. */
  get doors(): string[] {
    return [...this.#doors];
  }

  /** Whether one runs. */
  get hasKro(): boolean {
    return this.#current?.running ?? false;
  }

  /** The process that runs, when there is one at a time. */
  get kro(): KroProcess {
    if (!this.#current) throw new Error("no kro runs");
    return this.#current;
  }

  /** Starts kro behind the door of that name, and waits until it is ready unless told not to. */
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

  /** kro on a machine whose clock is wrong by that much. */
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

  /** Starts kro again whenever it gives up, as a kubelet does, until it is disposed of. */
  supervise(): Disposable {
    let isStarting = false;
    const timer = setInterval(() => {
      if (this.hasKro || isStarting) return;
      isStarting = true;
      void this.startKro({ wait: false }).finally(() => isStarting = false);
    }, 500);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** A kubeconfig file for that user by that door. */
  async kubeconfig(door: string, user: User): Promise<string> {
    const { proxy, controlPlane } = this;
    const file = `${this.#dir}/kubeconfig.${door}`;
    const text = kubeconfig(await proxy.url(door), proxy.ca, user, controlPlane.token(user));
    await Deno.writeTextFile(file, text);
    return file;
  }

  /** A kubeconfig for kro's door that names a file with the token; both paths. */
  async tokenKubeconfig(token: string): Promise<[kubeconfig: string, tokenFile: string]> {
    const tokenFile = `${this.#dir}/token`;
    await Deno.writeTextFile(tokenFile, token);
    const text = await Deno.readTextFile(await this.kubeconfig(KRO, "kro"));
    const file = `${this.#dir}/kubeconfig.token`;
    const named = text.replace(/token: .*/, `tokenFile: ${tokenFile}`);
    await Deno.writeTextFile(file, named);
    return [file, tokenFile];
  }

  /** Ends the process in order; its findings if it did not end well. */
  async stopKro(kro: KroProcess = this.kro): Promise<string[]> {
    const code = await kro.stop();
    return code === 0 ? [] : [`kro ended with exit code ${code}`];
  }

  /** What the oracles find in the logs since the last call. */
  uncleanLogs(): string[] {
    const found: string[] = [];
    for (const [kro, from] of this.#read) {
      const isOver = !kro.running;
      const log = kro.log().slice(from);
      // The last line may still be on its way.
      const text = isOver ? log : log.slice(0, log.lastIndexOf("\n") + 1);
      found.push(...unclean(text), ...missed(text));
      if (isOver) this.#read.delete(kro);
      else this.#read.set(kro, from + text.length);
    }
    return found;
  }

  /** Ends all. */
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
