/**
 * Runs exec credential plugins (`client.authentication.k8s.io`; Kubernetes documentation, "Authenticating",
 * section "client-go credential plugins").
 */
import { isObject, type JsonObject } from "../api/mod.ts";
import { ConfigError } from "./errors.ts";
import { readAtMost } from "./body.ts";
import { permissionError } from "./deno_permission.ts";
import { settledIn } from "./timers.ts";
import type { ClusterConfig } from "./types.ts";

/** The credentials that a plugin returned. */
export interface ExecStatus {
  /** The bearer token. */
  token?: string;
  /** The client certificate and its private key, in PEM format. */
  clientCert?: { cert: string; key: string };
  /** The time at which the credentials expire, in milliseconds since 1970. */
  expires?: number;
}

/**
 * The default time limit of a plugin, in milliseconds. The limit is long, because a plugin may wait for the
 * user's login in a browser.
 */
const LIMIT_MS = 60_000;

/** The maximum length of a plugin's standard output and of its standard error, in bytes. */
const LONGEST_OUTPUT = 2 ** 20;

/**
 * Runs the plugin and returns the credentials from its output. The plugin gets an empty standard input.
 * Rejects with ConfigError when the plugin fails or exceeds the time limit. The error message never quotes
 * the standard output, which may contain a credential.
 *
 * @param where The kubeconfig user, as error messages name the user.
 * @param exec The field `exec` of the kubeconfig user.
 * @param config The cluster that kro describes to the plugin if the field `provideClusterInfo` of `exec` is
 * true.
 * @param limitMs The time limit of the plugin, in milliseconds.
 */
export async function runPlugin(
  where: string,
  exec: JsonObject,
  config: ClusterConfig,
  limitMs: number = LIMIT_MS,
): Promise<ExecStatus> {
  const name = String(exec.command);
  const plugin = `${where}: credential plugin "${name}"`;
  if (exec.interactiveMode === "Always") {
    throw new ConfigError(`${plugin} needs a terminal (interactiveMode Always); kro gives it none`);
  }
  const args = Array.isArray(exec.args) ? exec.args.map(String) : [];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(name, {
      args,
      env: { ...variables(exec.env), KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(exec, config)) },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const hint = typeof exec.installHint === "string"
        ? `: ${exec.installHint.trim().split("\n")[0]}`
        : "";
      throw new ConfigError(`${plugin} is not installed${hint}`);
    }
    const denied = permissionError(plugin, `--allow-run=${name} --allow-env`, error);
    throw denied instanceof ConfigError ? denied : new ConfigError(`${plugin}: ${denied.message}`);
  }
  // A process that the plugin has started may keep the output open after the plugin was killed. kro therefore
  // does not wait for the end of the output.
  const stop = () => {
    child.unref();
    try {
      child.kill("SIGKILL");
    } catch {
      // The plugin has ended already.
    }
  };
  const read = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
    const bytes = await readAtMost(LONGEST_OUTPUT, stream);
    if (!bytes) throw new ConfigError(`${plugin}: it wrote more than 1 MiB`);
    return new TextDecoder().decode(bytes);
  };
  const output = Promise.all([read(child.stdout), read(child.stderr), child.status]);
  if (!await settledIn(limitMs, output)) {
    stop();
    throw new ConfigError(`${plugin}: it did not end within ${limitMs / 1000} s`);
  }
  const [stdout, stderr, { success }] = await output.catch((error) => {
    stop();
    throw error;
  });
  if (!success) {
    const last = stderr.trim().split("\n").at(-1);
    throw new ConfigError(`${plugin}: ${last || "it failed without output"}`);
  }
  return statusOf(plugin, stdout);
}

function variables(given: unknown): Record<string, string> {
  const list = Array.isArray(given) ? given.filter(isObject) : [];
  return Object.fromEntries(list.map(({ name, value }) => [String(name), String(value)]));
}

function execInfo(exec: JsonObject, config: ClusterConfig): JsonObject {
  const { server, ca, insecure, proxyUrl } = config;
  const cluster = exec.provideClusterInfo === true && {
    server,
    ...(ca !== undefined && {
      "certificate-authority-data": new TextEncoder().encode(ca).toBase64(),
    }),
    ...(insecure && { "insecure-skip-tls-verify": true }),
    ...(proxyUrl && { "proxy-url": proxyUrl }),
  };
  return {
    apiVersion: exec.apiVersion ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: { interactive: false, ...(cluster && { cluster }) },
  };
}

function statusOf(plugin: string, output: string): ExecStatus {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    throw new ConfigError(`${plugin}: its output is not JSON`);
  }
  const status = isObject(parsed) ? parsed.status : undefined;
  if (!isObject(status)) {
    throw new ConfigError(`${plugin}: its output is not an ExecCredential with a status`);
  }
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  const expires = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : NaN;
  return {
    ...(typeof token === "string" && token !== "" && { token }),
    ...(typeof cert === "string" && typeof key === "string" && { clientCert: { cert, key } }),
    ...(!Number.isNaN(expires) && { expires }),
  };
}
