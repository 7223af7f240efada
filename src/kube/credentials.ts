/** The Authorization header: static, from a file that rotates, or from an exec plugin. */
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { FileAuth } from "@kubernetes/client-node/dist/file_auth.js";
import type { RequestOptions } from "node:https";
import { ConfigError } from "./errors.ts";
import type { User } from "./kubeconfig.ts";
import { fileError, named } from "./permission.ts";
import type { ClusterConfig } from "./types.ts";

/** The part of a ClusterConfig that says who is asking. */
export type Credentials = Pick<ClusterConfig, "authorization" | "forget">;

/** Picks what the user offers: token file, token, exec plugin, password. */
export async function credentialsOf(
  origin: string,
  user: User,
  config: ClusterConfig,
): Promise<Credentials> {
  if (user.tokenFile) return fileCredentials(user.tokenFile);
  if (user.token) return constant(`Bearer ${user.token.trim()}`);
  if (user.exec) return await execCredentials(origin, user, config);
  if (user.username) return constant(`Basic ${btoa(`${user.username}:${user.password ?? ""}`)}`);
  if (user.authProvider) {
    throw new ConfigError(
      `${origin}: user "${user.name}": auth-provider "${user.authProvider.name}" is not supported; use an exec plugin`,
    );
  }
  return {};
}

/** A token in a file, read again once a minute and after a refusal. */
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

/** Runs the plugin now, for it may also bring the client certificate, and again when its token is due. */
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
  // Callers at the same time share one run.
  const authorization = () => running ??= run().finally(() => running = undefined);
  await authorization();
  return { authorization, forget: () => void (auth = new ExecAuth()) };
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
  const denied = named(where, `--allow-run=${command} --allow-env`, error);
  if (denied !== error) return denied;
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    const hint = typeof user.exec.installHint === "string"
      ? `: ${user.exec.installHint.trim().split("\n")[0]}`
      : "";
    return new ConfigError(`${where} is not installed${hint}`);
  }
  // Never the plugin's output as it is: a credential may stand in it.
  const message = error instanceof SyntaxError
    ? "its output is not JSON"
    : error instanceof TypeError
    ? "its output is not an ExecCredential with a status"
    : (error as Error).message.trim().split("\n").at(-1) || "it failed without a word";
  return new ConfigError(`${where}: ${message}`);
}

function header(options: RequestOptions): string | undefined {
  const headers = options.headers as Record<string, string> | undefined;
  return headers?.["Authorization"]?.trim();
}
