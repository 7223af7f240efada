// Access to a running control plane, whoever started it: everything needed is in its folder.
import { files } from "./components.ts";
import type { User } from "./users.ts";

/** What came of running kubectl. */
export interface Output {
  /** Exit code. */
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
}

/** A control plane that is running. */
export interface RunningControlPlane {
  /** The API server's URL. */
  readonly server: string;
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /** The administrator's kubeconfig file. */
  readonly kubeconfig: string;
  /** The folder with its files and the components' logs. */
  readonly dir: string;
  /** The audit log's file. */
  readonly auditLog: string;
  /** Process ids of the components by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** The kubectl that fits. */
  readonly kubectlPath: string;
  /** A user's kubeconfig file. */
  kubeconfigFor(user: User): string;
  /** A user's bearer token. */
  token(user: User): string;
  /** Runs kubectl as the administrator, or as `user`; its exit code is for the caller to judge. */
  kubectl(args: string[], options?: { stdin?: string; user?: User }): Promise<Output>;
}

/** What a control plane's folder says about it. */
export interface Description {
  /** The API server's URL. */
  server: string;
  /** The kubectl that fits. */
  kubectl: string;
  /** Process ids of the components by name. */
  pids: Record<string, number>;
  /** Tokens by user. */
  tokens: Record<string, string>;
}

/** The control plane in `dir`. */
export async function attach(dir: string): Promise<RunningControlPlane> {
  const text = await Deno.readTextFile(`${dir}/${files.description}`);
  const { server, kubectl, pids, tokens } = JSON.parse(text) as Description;
  const kubeconfigFor = (user: User) => `${dir}/kubeconfig.${user}`;
  const auditLog = `${dir}/${files.audit}`;
  return {
    server,
    ca: await Deno.readTextFile(`${dir}/${files.ca}`),
    kubeconfig: kubeconfigFor("admin"),
    dir,
    auditLog,
    pids,
    kubectlPath: kubectl,
    kubeconfigFor,
    token: (user) => tokens[user] ?? "",
    kubectl: (args, { stdin, user = "admin" } = {}) =>
      run(kubectl, args, stdin, {
        KUBECONFIG: kubeconfigFor(user),
        // The next control plane may get the same port: what kubectl remembers of this one must not outlive it.
        KUBECACHEDIR: `${dir}/kubectl`,
      }),
  };
}

/** How long a kubectl may take before it counts as stuck and is ended: well beyond the limit of a test's wait. */
const PATIENCE_MS = 180_000;

async function run(
  program: string,
  args: string[],
  stdin: string | undefined,
  env: Record<string, string>,
): Promise<Output> {
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Some commands wait for ever, such as a delete that a finalizer holds.
  const late = setTimeout(() => child.kill(), PATIENCE_MS);
  const writing = stdin === undefined ? undefined : write(child.stdin, stdin);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(late);
  await writing;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

// kubectl may end without reading everything; then its exit code says why.
async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}
