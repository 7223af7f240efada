/**
 * Credentials for the Authorization header. The credentials are constant, read from a token file, or
 * returned by an exec credential plugin (API group `client.authentication.k8s.io`).
 */
// These two classes are imported by file path: the package root does not export them, and importing the
// package root would load all generated API classes.
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { FileAuth } from "@kubernetes/client-node/dist/file_auth.js";
import type { RequestOptions } from "node:https";
import { ConfigError } from "./errors.ts";
import type { User } from "./kubeconfig.ts";
import { fileError, permissionError } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

/** The fields of a cluster configuration that authenticate requests. */
export type Credentials = Pick<ClusterConfig, "authorization" | "forget">;

/**
 * Returns the credentials of a kubeconfig user. If the user has several credentials, the order of
 * precedence is token file, token, exec plugin, password. Throws ConfigError when the exec plugin fails,
 * and for an `auth-provider`, which is not supported.
 */
export async function credentialsOf(
  origin: string,
  user: User,
  config: ClusterConfig,
): Promise<Credentials> {
  if (user.tokenFile) return fileCredentials(user.tokenFile);
  if (user.token) return constant(`Bearer ${user.token.trim()}`);
  if (user.exec) return await execCredentials(origin, user, config);
  if (user.username) return basic(user.username, user.password ?? "");
  if (user.authProvider) {
    throw new ConfigError(
      `${origin}: user "${user.name}": auth-provider "${user.authProvider.name}" is not supported; use an exec plugin`,
    );
  }
  return {};
}

/**
 * Returns credentials that read the token from a file. The file is read again after a minute, because the
 * kubelet rotates the token, and after a response with status 401.
 */
export function fileCredentials(tokenFile: string): Credentials {
  const user: User = { name: "", authProvider: { config: { tokenFile } } };
  let auth = new FileAuth();
  return {
    authorization: async () => {
      const options: RequestOptions = { headers: {} };
      try {
        await auth.applyAuthentication(user, options);
      } catch (error) {
        throw fileError(tokenFile, "token file", error);
      }
      return header(options);
    },
    forget: () => {
      auth = new FileAuth();
    },
  };
}

/**
 * Returns the credentials of an exec plugin. The plugin runs before the first connection, because the
 * plugin may return a client certificate that the connection needs. The plugin runs again when its token
 * expires.
 */
async function execCredentials(
  origin: string,
  user: User,
  config: ClusterConfig,
): Promise<Credentials> {
  const withInfo: User = { ...user, exec: { ...user.exec, env: pluginEnv(user) } };
  let auth = new ExecAuth();
  let running: Promise<string | undefined> | undefined;

  const run = async (): Promise<string | undefined> => {
    const options: RequestOptions = { headers: {} };
    try {
      await auth.applyAuthentication(withInfo, options);
    } catch (error) {
      throw pluginError(origin, user, error);
    }
    const { cert, key } = options;
    const changed = cert !== config.clientCert?.cert || key !== config.clientCert?.key;
    if (typeof cert === "string" && typeof key === "string" && changed) {
      config.clientCert = { cert, key };
    }
    return header(options);
  };
  // Concurrent requests share one run of the plugin.
  const authorization = () => running ??= run().finally(() => running = undefined);
  await authorization();
  return { authorization, forget: () => void (auth = new ExecAuth()) };
}

/**
 * Returns basic authentication (RFC 7617). User name and password are encoded in UTF-8, as in Go's
 * `Request.SetBasicAuth`.
 */
function basic(username: string, password: string): Credentials {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return constant(`Basic ${bytes.toBase64()}`);
}

function constant(value: string): Credentials {
  return { authorization: () => Promise.resolve(value) };
}

function pluginEnv(user: User): { name: string; value: string }[] {
  const info = {
    apiVersion: user.exec.apiVersion ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: { interactive: false },
  };
  const given = Array.isArray(user.exec.env) ? user.exec.env : [];
  return [...given, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
}

function pluginError(origin: string, user: User, error: unknown): Error {
  const command = String(user.exec.command);
  const where = `${origin}: user "${user.name}": credential plugin "${command}"`;
  const denied = permissionError(where, `--allow-run=${command} --allow-env`, error);
  if (denied !== error) return denied;
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    const hint = typeof user.exec.installHint === "string"
      ? `: ${user.exec.installHint.trim().split("\n")[0]}`
      : "";
    return new ConfigError(`${where} is not installed${hint}`);
  }
  // The error message does not contain the plugin's output, because the output may contain a credential.
  const message = error instanceof SyntaxError
    ? "its output is not JSON"
    : error instanceof TypeError
    ? "its output is not an ExecCredential with a status"
    : (error as Error).message.trim().split("\n").at(-1) || "it failed without output";
  return new ConfigError(`${where}: ${message}`);
}

function header(options: RequestOptions): string | undefined {
  const headers = options.headers as Record<string, string> | undefined;
  return headers?.["Authorization"]?.trim();
}
