/**
 * Tries operations that need a permission of Deno, inside a process that runs kro's bundle. The module is
 * loaded with `--preload`, and imports only modules of Node.
 */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect } from "node:net";

/** The targets of the operations. All of them exist, so that an operation fails only if it is denied. */
export interface Targets {
  /** The port of the API server on 127.0.0.1. */
  api: number;
  /** A port on 127.0.0.1 that accepts connections and to which kro must not connect. */
  other: number;
  /** The port of kro's HTTP endpoint on 127.0.0.1. */
  endpoint: number;
  /** The kubeconfig file. */
  kubeconfig: string;
  /** A folder to which kro may write, if its flags name the folder. */
  debugDir: string;
  /** A folder that no flag names. It contains the module `other.js`. */
  elsewhere: string;
}

/** The result of an operation; `hidden` if the operation reads an environment variable that appears unset. */
export type Outcome = "allowed" | "denied" | "hidden";

/** The results of all operations, by the name of the operation. */
export type Outcomes = Record<string, Outcome>;

const local = { hostname: "127.0.0.1" };

/** A worker inherits the permissions of the process that starts the worker. */
const WORKER = `self.onmessage = ({ data }) =>
  Deno.connect(data).then(() => "", String).then((answer) => self.postMessage(answer));`;

const OPERATIONS: Record<string, (targets: Targets) => unknown> = {
  "connect to the API server": ({ api }) => Deno.connect({ ...local, port: api }),
  "connect to another port": ({ other }) => Deno.connect({ ...local, port: other }),
  "connect to another address": ({ api }) => Deno.connect({ hostname: "127.0.0.2", port: api }),
  "connect to another name": ({ other }) => Deno.connect({ hostname: "localhost", port: other }),
  "fetch from another port": ({ other }) => fetch(`http://127.0.0.1:${other}/`),
  "fetch from the cloud's metadata service": () => fetch("http://169.254.169.254/", soon()),
  "connect with node:net": ({ other }) => once(connect(other, "127.0.0.1"), "connect"),
  "connect in a worker": async ({ other }) => {
    const url = `data:text/javascript,${encodeURIComponent(WORKER)}`;
    const worker = new Worker(url, { type: "module" });
    worker.postMessage({ ...local, port: other });
    const [{ data }] = await once(worker, "message") as [MessageEvent<string>];
    worker.terminate();
    if (data !== "") throw new Error(data);
  },
  "open a WebSocket": ({ other }) => new WebSocket(`ws://127.0.0.1:${other}`),
  "look up a name": () => lookup("localhost"),
  "listen on the address of the endpoint": ({ endpoint }) =>
    Deno.listen({ ...local, port: endpoint }).close(),
  "listen on another port": () => Deno.listen({ ...local, port: 0 }).close(),
  "read the kubeconfig": ({ kubeconfig }) => Deno.readTextFile(kubeconfig),
  "read another file": ({ elsewhere }) => Deno.readTextFile(`${elsewhere}/other.js`),
  "list the root folder": () => Deno.readDirSync("/").next(),
  "write to the debug folder": ({ debugDir }) => Deno.writeTextFile(`${debugDir}/file`, ""),
  "write to another folder": ({ elsewhere }) => Deno.writeTextFile(`${elsewhere}/file`, ""),
  "remove a file": ({ elsewhere }) => Deno.remove(`${elsewhere}/file`),
  "create a temporary file": () => Deno.makeTempFile(),
  "run a program": () => new Deno.Command("true").output(),
  "send a signal to a process": () => Deno.kill(Deno.ppid, "SIGCONT"),
  "read HOME": () => Deno.env.get("HOME"),
  "read another variable": () => Deno.env.get("KRO_TEST_SECRET"),
  "set another variable": () => {
    Deno.env.set("KRO_TEST_OTHER", "1");
    return Deno.env.get("KRO_TEST_OTHER");
  },
  "read the host name": () => Deno.hostname(),
  "read the network interfaces": () => Deno.networkInterfaces(),
  "load a native library": () => Deno.dlopen("/nonexistent.so", {}),
  "import a remote module": () => import(`https://esm.sh/${"kro-test"}`),
  "import an npm package": () => import(`npm:${"left-pad"}@1.3.0`),
  "import a local module": ({ elsewhere }) => import(`${elsewhere}/other.js`),
};

/**
 * Matches the error message of a denied operation. The class of the error differs: Deno's functions, Node's
 * modules and workers report a denied operation with different classes.
 */
const DENIED = /Requires \S+ access|EPERM|--no-remote is specified|--no-npm is specified/;

/** Returns options that end a request after 100 ms, because no server answers the request. */
const soon = () => ({ signal: AbortSignal.timeout(100) });

/** Tries all operations, one after the other. */
export async function tryAll(targets: Targets): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    outcomes[name] = await Promise.resolve(targets).then(operation).then(
      (value) => name.endsWith("variable") && value === undefined ? "hidden" : "allowed",
      (error) => DENIED.test(String(error)) ? "denied" : "allowed",
    );
  }
  return outcomes;
}

/**
 * Tries all operations before kro's code runs, and again when kro calls `Deno.exit`. Prints the results of
 * both times as one line of JSON to stdout.
 */
export async function install(targets: Targets): Promise<void> {
  const start = await tryAll(targets);
  const exit = Deno.exit;
  const tryAndExit = async (code?: number) => {
    const end = await tryAll(targets);
    console.log(JSON.stringify({ start, end, code }));
    exit(code);
  };
  Object.defineProperty(Deno, "exit", { value: tryAndExit });
}
