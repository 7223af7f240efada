/**
 * Credentials for the Authorization header. The credentials are constant, read from a token file, or
 * returned by an exec credential plugin (API group `client.authentication.k8s.io`).
 */
import { ConfigError } from "./errors.ts";
import type { User } from "./kubeconfig.ts";
import { readFile } from "./deno_permission.ts";
import { runPlugin } from "./exec_plugin.ts";
import type { ClusterConfig } from "./types.ts";

/** The fields of a cluster configuration that authenticate requests. */
export type Credentials = Pick<ClusterConfig, "authorization" | "forget" | "usesPlugin">;

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
  if (user.token) return constant(bearer(`${origin}: user "${user.name}"`, user.token));
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
 * Returns credentials that read the token from a file. The file is read again one minute after the last read,
 * because the kubelet rotates the token. The file is also read again after a response with the status
 * 401. If the file cannot be used when it is read again, the last token stays in use, as in client-go,
 * unless the API server has refused the token.
 */
export function fileCredentials(
  tokenFile: string,
  now: () => number = () => performance.now(),
): Credentials {
  let known: { value: string; until: number } | undefined;
  return {
    authorization: async () => {
      if (known && now() < known.until) return known.value;
      const until = now() + REREAD_MS;
      // Other requests use the last token while the file is read.
      if (known) known = { ...known, until };
      try {
        const value = bearer(tokenFile, await readFile(tokenFile, "token file"));
        known = { value, until };
      } catch (error) {
        if (!known) throw error;
      }
      return known.value;
    },
    forget: () => {
      known = undefined;
    },
  };
}

const REREAD_MS = 60_000;

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
  const where = `${origin}: user "${user.name}"`;
  let known: { value: string | undefined; expires: number } | undefined;
  let running: Promise<string | undefined> | undefined;

  const run = async (): Promise<string | undefined> => {
    if (known && Date.now() < known.expires) return known.value;
    const { token, clientCert, expires = Infinity } = await runPlugin(where, user.exec, config);
    const { cert, key } = config.clientCert ?? {};
    if (clientCert && (clientCert.cert !== cert || clientCert.key !== key)) {
      config.clientCert = clientCert;
    }
    const value = token === undefined ? undefined : bearer(where, token);
    known = { value, expires };
    return value;
  };
  // Concurrent requests share one run of the plugin.
  const authorization = () => running ??= run().finally(() => running = undefined);
  await authorization();
  return { authorization, forget: () => void (known = undefined), usesPlugin: true };
}

/**
 * Returns the value of the Authorization header for a token. Throws ConfigError for an invalid token. The
 * message names only the source of the token, because the error of an invalid header would quote the token.
 */
export function bearer(where: string, token: string): string {
  const value = token.trim();
  if (value === "") throw new ConfigError(`${where}: the token is empty`);
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new ConfigError(`${where}: the token is not one word of visible ASCII characters`);
  }
  return `Bearer ${value}`;
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
