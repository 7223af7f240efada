// The shared control plane of this run, kubectl, and namespaces for cluster tests.
import { attach, type RunningControlPlane } from "./access.ts";
import { Api } from "./api.ts";
import type { User } from "./users.ts";

/** The environment variable with the folder of the shared control plane. */
export const sharedVariable = "KRO_TEST_CONTROLPLANE";

let shared: Promise<RunningControlPlane> | undefined;

/**
 * The shared control plane of all cluster tests of this run.
 *
 * @throws an Error when {@link sharedVariable} is not set
 */
export function sharedControlPlane(): Promise<RunningControlPlane> {
  const dir = Deno.env.get(sharedVariable);
  if (!dir) {
    throw new Error(
      `${sharedVariable} is not set: run cluster tests with \`deno task test\`, ` +
        "or start `deno task cluster` and export what it prints",
    );
  }
  return shared ??= attach(dir);
}

/** Options of a kubectl command. */
export interface KubectlOptions {
  /** Standard input: a string, or an object that is written as JSON. */
  stdin?: unknown;
  /** The user; by default the administrator. */
  user?: User;
  /** The control plane; by default the shared one. */
  on?: RunningControlPlane;
}

/**
 * Runs kubectl and returns its standard output.
 *
 * @throws an Error with kubectl's standard error when it fails
 * @example
 * ```ts
 * await kubectl(["apply", "-n", namespace, "-f", "-"], { stdin: object });
 * ```
 */
export async function kubectl(
  args: readonly string[],
  { stdin, user, on }: KubectlOptions = {},
): Promise<string> {
  const { kubectl: run } = on ?? await sharedControlPlane();
  const text = stdin === undefined || typeof stdin === "string" ? stdin : JSON.stringify(stdin);
  const { code, stdout, stderr } = await run([...args], { stdin: text, user });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** A namespace of one test; leaving the scope requests its deletion without waiting for it. */
export interface TestNamespace extends AsyncDisposable {
  /** Its name: the given prefix and eight random digits. */
  readonly name: string;
}

/** Creates a namespace whose name begins with `prefix`. */
export async function testNamespace(prefix = "test"): Promise<TestNamespace> {
  const { server, ca, token } = await sharedControlPlane();
  const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  const path = "/api/v1/namespaces";
  using api = new Api(server, ca, token("admin"));
  await api.create(path, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      using api = new Api(server, ca, token("admin"));
      const { status, text } = await api.call("DELETE", `${path}/${name}`);
      if (status >= 300 && status !== 404) throw new Error(`cannot delete ${name}: ${text}`);
    },
  };
}
