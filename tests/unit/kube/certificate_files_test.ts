/**
 * Tests that replaced certificate files are used without a restart: the file of the certificate
 * authorities, and the files of the client certificate and its key.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { type CertificateFiles, certificateReader } from "../../../src/kube/certificate_files.ts";
import { type ClusterConfig, connect, loadConfig } from "../../../src/kube/mod.ts";

const MINUTE_MS = 60_000;

/** Generates a self-signed certificate for the loopback interface. */
const certificate = async (name: string) => {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  return { cert, key };
};

/** The files of a test, in a temporary folder. Disposing the object removes the folder. */
async function folder(): Promise<
  { dir: string; write: (name: string, text: string) => Promise<void> } & AsyncDisposable
> {
  const dir = await Deno.makeTempDir();
  return {
    dir,
    write: (name, text) => Deno.writeTextFile(`${dir}/${name}`, text),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

/**
 * Starts an HTTPS server that returns the common name of the client's certificate as a JSON
 * string, or null without a certificate. With `refused`, a certificate with this common name gets
 * status 401.
 */
async function namingServer(
  own: { cert: string; key: string },
  refused?: string,
): Promise<{ url: string; server: Server }> {
  const server = createServer(
    { ...own, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate() ?? {};
      const name = subject?.CN ?? null;
      response.writeHead(name === refused ? 401 : 200).end(JSON.stringify(name));
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

Deno.test("the file of the certificate authority is read again after a minute, and kept while it is broken", async () => {
  await using files = await folder();
  const ca = `${files.dir}/ca.crt`;
  const config: ClusterConfig = { server: "https://k", ca: "first", namespace: "n", origin: "o" };
  let now = 0;
  const { read } = certificateReader({ ca }, config, () => now)!;
  const seen: (string | undefined)[] = [];
  for (const text of ["-----BEGIN one", "broken", "-----BEGIN two"]) {
    await files.write("ca.crt", text);
    await read();
    seen.push(config.ca);
    now += MINUTE_MS;
    await read();
    seen.push(config.ca);
  }
  assert.deepEqual(seen, [
    "first",
    "-----BEGIN one",
    "-----BEGIN one",
    "-----BEGIN one",
    "-----BEGIN one",
    "-----BEGIN two",
  ]);
});

Deno.test("without certificate files, no reader is needed", () => {
  const config: ClusterConfig = { server: "https://k", namespace: "n", origin: "o" };
  assert.equal(certificateReader({}, config), undefined);
});

Deno.test("the server sees a replaced client certificate after a minute", async () => {
  const [own, first, second] = await Promise.all(["server", "first", "second"].map(certificate));
  const { url, server } = await namingServer(own!);
  await using files = await folder();
  const write = async (name: "tls.crt" | "tls.key", text: string) => await files.write(name, text);
  await write("tls.crt", first!.cert);
  await write("tls.key", first!.key);
  const config: ClusterConfig = {
    server: url,
    ca: own!.cert,
    clientCert: first,
    namespace: "n",
    origin: "o",
  };
  let now = 0;
  const paths: CertificateFiles = { cert: `${files.dir}/tls.crt`, key: `${files.dir}/tls.key` };
  config.readCertificates = certificateReader(paths, config, () => now)!.read;
  const client = connect(config, { userAgent: "kro/test" });
  const seen = async () => {
    now += MINUTE_MS;
    return await client.raw("/whoami");
  };
  try {
    assert.equal(await seen(), "first");
    // Only the certificate file is new. The old pair stays in use until the key file is new as well.
    await write("tls.crt", second!.cert);
    assert.equal(await seen(), "first");
    await write("tls.key", second!.key);
    assert.equal(await client.raw("/whoami"), "first", "within the minute");
    assert.equal(await seen(), "second");
    await write("tls.key", "broken");
    assert.equal(await seen(), "second");
    await Deno.remove(paths.cert!);
    assert.equal(await seen(), "second");
  } finally {
    client.close();
    server.close();
  }
});

Deno.test("the client certificate of a kubeconfig is read again immediately after a 401", async () => {
  const [own, old, fresh] = await Promise.all(["server", "old", "fresh"].map(certificate));
  const { url, server } = await namingServer(own!, "old");
  await using files = await folder();
  await files.write("ca.crt", own!.cert);
  await files.write("tls.crt", old!.cert);
  await files.write("tls.key", old!.key);
  await files.write(
    "config",
    `
clusters: [{name: c, cluster: {server: "${url}", certificate-authority: ca.crt}}]
users: [{name: u, user: {client-certificate: tls.crt, client-key: tls.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x`,
  );
  const client = connect(await loadConfig({ kubeconfig: `${files.dir}/config` }), {
    userAgent: "kro/test",
  });
  try {
    await assert.rejects(client.raw("/whoami"), /credentials of .*config/);
    await files.write("tls.crt", fresh!.cert);
    await files.write("tls.key", fresh!.key);
    assert.equal(await client.raw("/whoami"), "fresh");
  } finally {
    client.close();
    server.close();
  }
});
