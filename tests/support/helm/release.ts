/** Installs Helm releases on a control plane, and runs kro as the Deployment of a release would. */
import { BUNDLE_FLAGS, DEBUG_DIR, permissionFlags } from "../../../src/cli/mod.ts";
import { freePorts } from "../controlplane/api.ts";
import { type Guarded, guarded } from "../controlplane/guard.ts";
import type { RunningControlPlane } from "../controlplane/mod.ts";
import { moduleSource } from "../controlplane/module_source.ts";
import { kubectl } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";
import { helm, type HelmOutput } from "./mod.ts";

/** The flag that lets Helm 4 take over fields of other field managers. Helm 3 does not have the flag. */
export const FORCE = "--force-conflicts";

/** The flags with which a release takes over existing CRDs. */
export const ADOPT: readonly string[] = [
  "--take-ownership",
  FORCE,
  "--set",
  "crds.takeOwnership=true",
];

/** The part of a Deployment that the tests read. */
export interface Deployment {
  metadata: { name: string; namespace: string };
  spec: {
    replicas: number;
    template: {
      spec: {
        serviceAccountName: string;
        containers: {
          args: string[];
          env?: { name: string; value: string }[];
          readinessProbe: { httpGet: { path: string; port: number } };
          livenessProbe: { httpGet: { path: string; port: number } };
        }[];
      };
    };
  };
}

/** Returns the path of the Helm chart of upstream kro. The chart is a folder of upstream's Go module. */
export async function upstreamChart(): Promise<string> {
  return `${await moduleSource("github.com/kubernetes-sigs/kro")}/helm`;
}

/** Runs Helm and kubectl as the administrator of a control plane, in one namespace. */
export class Releases {
  constructor(readonly plane: RunningControlPlane, readonly namespace: string) {}

  /** Runs Helm, and returns the result even if Helm fails. */
  try(...args: string[]): Promise<HelmOutput> {
    return helm([...args, "-n", this.namespace], this.plane.kubeconfig);
  }

  /** Runs Helm and returns its standard output. Throws an Error if Helm fails. */
  async run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(...args);
    if (code !== 0) throw new Error(`helm ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Runs kubectl and returns its standard output. Throws an Error if kubectl fails. */
  kubectl(...args: string[]): Promise<string> {
    return kubectl(args, { on: this.plane });
  }

  /** Returns the JSON of `kubectl get` with these arguments, such as one object. */
  async get<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl("get", ...args, "-o", "json")) as T;
  }

  /** Writes a kubeconfig file with a token of a service account, and returns the path of the file. */
  async kubeconfigOf(account: string): Promise<string> {
    const token = (await this.kubectl("create", "token", account, "-n", this.namespace)).trim();
    const config = await Deno.readTextFile(this.plane.kubeconfigFor("kro"));
    const path = `${this.plane.dir}/kubeconfig.${this.namespace}.${account}`;
    await Deno.writeTextFile(path, config.replaceAll(this.plane.token("kro"), token));
    return path;
  }
}

/**
 * Returns Helm flags that set free ports, so that kro can run on the test's machine with the pod's arguments.
 */
export function freePortValues(): string[] {
  const [health, metrics] = freePorts(2);
  return [
    "--set",
    `config.healthProbeBindAddress=:${health},config.metricsBindAddress=:${metrics}`,
    "--set",
    `deployment.containerPort=${metrics}`,
  ];
}

/**
 * kro as it runs in the container of a Deployment: with the container's arguments and environment, with the
 * Deno permissions of the image, and as the Deployment's service account. Disposing the object stops kro.
 */
export class Pod implements AsyncDisposable {
  /** The URL of kro's HTTP endpoint, which also answers the Deployment's probes. */
  readonly url: string;

  private constructor(
    readonly deployment: Deployment,
    readonly process: Guarded,
    readonly log: string,
  ) {
    const [container] = deployment.spec.template.spec.containers;
    this.url = `http://127.0.0.1:${container!.readinessProbe.httpGet.port}`;
  }

  /**
   * Starts a program, such as a bundle of kro, as the container of the Deployment `name` would run it. Does
   * not wait until kro is ready.
   */
  static async start(releases: Releases, program: string, name = "kro"): Promise<Pod> {
    const { namespace, plane } = releases;
    const deployment = await releases.get<Deployment>("deployment", name, "-n", namespace);
    const { serviceAccountName, containers: [container] } = deployment.spec.template.spec;
    const kubeconfig = await releases.kubeconfigOf(serviceAccountName);
    const env = Object.fromEntries((container!.env ?? []).map(({ name, value }) => [name, value]));
    const log = `${plane.dir}/pod-${crypto.randomUUID()}.log`;
    const process = guarded(Deno.execPath(), [
      "run",
      ...permissionFlags("controller", [kubeconfig], DEBUG_DIR),
      ...BUNDLE_FLAGS,
      program,
      "controller",
      ...container!.args,
    ], { log, env: { ...env, KUBECONFIG: kubeconfig, NO_COLOR: "1" } });
    return new Pod(deployment, process, log);
  }

  /** Waits until the readiness probe succeeds; then checks the liveness probe. */
  async ready(): Promise<void> {
    let ended = false;
    void this.process.status.then(() => ended = true);
    const { readinessProbe, livenessProbe } = this.deployment.spec.template.spec.containers[0]!;
    await eventually("the readiness probe", async () => {
      if (ended) throw new Error(`kro ended early:\n${this.output()}`);
      return (await this.get(readinessProbe.httpGet.path))?.status === 200;
    });
    const alive = await this.get(livenessProbe.httpGet.path);
    if (alive?.status !== 200) throw new Error(`the liveness probe fails: ${alive?.text}`);
  }

  /** Sends a GET request to the HTTP endpoint; returns undefined if the response is missing. */
  async get(path: string): Promise<{ status: number; text: string } | undefined> {
    try {
      const response = await fetch(this.url + path, { signal: AbortSignal.timeout(10_000) });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  /** Returns what kro has logged so far. */
  output(): string {
    return Deno.readTextFileSync(this.log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop(60_000);
  }
}
