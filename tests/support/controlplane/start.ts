// Starts the components of the control plane in order, and waits until the API server is ready and
// a node exists. Stops the components in reverse order.
import { attach, type Description, type RunningControlPlane } from "./access.ts";
import { Api, freePorts, until } from "./api.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { makeCertificates } from "./certificates.ts";
import {
  auditPolicy,
  commandLine,
  etcdUrl,
  files,
  type Layout,
  node,
  serverUrl,
} from "./components.ts";
import { Guarded, guarded, tail } from "./guard.ts";
import { LIMIT_SECONDS } from "../wait.ts";
import { type Program, programs } from "./parts.ts";
import { type AnyUser, kubeconfig, makeTokens, roles, tokenFile, users } from "./users.ts";

/** The name of a component that a control plane can omit. */
export type Optional = "kube-controller-manager" | "kube-scheduler" | "kwok";

/**
 * The components that change objects by themselves. A test omits them if only the controller under test may
 * change objects. The test then writes the status of Deployments and other objects itself.
 */
export const apiOnly: Optional[] = ["kube-controller-manager", "kube-scheduler", "kwok"];

/** The options with which a control plane is started. */
export interface StartOptions {
  /** The components to omit. Without kwok, the control plane has no node. */
  without?: Optional[];
  /** Called with each line of progress; by default progress is not reported. */
  progress?: (line: string) => void;
  /** Environment variables of the components, in addition to those of this process. */
  env?: Record<string, string>;
  /**
   * Aborts the start and stops the components that are already running. A running build continues
   * until this process ends.
   */
  signal?: AbortSignal;
}

/** A control plane that this process has started and can stop. */
export interface ControlPlane extends RunningControlPlane, AsyncDisposable {
  /** A promise that resolves with an error if a component exits by itself. */
  readonly failure: Promise<Error>;
  /**
   * Kills a component, starts it again after `downMs` milliseconds, and waits until the API server
   * is ready.
   */
  restart(component: "etcd" | "kube-apiserver", downMs?: number): Promise<void>;
  /** Stops all components one after the other, and removes the control plane's folder. */
  stop(): Promise<void>;
}

/** Starts a control plane. Missing binaries are built or downloaded first. */
export async function startControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  const progress = options.progress ?? (() => {});
  const wanted = programs.filter((name) => !options.without?.includes(name as Optional));
  const { signal } = options;
  const aborted = new Promise<never>((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason))
  );
  aborted.catch(() => {});
  signal?.throwIfAborted();
  const binaries = await Promise.race([findBinaries(wanted, { progress }), aborted]);
  for (let attempt = 1;; attempt++) {
    const run = new Run(wanted, binaries, options, aborted);
    try {
      return await run.start(progress);
    } catch (error) {
      await run.stop();
      // Another process has started to use one of the chosen ports, so the next attempt chooses other ports.
      if (attempt < 3 && /address already in use/.test(String(error))) continue;
      throw error;
    }
  }
}

type Component = Exclude<Program, "kubectl">;

/** Runs the components of one control plane, from the start to the stop. */
class Run {
  readonly #running = new Map<Component, Guarded>();
  readonly #ended = Promise.withResolvers<Error>();
  readonly #gone: Promise<never>;
  readonly #components: Component[];
  readonly #killed = new Set<Guarded>();
  #dir = "";
  #stopping: Promise<void> | undefined;

