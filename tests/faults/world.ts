/** One API server, the fault proxy before it, kro behind that, and the people who use the cluster. */
import { bundle } from "../../deploy/tasks/bundle.ts";
import { installCrds } from "../../src/controller/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../src/kube/mod.ts";
import type { RunningControlPlane } from "../controlplane/mod.ts";
import { kubeconfig, type User } from "../controlplane/users.ts";
import { deploymentsProgress } from "./deployments.ts";
import { unclean } from "./oracles.ts";
import { KroProcess } from "./process.ts";
import { FaultProxy } from "./proxy/mod.ts";

/** Flags of every kro here: room for all subjects at once, kinds go with their RGD. */
const FLAGS = [
  "--allow-crd-deletion",
  "--resource-graph-definition-concurrent-reconciles=16",
  "--dynamic-controller-concurrent-reconciles=32",
];

/** The name of the door of kro's processes, when there is one at a time. */
export const KRO = "kro";

/** What scenarios play in. */
export class World implements AsyncDisposable {
  /** Between all clients and the API server. */
  readonly proxy: FaultProxy;
  /** The administrator, through the proxy: what people do is in the record too. */
  readonly admin: KubeClient;
  /** The administrator's kubeconfig. */
  readonly adminFile: string;
  /** The control plane. */
  readonly controlPlane: RunningControlPlane;
  readonly #dir: string;
  readonly #bundle: string;
  readonly #progress: AsyncDisposable;
  readonly #processes: KroProcess[] = [];
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

  /** Starts proxy and people; kro is started by {@link startKro}. */
  static async open(controlPlane: RunningControlPlane): Promise<World> {
    const dir = await Deno.makeTempDir({ prefix: "kro-faults-" });
    const proxy = await FaultProxy.start(controlPlane);
    const adminFile = `${dir}/admin`;
    await Deno.writeTextFile(
      adminFile,
      kubeconfig(await proxy.url("user"), proxy.ca, "admin", controlPlane.token("admin")),
    );
    const admin = connect(await loadConfig({ kubeconfig: adminFile }), { userAgent: "user" });
    await installCrds(admin);
    // Later builds must not change what is tested.
    const path = `${dir}/kro.js`;
    await Deno.copyFile(await bundle(), path);
    return new World({ controlPlane, proxy, admin, adminFile, dir, bundle: path });
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
    options: { door?: string; flags?: string[]; v8?: string[]; under?: string[]; wait?: boolean } =
      {},
  ): Promise<KroProcess> {
    const { door = KRO, flags = [], wait = true } = options;
    this.#doors.add(door);
    const config = await this.kubeconfig(door, "kro");
    const log = `${this.#dir}/${this.#logs.length}-${door}.log`;
    this.#logs.push(log);
    const all = [...FLAGS, ...flags];
    const { v8, under } = options;
    const kro = KroProcess.start({
      bundle: this.#bundle,
      kubeconfig: config,
      log,
      flags: all,
      v8,
      under,
    });
    this.#processes.push(kro);
    this.#current = kro;
    if (wait) await kro.ready();
    return kro;
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

  /** Ends the process in order; its findings if it did not end well. */
  async stopKro(kro: KroProcess = this.kro): Promise<string[]> {
    const code = await kro.stop();
    return code === 0 ? [] : [`kro ended with exit code ${code}`];
  }

  /** What no log should have, since last asked. */
  async uncleanLogs(): Promise<string[]> {
    const found: string[] = [];
    for (const kro of this.#processes) found.push(...unclean(await kro.log()));
    for (const kro of this.#processes.filter((p) => !p.running)) {
      this.#processes.splice(this.#processes.indexOf(kro), 1);
    }
    return found;
  }

  /** Ends all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#progress[Symbol.asyncDispose]();
    for (const kro of this.#processes) {
      kro.kill("SIGCONT");
      await kro.crash();
    }
    this.admin.close();
    await this.proxy[Symbol.asyncDispose]();
    await Deno.remove(this.#dir, { recursive: true });
  }
}
