/** Tests of `kro check` with `--certificate-file`: kro connects only to the server with this certificate. */
import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { runCommand } from "../../support/command.ts";

/** Returns a new certificate with its key. The certificate contains a host name, but no address. */
function newCertificate() {
  return generate([{ name: "commonName", value: "kro" }], {
    algorithm: "sha256",
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "kro.kro.svc" }] }],
  });
}

/** Writes a text to a new temporary file, and returns the path of the file. */
async function fileWith(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: "kro-check-" });
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("kro check with --certificate-file connects only to the server that has this certificate", async () => {
  const [own, other] = [await newCertificate(), await newCertificate()];
  const tokens: (string | undefined)[] = [];
  const server = createServer({ cert: own.cert, key: own.private }, (request, response) => {
    tokens.push(request.headers.authorization);
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await fileWith("secret\n");
  // A chain: kro compares the first certificate, as the server sends it first.
  const files = [await fileWith(own.cert + other.cert), await fileWith(other.cert + own.cert)];
  const broken = await fileWith("no certificate");
  const run = (file: string) =>
    runCommand(["check", url, `--token-file=${token}`, `--certificate-file=${file}`]);
  try {
    const { code, stdout, stderr } = await run(files[0]!);
    assert.deepEqual([code, stdout], [0, "ready\nAPI serves graphs\n"], stderr);
    assert.deepEqual(tokens, [undefined, "Bearer secret"]);

    const refused = await run(files[1]!);
    assert.deepEqual([refused.code, refused.lines], [2, 1], refused.stderr);
    assert.match(refused.stderr, /the server has another certificate; check that/);
    assert.equal(tokens.length, 2, "no request reached the server");

    const invalid = await run(broken);
    assert.deepEqual([invalid.code, invalid.lines], [2, 1], invalid.stderr);
    assert.match(invalid.stderr, /contains no certificate in PEM format/);
    const missing = await run("/no/file");
    assert.deepEqual([missing.code, missing.lines], [2, 1], missing.stderr);
    assert.match(missing.stderr, /cannot read the certificate \/no\/file: No such file/);

    const plain = await runCommand([
      ...["check", "http://127.0.0.1:1", `--certificate-file=${files[0]}`],
    ]);
    assert.deepEqual([plain.code, plain.lines], [2, 1], plain.stderr);
    assert.match(plain.stderr, /--certificate-file needs a URL that begins with https:/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const path of [token, broken, ...files]) await Deno.remove(path);
  }
});
