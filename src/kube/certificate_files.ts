/**
 * Reads the certificate files of a cluster configuration again while kro runs, at most once a minute. Before
 * a certificate expires, another program, such as the kubelet, writes a new certificate to its file.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

const REREAD_MS = 60_000;

/** The paths of a cluster's certificate files. A certificate that does not come from a file has no path. */
export interface CertificateFiles {
  /** The file with the certificates of the certificate authorities. */
  ca?: string;
  /** The file with the client certificate. */
  cert?: string;
  /** The file with the private key of the client certificate. */
  key?: string;
}

/** Keeps the certificates of a cluster configuration equal to the content of their files. */
export interface CertificateReader {
  /**
   * Reads the files if the last read was at least a minute ago, and replaces the certificates in the
   * configuration. Never rejects. Certificates whose file cannot be used are kept.
   */
  read(): Promise<void>;
  /**
   * Forgets the time of the last read, so the next call of {@link read} reads the files even if the last read
   * was less than a minute ago.
   */
  forget(): void;
}

/**
 * Returns a reader of certificate files; undefined when `config` names no files. The certificates in `config`
 * must have been read from the files already.
 *
 * A client certificate and its key are replaced together, and only if the key belongs to the certificate. The
 * two files are not replaced at the same instant, so a read may find the new certificate with the old key.
 */
export function certificateReader(
  files: CertificateFiles,
  config: ClusterConfig,
  now: () => number = () => performance.now(),
): CertificateReader | undefined {
  const { ca, cert, key } = files;
  if (!ca && !cert && !key) return undefined;
  let due = now() + REREAD_MS;
  let pair = config.clientCert;
  const readPair = async () => {
    if (!pair || !(cert || key)) return;
    const next = {
      cert: cert ? await content(cert) : pair.cert,
      key: key ? await content(key) : pair.key,
    };
    if (next.cert === undefined || next.key === undefined) return;
    if (next.cert === pair.cert && next.key === pair.key) return;
    if (!belongTogether(next.cert, next.key)) return;
    config.clientCert = pair = { cert: next.cert, key: next.key };
  };
  return {
    read: async () => {
      if (now() < due) return;
      due = now() + REREAD_MS;
      if (ca) config.ca = await content(ca) ?? config.ca;
      await readPair();
    },
    forget: () => {
      due = 0;
    },
  };
}

/** Returns the content of a PEM file; undefined when the file cannot be read or is not PEM. */
async function content(file: string): Promise<string | undefined> {
  const text = await readFile(file, "certificate").catch(() => "");
  return text.includes("-----BEGIN ") ? text : undefined;
}

function belongTogether(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    // The parser of the certificate or of the key has failed.
    return false;
  }
}
