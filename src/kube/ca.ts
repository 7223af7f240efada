/**
 * The certificate authorities of a cluster. kro trusts no other root certificates. The certificate file is
 * read again at most once a minute, because the file may be replaced while kro runs.
 */
import { permitted, readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

const REREAD_MS = 60_000;

/**
 * Empties Deno's default store of root certificates. Deno would otherwise trust the store in addition to
 * the configured certificate authorities, and would send the token to any server with a publicly trusted
 * certificate. Must be called before the first TLS connection, because Deno reads the environment variables
 * of the store only once. Throws ConfigError when Deno lacks the permission to set the variables.
 */
export function trustOnlyConfigured(): void {
  for (const name of ["DENO_TLS_CA_STORE", "NODE_EXTRA_CA_CERTS"]) {
    permitted(`setting $${name}`, `--allow-env=${name}`, () => Deno.env.set(name, ""));
  }
}

/**
 * Returns a function that sets `config.ca` to the content of the file. The function reads the file at most
 * once a minute. When the file cannot be read or is not PEM, `config.ca` keeps its value.
 */
export function caReader(
  file: string,
  config: ClusterConfig,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let due = now() + REREAD_MS;
  return async () => {
    if (now() < due) return;
    due = now() + REREAD_MS;
    const text = await readFile(file, "certificate authority").catch(() => "");
    if (text.includes("-----BEGIN ")) config.ca = text;
  };
}