  constructor(
    wanted: Program[],
    readonly binaries: Binaries,
    readonly options: StartOptions,
    aborted: Promise<never>,
  ) {
    this.#components = wanted.filter((name) => name !== "kubectl");
    this.#gone = Promise.race([
      this.#ended.promise.then((error) => Promise.reject(error)),
      aborted,
    ]);
    this.#gone.catch(() => {});
  }

  async start(progress: (line: string) => void): Promise<ControlPlane> {
    const began = performance.now();
    progress(`starting ${this.#components.join(", ")} (${this.binaries.origin})`);
    this.#dir = await Deno.makeTempDir({ prefix: "kro-controlplane-" });
    const [etcd, etcdPeer, server] = freePorts(3) as [number, number, number];
    const layout: Layout = {
      dir: this.#dir,
      ports: { etcd, etcdPeer, server },
      stages: this.binaries.stages,
    };
    const tokens = makeTokens();
    const ca = await this.#writeFiles(layout, tokens);

    this.#spawn("etcd", layout);
    await until(
      "etcd is healthy",
      () => healthy(`${etcdUrl(layout)}/health`),
      this.#gone,
      LIMIT_SECONDS,
    );
    this.#spawn("kube-apiserver", layout);
    using api = new Api(serverUrl(layout), ca, tokens.launcher);
    await until("the API server is ready", () => api.exists("/readyz"), this.#gone, LIMIT_SECONDS);
    for (const { path, object } of roles()) await api.create(path, object);
    for (const name of this.#components.slice(2)) this.#spawn(name, layout);
    await this.#settle(api);
    progress(`control plane ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);

    const description: Description = {
      server: serverUrl(layout),
      kubectl: this.binaries.paths.kubectl!,
      pids: Object.fromEntries([...this.#running].map(([name, { pid }]) => [name, pid])),
      tokens,
    };
    await this.#write(files.description, JSON.stringify(description, null, 2));
    const stop = () => this.stop();
    return {
      ...await attach(this.#dir),
      failure: this.#ended.promise,
      restart: async (component, downMs = 0) => {
        await this.#kill(component);
        await new Promise((resolve) => setTimeout(resolve, downMs));
        this.#spawn(component, layout);
        using again = new Api(serverUrl(layout), ca, tokens.launcher);
        await until(
          "the API server is ready",
          () => again.exists("/readyz"),
          this.#gone,
          LIMIT_SECONDS,
        );
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  }

  /** Stops the clients of the API server first, then the API server, then etcd. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const component of [...this.#running.values()].reverse()) await component.stop();
    if (this.#dir !== "") await Deno.remove(this.#dir, { recursive: true });
  }

  async #kill(name: Component): Promise<void> {
    const component = this.#running.get(name)!;
    this.#killed.add(component);
    Deno.kill(component.pid, "SIGKILL");
    await component.status;
  }

  async #settle(api: Api): Promise<void> {
    const has = (name: Component) => this.#components.includes(name);
    const wait = (what: string, check: () => Promise<boolean>) =>
      until(what, check, this.#gone, LIMIT_SECONDS);
    for (const name of ["default", "kube-system"]) {
      await wait(`namespace ${name} exists`, () => api.exists(`/api/v1/namespaces/${name}`));
    }
    if (has("kube-controller-manager")) {
      const account = "/api/v1/namespaces/default/serviceaccounts/default";
      await wait("the default service account exists", () => api.exists(account));
    }
    if (has("kwok")) {
      await api.create("/api/v1/nodes", node);
      await wait("the node is ready", async () => {
        const { text } = await api.call("GET", `/api/v1/nodes/${node.metadata.name}`);
        return /"type":"Ready","status":"True"|"status":"True"[^{}]*"type":"Ready"/.test(text);
      });
    }
  }

  #spawn(name: Component, layout: Layout): void {
    const log = `${layout.dir}/${name}.log`;
    const withAccounts = this.#components.includes("kube-controller-manager");
    const component = guarded(
      this.binaries.paths[name]!,
      commandLine(name, layout, withAccounts),
      { log, detached: true, ...(this.options.env ? { env: this.options.env } : {}) },
    );
    this.#running.set(name, component);
    component.status.then(async ({ code, signal }) => {
      if (this.#stopping || this.#killed.has(component)) return;
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      this.#ended.resolve(new Error(`${name} ${how}; its last lines:\n${await tail(log)}`));
    });
  }

  async #writeFiles(layout: Layout, tokens: Record<AnyUser, string>): Promise<string> {
    const { ca, ...rest } = await makeCertificates();
    await Promise.all([
      this.#write(files.ca, ca),
      this.#write(files.certificate, rest.certificate),
      this.#write(files.key, rest.key),
      this.#write(files.serviceAccountPublic, rest.serviceAccountPublic),
      this.#write(files.serviceAccountPrivate, rest.serviceAccountPrivate),
      this.#write(files.tokens, tokenFile(tokens)),
      this.#write(files.auditPolicy, auditPolicy),
      ...users.map((user) =>
        this.#write(`kubeconfig.${user}`, kubeconfig(serverUrl(layout), ca, user, tokens[user]))
      ),
    ]);
    return ca;
  }

  // Writes a file that only this user may read, because some files contain tokens and private keys.
  #write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.#dir}/${name}`, text, { mode: 0o600 });
  }
}

async function healthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
