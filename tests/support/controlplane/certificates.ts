// The certificate authority of one control plane, its server certificate, and the keys that sign service-account tokens.
import { generateKeyPairSync } from "node:crypto";
import { generate } from "selfsigned";

/** Keys and certificates of one control plane, PEM. */
export interface Certificates {
  /** The authority's certificate. */
  ca: string;
  /** The API server's certificate. */
  certificate: string;
  /** The API server's private key. */
  key: string;
  /** Public key for checking service-account tokens. */
  serviceAccountPublic: string;
  /** Private key for signing them. */
  serviceAccountPrivate: string;
}

const lifetime = 365 * 24 * 3600 * 1000;

/** Generates all of them, in about 0.1 s. */
export async function makeCertificates(): Promise<Certificates> {
  const common = {
    algorithm: "sha256",
    keyType: "ec",
    notAfterDate: new Date(Date.now() + lifetime),
  } as const;
  const ca = await generate([{ name: "commonName", value: "kro-controlplane" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "kube-apiserver" }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 2, value: "kubernetes.default.svc" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  const tokens = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    ca: ca.cert,
    certificate: server.cert,
    key: server.private,
    serviceAccountPublic: tokens.publicKey,
    serviceAccountPrivate: tokens.privateKey,
  };
}
