/** The certificate authority of a cluster: the only one that counts, and read again when its file changes. */
import { permitted, readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

const REREAD_MS = 60_000;

/**
 * Empties Deno's default store of root certificates, which would be trusted besides `caCerts`: a server with
 * any publicly trusted certificate would get the token. Works only before the first connection over TLS,
 * because Deno reads these variables once. Throws ConfigError when Deno does not permit it.
 */
export function trustOnlyConfigured(): void {
  for (const name of ["DENO_TLS_CA_STORE", "NODE_EXTRA_CA_CERTS"]) {
    permitted(`setting $${name}`, `--allow-env=${name}`, () => Deno.env.set(name, ""));
  }
}

/**
 * Returns a function that sets `config.ca` to the content of the file, which it reads at most once a minute.
 * While the file cannot be read or is not PEM, the last certificates stay.
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
