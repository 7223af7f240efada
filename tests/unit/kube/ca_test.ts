/**
 * Tests which certificate authorities the client trusts: only the configured one, or those of the system if
 * none is configured.
 */
import assert from "node:assert/strict";
import { generate } from "selfsigned";

Deno.test("a configured certificate authority replaces those of the system, which kro trusts without it", async () => {
  const dir = await Deno.makeTempDir();
  const make = () =>
    generate([{ name: "commonName", value: "127.0.0.1" }], {
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
    });
  const [publicRoot, configured] = [await make(), await make()];
  await Deno.writeTextFile(`${dir}/roots.pem`, publicRoot.cert);
  let requests = 0;
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: publicRoot.cert,
    key: publicRoot.private,
    onListen() {},
  }, () => {
    requests++;
    return new Response("{}");
  });
  const program = `
    import { connect } from ${JSON.stringify(import.meta.resolve("../../../src/kube/mod.ts"))};
    const cas = Deno.args.map((ca) => ca || undefined);
    let present = cas[0];
    const config = {
      server: "https://127.0.0.1:${server.addr.port}",
      ca: present,
      readCertificates: () => Promise.resolve(void (config.ca = present)),
      namespace: "n",
      origin: "o",
    };
    const client = connect(config, { userAgent: "kro/test" });
    for (present of cas) {
      await client.raw("/version").then(() => console.log("answered"), (e) => console.log(e.message));
    }
    client.close();`;
  // Sends one request for each given certificate authority. All requests use one client, whose
  // configured authority is replaced before each request.
  const ask = async (cas: string[], env: Record<string, string> = {}): Promise<string> => {
    const file = `${dir}/ask.ts`;
    await Deno.writeTextFile(file, program);
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `--config=${config}`, file, ...cas],
      env: { SSL_CERT_FILE: `${dir}/roots.pem`, ...env },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  };
  assert.match(await ask([""]), /^answered/);
  assert.equal(requests, 1);
  // The variable of Deno selects other authorities, as in every program that runs on Deno.
  assert.match(
    await ask([""], { DENO_TLS_CA_STORE: "mozilla" }),
    /check the certificate authority/,
  );
  for (const env of [undefined, { DENO_TLS_CA_STORE: "system" }]) {
    assert.match(await ask([configured.cert], env), /check the certificate authority/);
  }
  assert.equal(requests, 1);
  const rotated = await ask([configured.cert, publicRoot.cert, configured.cert]);
  const refused = "check the certificate authority";
  assert.match(rotated, new RegExp(`${refused}\nanswered\n.*${refused}\n$`));
  assert.equal(requests, 2);
  await Deno.remove(dir, { recursive: true });
});
