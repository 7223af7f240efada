/**
 * Tests that `kro controller` serves HTTPS on both addresses, and that `kro check` accepts its certificate, with
 * the Deno permissions of production.
 */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { eventually, kroTest, sharedControlPlane } from "../../support/cluster/mod.ts";
import { KroProcess } from "../../support/cluster/kro_process.ts";
import { runInImage } from "../../support/helm/example.ts";
import { makeCertificates } from "../../support/controlplane/certificates.ts";

kroTest(
  "the controller serves HTTPS only, with the permission to read its two files",
  async (s) => {
    const folder = await Deno.makeTempDir({ prefix: "kro-tls-" });
    const { ca, certificate, key } = await makeCertificates();
    const paths = [`${folder}/tls.crt`, `${folder}/tls.key`] as const;
    await Deno.writeTextFile(paths[0], certificate);
    await Deno.writeTextFile(paths[1], key);
    const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
    using client = Deno.createHttpClient({ caCerts: [ca] });
    try {
      await s.restart(async () => {
        await using kro = KroProcess.start({
          kubeconfig,
          permissions: permissionFlags("controller", [kubeconfig, ...paths]),
          flags: [`--tls-cert-file=${paths[0]}`, `--tls-key-file=${paths[1]}`],
        });
        const get = async (url: string) => {
          const response = await fetch(url.replace("http:", "https:"), { client });
          return { status: response.status, text: await response.text() };
        };
        await eventually("readiness over HTTPS", async () => {
          if (!kro.running) throw new Error(kro.log());
          const answer = await get(`${kro.url}/readyz`).catch(() => undefined);
          return answer?.status === 200;
        });
        assert.equal((await get(`${kro.url}/graphs`)).status, 200);
        assert.match((await get(`${kro.metricsUrl}/metrics`)).text, /^kro_/m);
        const url = kro.url.replace("http:", "https:");
        assert.equal(
          await runInImage(["check", url, `--certificate-file=${paths[0]}`], paths),
          "ready\nAPI serves graphs\n",
        );
        assert.equal(await kro.get("/readyz"), undefined, "no response in plain HTTP");
        assert.equal(await kro.stop(), 0, kro.log());
        assert.match(kro.log(), /listening on https:/);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
