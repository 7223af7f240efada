// Accesses a running control plane through the files in its folder. The control plane may belong to
// another process.
import { files } from "./components.ts";
import type { User } from "./users.ts";

/** The result of a kubectl command. */
export interface Output {
  /** The exit code of kubectl. */
  code: number;
  /** The standard output of kubectl. */
  stdout: string;
  /** The standard error of kubectl. */
  stderr: string;
}

/** A running control plane, which may belong to another process. */
export interface RunningControlPlane {
  /** The URL of the API server. */
  readonly server: string;
  /** The certificate of the authority that signed the API server's certificate, in PEM format. */
  readonly ca: string;
  /** The path of the administrator's kubeconfig file. */
  readonly kubeconfig: string;
  /**
   * The path of the folder that contains the control plane's files and the logs of its components.
   */
  readonly dir: string;
  /** The path of the API server's audit log. */
  readonly auditLog: string;
  /** The process IDs of the components. The keys are the names of the components. */
  readonly pids: Readonly<Record<string, number>>;
  /** The path of a kubectl of the same version as the API server. */
  readonly kubectlPath: string;
  /** Returns the path of a user's kubeconfig file. */
  kubeconfigFor(user: User): string;
  /** Returns a user's bearer token. */
  token(user: User): string;
  /**
   * Runs kubectl as the administrator or as `user`, and returns the result even if kubectl fails.
   */
  kubectl(args: string[], options?: { stdin?: string; user?: User }): Promise<Output>;
}

/** The content of the file that describes a control plane to other processes. */
export interface Description {
  /** The URL of the API server. */
  server: string;
  /** The path of a kubectl of the same version as the API server. */
  kubectl: string;
  /** The process IDs of the components. The keys are the names of the components. */
  pids: Record<string, number>;
  /** The bearer tokens of the users. The keys are the names of the users. */
  tokens: Record<string, string>;
}

/** Returns the control plane whose files are in `dir`. */
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
        // By default, kubectl names its discovery cache after the API server's host and port.
        // Another control plane may later use the same port, so each control plane has a cache
        // folder of its own.
        KUBECACHEDIR: `${dir}/kubectl`,
      }),
  };
}

/**
 * The time limit of a kubectl command, in milliseconds. The limit is far longer than any wait of a
 * test.
 */
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
  // Kills kubectl after the time limit, because some commands would otherwise wait forever, such as
  // a deletion that a finalizer blocks.
  const late = setTimeout(() => child.kill(), PATIENCE_MS);
  const writing = stdin === undefined ? undefined : write(child.stdin, stdin);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(late);
  await writing;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

// Writes the input of kubectl. Write errors are ignored: kubectl may exit before it has read all
// input, and its exit code reports the failure.
async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}
