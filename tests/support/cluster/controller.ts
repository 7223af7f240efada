/** A controller in this process against the shared control plane, and what it asked the API server for. */
import type { KubeObject } from "../../../src/api/mod.ts";
import { Controller, type ControllerOptions } from "../../../src/controller/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import { type AuditEntry, calls } from "../controlplane/mod.ts";
import { eventually, sharedControlPlane } from "../controlplane/shared.ts";

/** A running controller; leaving the scope stops it. */
export interface RunningController extends AsyncDisposable {
  /** The controller. */
  readonly controller: Controller;
  /** What it talks through, as user `kro`. */
  readonly client: KubeClient;
}

/** Starts a controller as user `kro` and waits until it is ready. */
export async function startController(
  options: Partial<ControllerOptions> = {},
): Promise<RunningController> {
  const controlPlane = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig: controlPlane.kubeconfigFor("kro") });
  const client = connect(config, { userAgent: "kro/devel" });
  await installCrds(client);
  const controller = new Controller({ client, version: "devel", podId: "test", ...options });
  controller.start();
  await eventually("controller ready", () => Promise.resolve(controller.readiness().ready));
  return {
    controller,
    client,
    async [Symbol.asyncDispose]() {
      await controller.stop();
      client.close();
    },
  };
}

/** Runs kubectl as the administrator; fails with what it printed. */
export async function kubectl(args: string[], stdin?: unknown): Promise<string> {
  const { kubectl: run } = await sharedControlPlane();
  const text = typeof stdin === "string" ? stdin : JSON.stringify(stdin);
  const { code, stdout, stderr } = await run(args, { stdin: text });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Applies an object, or the text of a file. */
export async function apply(what: unknown, namespace = "default"): Promise<void> {
  await kubectl(["apply", "-n", namespace, "-f", "-"], what);
}

/** The object as it is now; undefined when it is not there. */
export async function read(
  resource: string,
  name: string,
  namespace = "default",
): Promise<KubeObject | undefined> {
  const args = ["get", resource, name, "-n", namespace, "-o", "json", "--ignore-not-found"];
  const text = await kubectl(args);
  return text === "" ? undefined : JSON.parse(text);
}

/** Waits until the object is there and holds. */
export function until(
  resource: string,
  name: string,
  namespace: string | undefined,
  // deno-lint-ignore no-explicit-any -- objects are navigated freely in tests
  holds: (object: any) => unknown,
  // deno-lint-ignore no-explicit-any -- as above
): Promise<any> {
  return eventually(`${resource} ${name} as expected`, async () => {
    const object = await read(resource, name, namespace);
    return object && holds(object) ? object : undefined;
  });
}

/** Waits until the object is gone. */
export async function untilGone(resource: string, name: string, namespace?: string): Promise<void> {
  const gone = async () => await read(resource, name, namespace) === undefined;
  await eventually(`${resource} ${name} gone`, gone);
}

/** kro's requests since a moment, watches and the lease left out. */
export async function requests(since: Date): Promise<AuditEntry[]> {
  const { audit } = await sharedControlPlane();
  // An answer may be here a moment before its line in the log.
  await quiet(500);
  const entries = calls(await audit()).filter((entry) =>
    entry.user === "kro" && entry.resource !== "leases" && entry.verb !== "watch"
  );
  return entries.filter((entry) => new Date(entry.time) >= since);
}

/** Requests that change something, as `verb resource[/subresource] name`. */
export function writes(entries: readonly AuditEntry[]): string[] {
  const changing = ["create", "update", "patch", "delete", "deletecollection"];
  return entries.filter((entry) => changing.includes(entry.verb)).map((entry) => {
    const resource = entry.subresource ? `${entry.resource}/${entry.subresource}` : entry.resource;
    return `${entry.verb} ${resource} ${entry.name}`;
  });
}

/** Lets time pass. */
export function quiet(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An RGD in a group of its own, so that tests do not meet. */
export function graph(name: string, spec: {
  kind: string;
  spec?: unknown;
  status?: unknown;
  resources: unknown[];
}): KubeObject {
  const { kind, resources, ...schema } = spec;
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name },
    spec: { schema: { apiVersion: "v1alpha1", group: groupOf(name), kind, ...schema }, resources },
  };
}

/** The group of {@link graph}. */
export function groupOf(name: string): string {
  return `${name}.example.com`;
}

/** Deletes RGD, instances and CRD, as far as they are there; a controller has to run. */
export async function cleanUp(name: string, plural: string): Promise<void> {
  const crd = `${plural}.${groupOf(name)}`;
  if (await read("crd", crd)) await kubectl(["delete", crd, "--all", "-A"]);
  await kubectl(["delete", "rgd", name, "--ignore-not-found"]);
  await kubectl(["delete", "crd", crd, "--ignore-not-found"]);
}
