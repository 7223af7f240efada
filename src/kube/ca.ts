/**
 * Selects the certificate authorities that kro trusts: those of the cluster configuration, or of the system.
 */
import { permitted } from "./deno_permission.ts";

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
 * Makes Deno trust the certificate authorities of the system, as kubectl does, instead of the list that is
 * part of Deno. Does nothing if the environment variable of the store is set. Must be called before the first
 * TLS connection. Throws ConfigError when Deno lacks the permission to use the variable.
 */
export function trustSystem(): void {
  const name = "DENO_TLS_CA_STORE";
  permitted(`setting $${name}`, `--allow-env=${name}`, () => {
    if (!Deno.env.get(name)) Deno.env.set(name, "system");
  });
}
