/** The flags with which the HTTP endpoint of the controller serves HTTPS, and the files that they name. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import type { Command } from "commander";
import { errorText, inBackground } from "../api/mod.ts";
import type { Certificate } from "../server/mod.ts";
import { UsageError } from "./errors.ts";
import { readText } from "./manifests.ts";

const logger = getLogger(["kro", "controller"]);

/** The interval at which the files are read again, in milliseconds. */
const REREAD_MS = 60_000;

/** The flags of the certificate. Without them, the endpoint serves HTTP. */
export interface TlsFlags {
  /** The path of a PEM file with the certificate and its intermediates, set by `--tls-cert-file`. */
  tlsCertFile?: string;
  /** The path of a PEM file with the private key, set by `--tls-key-file`. */
  tlsKeyFile?: string;
}

/** The paths of a certificate and its private key. */
export interface TlsFiles {
  /** The path of the certificate. */
  cert: string;
  /** The path of the private key. */
  key: string;
}

/** Adds the flags of the certificate to the command. */
export function addTlsFlags(command: Command): Command {
  return command
    .option(
      "--tls-cert-file <file>",
      "PEM file with the certificate of the endpoint, which then serves HTTPS only",
    )
    .option("--tls-key-file <file>", "PEM file with the private key of --tls-cert-file");
}

/**
 * Returns the files of the flags; undefined when no flag is set. Throws UsageError when only one of the two flags
 * is set.
 */
export function tlsFiles({ tlsCertFile: cert, tlsKeyFile: key }: TlsFlags): TlsFiles | undefined {
  if (cert && key) return { cert, key };
  if (!cert && !key) return undefined;
  throw new UsageError("--tls-cert-file and --tls-key-file need each other: set both or none");
}

/**
 * Reads a certificate and its private key. Rejects with UsageError when a file cannot be used, or when the key does
 * not belong to the certificate.
 */
export async function readCertificate(files: TlsFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readText(files.cert), readText(files.key)]);
  const certificate = parsed(files.cert, "certificate", () => new X509Certificate(cert));
  const privateKey = parsed(files.key, "private key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new UsageError(
      `the key in ${files.key} does not belong to the certificate in ${files.cert}`,
    );
  }
  return { cert, key };
}

function parsed<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new UsageError(`${file} contains no ${what} in PEM format`);
  }
}

/**
 * Reads the files again at an interval, and calls `renew` with each new certificate. If the files cannot be used,
 * the previous certificate stays, and a warning is logged. The warning is logged only if the second read in a row
 * fails with the same cause, because the two files are not replaced at the same instant.
 *
 * @returns A function that stops reading.
 */
export function watchCertificate(
  files: TlsFiles,
  current: Certificate,
  renew: (certificate: Certificate) => void,
  intervalMs = REREAD_MS,
): () => void {
  let last = current;
  let failed = { why: "", times: 0 };
  const reread = async () => {
    try {
      const next = await readCertificate(files);
      failed = { why: "", times: 0 };
      if (next.cert === last.cert && next.key === last.key) return;
      renew(last = next);
      logger.info("serving the new certificate of {file}", { file: files.cert });
    } catch (error) {
      const why = errorText(error);
      failed = { why, times: failed.why === why ? failed.times + 1 : 1 };
      if (failed.times !== 2) return;
      logger.warn("the previous certificate stays in use: {error}", { error: why });
    }
  };
  const timer = setInterval(() => inBackground("certificate", reread()), intervalMs);
  return () => clearInterval(timer);
}
