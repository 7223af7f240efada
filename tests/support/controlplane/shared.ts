// The control plane that all cluster tests of a run share. Runs kubectl on it, and creates
// namespaces in it.
import { attach, type RunningControlPlane } from "./access.ts";
import { Api } from "./api.ts";
import type { User } from "./users.ts";

/**
 * The name of the environment variable that contains the path of the shared control plane's folder.
 */
export const sharedVariable = "KRO_TEST_CONTROLPLANE";

let shared: Promise<RunningControlPlane> | undefined;

/**
 * Returns the control plane that all cluster tests of this run share.
 *
 * @throws an Error if the environment variable {@link sharedVariable} is not set
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

/** The options of {@link kubectl}. */
export interface KubectlOptions {
  /** The standard input of kubectl: a string, or an object that is written as JSON. */
  stdin?: unknown;
  /** The user who runs kubectl; the administrator by default. */
  user?: User;
  /** The control plane on which kubectl runs; by default, the control plane that all tests share. */
  on?: RunningControlPlane;
}

/**
 * Runs kubectl on a control plane, and returns kubectl's standard output.
 *
 * @throws an Error with kubectl's standard error if kubectl fails
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

/**
 * A namespace of one test. Disposing the object requests the deletion of the namespace, but does not wait
 * until the namespace is deleted.
 */
export interface TestNamespace extends AsyncDisposable {
  /** The name of the namespace: the given prefix and eight random digits. */
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
