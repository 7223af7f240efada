/** Tests of the certificate of the HTTP endpoint, with an HTTPS client that trusts only its authority. */
import assert from "node:assert/strict";
import {
  readCertificate,
  type TlsFiles,
  tlsFiles,
  watchCertificate,
} from "../../../src/cli/tls.ts";
import { startLog } from "../../../src/cli/log.ts";
import { listen, type Listening } from "../../../src/server/mod.ts";
import { runCommand } from "../../support/command.ts";
import { type Certificates, makeCertificates } from "../../support/controlplane/certificates.ts";
import { eventually } from "../../support/wait.ts";

/** Creates the files `tls.crt` and `tls.key`, calls `run`, and deletes the files. */
async function withFiles(run: (files: TlsFiles, first: Certificates) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "kro-tls-" });
  const files = { cert: `${folder}/tls.crt`, key: `${folder}/tls.key` };
  try {
    const first = await makeCertificates();
    await write(files, first);
    await run(files, first);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(files: TlsFiles, { certificate, key }: Partial<Certificates>): Promise<void> {
  if (certificate !== undefined) await Deno.writeTextFile(files.cert, certificate);
  if (key !== undefined) await Deno.writeTextFile(files.key, key);
}

/** Returns the response to a client that trusts only this authority; undefined when the client refuses. */
async function answer({ url }: Listening, { ca }: Certificates): Promise<string | undefined> {
  using client = Deno.createHttpClient({ caCerts: [ca] });
  try {
    return await (await fetch(url, { client })).text();
  } catch (error) {
    assert.match(String((error as Error).cause), /certificate|UnknownIssuer/);
    return undefined;
  }
}

Deno.test("a new certificate is used, and a bad one leaves the old one in use with a warning", async () => {
  const log: string[] = [];
  await startLog({}, { out() {}, err: (line) => void log.push(line), color: false });
  const warnings = () => log.filter((line) => line.includes("previous certificate stays"));
  await withFiles(async (files, first) => {
    const certificate = await readCertificate(files);
    const endpoint = await listen("127.0.0.1:0", () => new Response("ok"), {}, certificate);
    const stop = watchCertificate(files, certificate, endpoint.renew, 20);
    try {
      assert.match(endpoint.url, /^https:/);
      assert.equal(await answer(endpoint, first), "ok");

      const second = await makeCertificates();
      await write(files, second);
      await eventually("the new certificate", async () => await answer(endpoint, second) === "ok");
      assert.equal(await answer(endpoint, first), undefined);

      await write(files, { key: first.key });
      await eventually("a warning", () => warnings().length === 1);
      assert.match(warnings()[0]!, /the key in .*tls\.key does not belong to the certificate in/);
      assert.equal(await answer(endpoint, second), "ok");
      await write(files, { certificate: "garbage" });
      await eventually("a second warning", () => warnings().length === 2);
      assert.match(warnings()[1]!, /tls\.crt contains no certificate in PEM format/);
      await Deno.remove(files.key);
      await eventually("a third warning", () => warnings().length === 3);
      assert.match(warnings()[2]!, /cannot read .*tls\.key: No such file/);
      assert.equal(await answer(endpoint, second), "ok");

      const third = await makeCertificates();
      await write(files, third);
      await eventually("the third certificate", async () => await answer(endpoint, third) === "ok");
      assert.equal(warnings().length, 3);
    } finally {
      stop();
      await endpoint.close();
    }
  });
});

Deno.test("an HTTPS endpoint closes connections without a handshake, and plain HTTP", async () => {
  await withFiles(async (files, first) => {
    const handler = () => new Response("ok");
    const limits = { requestMs: 200, checkMs: 50, connectionsOfAddress: 1 };
    const endpoint = await listen("127.0.0.1:0", handler, limits, await readCertificate(files));
    try {
      for (const text of ["", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]) {
        const { hostname, port } = new URL(endpoint.url);
        using plain = await Deno.connect({ hostname, port: Number(port) });
        if (text !== "") await plain.write(new TextEncoder().encode(text));
        const bytes = new Uint8Array(100);
        const read = await plain.read(bytes);
        // The first byte of a TLS alert is 21 (RFC 8446, section 5.1).
        assert.ok(read === null || bytes[0] === 21, "no response in plain HTTP");
      }
      await eventually("a response after the closed connections", async () => {
        using client = Deno.createHttpClient({ caCerts: [first.ca] });
        const response = await fetch(endpoint.url, { client }).catch(() => undefined);
        return await response?.text() === "ok";
      });
    } finally {
      await endpoint.close();
    }
  });
});

Deno.test("a file that cannot be used is one error that names the file", async () => {
  await withFiles(async (files, first) => {
    const other = await makeCertificates();
    const cases: [change: Partial<Certificates>, error: RegExp][] = [
      [
        { key: other.key },
        /^the key in \S+tls\.key does not belong to the certificate in \S+tls\.crt$/,
      ],
      [{ key: "" }, /tls\.key contains no private key in PEM format$/],
      [{ certificate: first.key }, /tls\.crt contains no certificate in PEM format$/],
    ];
    for (const [change, message] of cases) {
      await write(files, { ...first, ...change });
      await assert.rejects(readCertificate(files), { name: "UsageError", message });
    }
    const missing = { ...files, cert: `${files.cert}.missing` };
    await assert.rejects(
      readCertificate(missing),
      /^UsageError: cannot read \S+\.missing: No such/,
    );
  });
});

Deno.test("the flags of the certificate need each other, and are checked before the first request", async () => {
  assert.equal(tlsFiles({}), undefined);
  assert.equal(tlsFiles({ tlsCertFile: "", tlsKeyFile: "" }), undefined);
  assert.deepEqual(tlsFiles({ tlsCertFile: "/c", tlsKeyFile: "/k" }), { cert: "/c", key: "/k" });
  await withFiles(async ({ cert, key }) => {
    const kubeconfig = `${cert}.kubeconfig`;
    const config = {
      "current-context": "it",
      contexts: [{ name: "it", context: { cluster: "it" } }],
      clusters: [{ name: "it", cluster: { server: "http://127.0.0.1:9" } }],
    };
    await Deno.writeTextFile(kubeconfig, JSON.stringify(config));
    const cases: [flags: string[], error: RegExp][] = [
      [[`--tls-cert-file=${cert}`], /need each other: set both or none$/],
      [[`--tls-key-file=${key}`], /need each other: set both or none$/],
      [[`--tls-cert-file=${key}`, `--tls-key-file=${key}`], /contains no certificate/],
    ];
    for (const [flags, error] of cases) {
      const result = await runCommand(["controller", `--kubeconfig=${kubeconfig}`, ...flags]);
      assert.equal(result.code, 2);
      assert.match(result.stderr, error);
      assert.equal(result.lines, 1);
    }
  });
});
