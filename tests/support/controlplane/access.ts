// Access to a running control plane, including one of another process, by the files in its folder.
import { files } from "./components.ts";
import type { User } from "./users.ts";

/** Result of a kubectl command. */
export interface Output {
  /** Exit code. */
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
}

/** A running control plane. */
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
  /** The kubectl of the same version. */
  readonly kubectlPath: string;
  /** A user's kubeconfig file. */
  kubeconfigFor(user: User): string;
  /** A user's bearer token. */
  token(user: User): string;
  /** Runs kubectl as the administrator, or as `user`, and returns its result even if it fails. */
  kubectl(args: string[], options?: { stdin?: string; user?: User }): Promise<Output>;
}

/** The description of a control plane in its folder. */
export interface Description {
  /** The API server's URL. */
  server: string;
  /** The kubectl of the same version. */
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
        // The next control plane may get the same port, so kubectl's discovery cache must be separate for each.
        KUBECACHEDIR: `${dir}/kubectl`,
      }),
  };
}

/** Time limit of a kubectl command in milliseconds, well above the limit of a test's wait. */
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
  // Some commands wait without limit, such as a delete that a finalizer blocks.
  const late = setTimeout(() => child.kill(), PATIENCE_MS);
  const writing = stdin === undefined ? undefined : write(child.stdin, stdin);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(late);
  await writing;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

// kubectl may exit without reading all its input; its exit code shows the error.
async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}
