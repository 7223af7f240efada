/**
 * Runs the example httpbin while tests change a Helm release of kro, and records which objects kro writes
 * during the change.
 */
import assert from "node:assert/strict";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { BUNDLE_FLAGS, DEBUG_DIR, parseYaml, permissionFlags } from "../../../src/cli/mod.ts";
import { type AuditEntry, AuditLog, controllerCalls, isWriteVerb } from "../controlplane/audit.ts";
import { eventually, LIMIT_SECONDS } from "../wait.ts";
import { Pod, type Releases } from "./release.ts";

/** The path of the folder with kro's examples. */
export const examples: string = new URL("../../../deploy/examples", import.meta.url).pathname;

/** The names of kro's CRDs. */
export const CRDS: readonly string[] = [
  "resourcegraphdefinitions.kro.run",
  "graphrevisions.internal.kro.run",
];

const TIMEOUT = `--timeout=${LIMIT_SECONDS}s`;

/** The child objects that kro creates for the instance of the example httpbin. */
const CHILDREN = ["serviceaccount/httpbin", "service/httpbin", "deployment/httpbin"];

interface Hook {
  kind: string;
  spec: { template: { spec: { containers: { args: string[] }[] } } };
}

interface Live {
  metadata: { name: string; uid: string; generation?: number; resourceVersion: string };
}

/**
 * The example httpbin in the namespace `app`. A change of kro's installation must replace neither kro's CRDs
 * nor an object of the example.
 */
export class Example {
  constructor(readonly releases: Releases) {}

  /** Creates the RGD and the instance, and waits until the instance's Deployment is available. */
  async create(): Promise<void> {
    const { releases } = this;
    await releases.kubectl("apply", "-f", `${examples}/httpbin/rgd.yaml`);
    await releases.kubectl("wait", "rgd/httpbin", "--for=condition=Ready", TIMEOUT);
    await releases.kubectl("apply", "-n", "app", "-f", `${examples}/httpbin/instance.yaml`);
    await this.available(2);
  }

  /** Waits until the instance's status shows the number of available replicas. */
  async available(replicas: number): Promise<void> {
    await this.releases.kubectl(
      ...["wait", "httpbinapps/demo-httpbin", "-n", "app", TIMEOUT],
      `--for=jsonpath={.status.availableReplicas}=${replicas}`,
    );
  }

  /** Changes the number of replicas, and waits until kro has changed the Deployment. */
  async scale(replicas: number): Promise<void> {
    const patch = JSON.stringify({ spec: { replicas } });
    await this.releases.kubectl(
      ...["patch", "httpbinapps/demo-httpbin", "-n", "app", "--type=merge", "-p", patch],
    );
    await this.available(replicas);
  }

  /**
   * Returns the UIDs of the CRDs, the RGD, the instance and the instance's child objects. For a child object,
   * also returns its resourceVersion, which changes with each write that changes the object.
   */
  async state(): Promise<Record<string, string>> {
    const state: Record<string, string> = {};
    const owners = [...CRDS, "httpbinapps.duffy.xyz"].map((name) => `crd/${name}`);
    for (const name of [...owners, "rgd/httpbin", "httpbinapps/demo-httpbin", ...CHILDREN]) {
      const { metadata } = await this.releases.get<Live>(name, "-n", "app");
      const isChild = CHILDREN.includes(name);
      state[name] = isChild ? `${metadata.uid} ${metadata.resourceVersion}` : metadata.uid;
    }
    return state;
  }
}

/** Records which objects kro writes while a Helm release of kro changes. */
export class ChildWrites {
  readonly #seen: AuditEntry[] = [];

  private constructor(readonly releases: Releases, readonly log: AuditLog) {}

  /** Starts to record the controller's writes. */
  static async open(releases: Releases): Promise<ChildWrites> {
    return new ChildWrites(releases, await AuditLog.fromNow(releases.plane.auditLog));
  }

  /** Returns the controller's writes to the instance's objects since {@link open} was called. */
  async take(): Promise<string[]> {
    const mark = crypto.randomUUID();
    await this.releases.kubectl("get", "--raw", `/version?mark=${mark}`);
    await eventually("the mark in the audit log", async () => {
      this.#seen.push(...await this.log.read());
      return this.#seen.some(({ uri }) => uri.includes(mark));
    });
    const user = `system:serviceaccount:${this.releases.namespace}:kro`;
    return controllerCalls(this.#seen, user)
      .filter(({ verb, namespace, group }) =>
        isWriteVerb(verb) && namespace === "app" && group !== "duffy.xyz"
      )
      .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }
}

let built: Promise<string> | undefined;

/** Returns the path of kro's bundle. The first call builds the bundle. */
export function builtBundle(): Promise<string> {
  return built ??= bundle();
}

/**
 * Starts kro as the Deployment of the Helm release would start it, and waits until kro has reconciled the
 * instance of the example httpbin.
 */
export async function startPod(releases: Releases): Promise<Pod> {
  const pod = await Pod.start(releases, await builtBundle());
  try {
    await pod.ready();
    await eventually("kro has reconciled the instance", async () => {
      const answer = await pod.get("/graphs/httpbin/instances/app/demo-httpbin");
      return answer?.status === 200 && JSON.parse(answer.text).state === "ACTIVE";
    });
  } catch (error) {
    await pod[Symbol.asyncDispose]();
    throw error;
  }
  return pod;
}

/**
 * Runs the command of the `helm test` container on this machine, with the Deno permissions of kro's image,
 * and sends its requests to `pod`. Returns its output. Throws an Error if the command fails.
 */
export async function helmTestOf(releases: Releases, pod: Pod): Promise<string> {
  const hooks = parseYaml(await releases.run("get", "hooks", "kro"), "the hooks") as Hook[];
  const [container] = hooks.find(({ kind }) => kind === "Job")!.spec.template.spec.containers;
  return runInImage(container!.args.map((arg) => arg.startsWith("http://") ? pod.url : arg));
}

/**
 * Runs a command of kro with the Deno permissions of kro's image, and returns its output. Throws an Error if
 * the command fails.
 *
 * @param files The files that the command may read in addition to those of the image.
 */
export async function runInImage(args: string[], files: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissionFlags("controller", files, DEBUG_DIR),
      ...BUNDLE_FLAGS,
      await builtBundle(),
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  return text(stdout);
}
