/**
 * Runs kro as the image runs it: as user 65532 and process 1, without a shell, and on a read-only root file
 * system. kro has the permissions, environment and service account of the Deployment.
 */
import assert from "node:assert/strict";
import { freePorts } from "../support/controlplane/api.ts";
import { guarded } from "../support/controlplane/guard.ts";
import { eventually, installOwnCrds, sharedControlPlane } from "../support/cluster/mod.ts";
import { createRoot, executables, type ImageRoot, run } from "./root.ts";

const repository = new URL("../..", import.meta.url).pathname;
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const USER = "65532:65532";

/**
 * A shell script that mounts the same folders as Kubernetes, makes the root file system read-only, and runs
 * its arguments as a command in this file system.
 */
const ENTER = `set -e
root=$1 account=$2; shift 2
mount --bind "$root" "$root"
mount --bind "$account" "$root${ACCOUNT}"
mount -t tmpfs -o mode=1777 tmpfs "$root/debug"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec chroot --userspec=${USER} --groups= "$root" "$@"`;

/**
 * Returns the flags that `deno task compile` builds into the image's executable, such as Deno's permissions.
 */
async function imageFlags(): Promise<string[]> {
  const args = ["task", "-q", "compile", "--role", "controller", "--print"];
  const line = (await run(Deno.execPath(), args, repository)).split(" ");
  return line.slice(line.indexOf("compile") + 1, line.indexOf("--output"));
}

/** A process that runs in the image's root file system, as process 1 of its own PID namespace. */
class Contained implements AsyncDisposable {
  readonly #log = Deno.makeTempFileSync({ prefix: "kro-image-", suffix: ".log" });
  readonly #process;

  constructor(root: ImageRoot, account: string, command: string[], env: Record<string, string>) {
    // Deno refuses to start without the path of its cache, which an executable of `deno compile` does not
    // use.
    const variables = Object.entries({ PATH: Deno.env.get("PATH")!, DENO_DIR: "/tmp", ...env });
    this.#process = guarded("env", [
      ...["-i", ...variables.map(([name, value]) => `${name}=${value}`)],
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child"],
      ...["sh", "-c", ENTER, "sh", root.path, account, ...command],
    ], { log: this.#log, detached: true });
  }

  log(): string {
    return Deno.readTextFileSync(this.#log);
  }

  get ended(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  /**
   * Returns the process that has the PID 1 in the PID namespace: its PID on the host, and its user and group
   * as `user:group`.
   */
  async first(): Promise<{ pid: number; user: string }> {
    const { pid } = this.#process;
    const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    for (const child of children.trim().split(" ")) {
      const status = await Deno.readTextFile(`/proc/${child}/status`);
      const last = (name: string) => new RegExp(`^${name}:.*?(\\d+)$`, "m").exec(status)?.[1];
      if (last("NSpid") === "1") return { pid: +child, user: `${last("Uid")}:${last("Gid")}` };
    }
    throw new Error(`no process has number 1: ${this.log()}`);
  }

  /**
   * Sends SIGTERM to the process with the PID 1, as Kubernetes does. With `whole`, sends it to all processes
   * of the process group.
   */
  async terminate(whole: boolean): Promise<void> {
    Deno.kill(whole ? -this.#process.pid : (await this.first()).pid, "SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    await Deno.remove(this.#log);
  }
}

/** Returns the processor time that a process has used so far, in milliseconds. */
async function processorMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // In `/proc/PID/stat`, the fields 12 and 13 after the program name in parentheses are the user time and the
  // system time, in units of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/**
 * Writes the files of a service account into a new folder, as the kubelet mounts them. Returns the path of
 * the folder.
 */
async function serviceAccount(token: string, ca: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "kro-image-" });
  await Deno.chmod(folder, 0o755);
  const files = { token, "ca.crt": ca, namespace: "default" };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, content);
    await Deno.chmod(`${folder}/${name}`, 0o644);
  }
  return folder;
}

/**
 * Waits until kro reports on this port that it is ready. Throws an error with kro's log if kro ends first.
 */
async function ready(kro: Contained, port: number): Promise<void> {
  let isRunning = true;
  void kro.ended.then(() => isRunning = false);
  await eventually("kro ready in the image", async () => {
    if (!isRunning) throw new Error(kro.log());
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok;
  });
}

Deno.test("the image", async (t) => {
  await using root = await createRoot();
  const { server, token, ca, kubeconfig } = await sharedControlPlane();
  await installOwnCrds(kubeconfig);
  const account = await serviceAccount(token("kro"), ca);
  const { hostname, port } = new URL(server);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };

  await t.step("contains no shell and no other program", () => {
    const programs = [...executables(root.path)].map((path) => path.slice(root.path.length))
      .filter((path) => !/\.so[.\d]*$/.test(path));
    assert.deepEqual(programs, ["/deno"]);
  });

  await t.step("has no writable folder except for the debug folder", async () => {
    const code = `for (const folder of ["", "/tmp", "/debug", "${ACCOUNT}"]) {
      try { Deno.writeTextFileSync(folder + "/x", ""); console.log(folder, "written"); }
      catch (error) { console.log(folder || "/", error.code ?? error.name); }
    }`;
    await using tried = new Contained(root, account, ["/deno", "eval", code], env);
    assert.equal(await tried.ended, 0, tried.log());
    const lines = tried.log().trim().split("\n");
    assert.deepEqual(lines, ["/ EROFS", "/tmp EROFS", "/debug written", `${ACCOUNT} EACCES`]);
  });

  for (const whole of [false, true]) {
    const receiver = whole ? "the process group" : "kro";
    await t.step(`serves, and ends with code 0 when ${receiver} receives SIGTERM`, async () => {
      const [http, metrics] = freePorts(2) as [number, number];
      const started = performance.now();
      await using kro = new Contained(root, account, [
        ...["/deno", "run", ...await imageFlags(), "/kro.js", "controller", "--debug-dir=/debug"],
        `--health-probe-bind-address=127.0.0.1:${http}`,
        `--metrics-bind-address=127.0.0.1:${metrics}`,
      ], env);
      await ready(kro, http);
      const readyMs = performance.now() - started;
      const { pid, user } = await kro.first();
      console.log(
        `ready after ${seconds(readyMs)} s, of which ${
          seconds(await processorMs(pid))
        } s is processor time`,
      );
      assert.equal(user, USER);
      await kro.terminate(whole);
      assert.equal(await kro.ended, 0, kro.log());
      assert.doesNotMatch(kro.log(), /error|warn/i);
    });
  }
  await Deno.remove(account, { recursive: true });
});
