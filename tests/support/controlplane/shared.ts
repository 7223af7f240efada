// What a cluster test needs: the control plane of this run, and a namespace of its own.
import { attach, type RunningControlPlane } from "./access.ts";

/** Names the folder of the control plane that tests share. */
export const sharedVariable = "KRO_TEST_CONTROLPLANE";

let shared: Promise<RunningControlPlane> | undefined;

/** The control plane that all cluster tests of this run share. */
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

/** A namespace of one test; leaving the scope deletes it, without waiting for its end. */
export interface TestNamespace extends AsyncDisposable {
  /** Its name: the given one with a random ending. */
  readonly name: string;
}

/** Creates a namespace whose name begins with `prefix`. */
export async function testNamespace(prefix = "test"): Promise<TestNamespace> {
  const { kubectl } = await sharedControlPlane();
  const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  const must = async (...args: string[]) => {
    const { code, stderr } = await kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  };
  await must("create", "namespace", name);
  return {
    name,
    [Symbol.asyncDispose]: () =>
      must("delete", "namespace", name, "--wait=false", "--ignore-not-found"),
  };
}

/** Asks again, every so often, until `check` gives a value; fails, naming `what`, after `seconds`. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | null | false>,
  seconds = 30,
  everyMs = 100,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
