// Tests of credential plugins, which run as real programs.
import assert from "node:assert/strict";
import { runPlugin } from "../../../src/kube/exec_plugin.ts";
import { type ClusterConfig, ConfigError, loadConfig } from "../../../src/kube/mod.ts";

/** Calls `check` with a kubeconfig whose credential plugin is the shell script `script`. */
async function withPlugin(
  script: string,
  check: (load: () => Promise<ClusterConfig>, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/plugin`, `#!/bin/sh\n${script}`, { mode: 0o755 });
    await Deno.writeTextFile(
      `${dir}/config`,
      `
clusters: [{name: c, cluster: {server: "https://k"}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [${dir}], env: [{name: WHO, value: me}]}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x`,
    );
    await check(() => loadConfig({ kubeconfig: `${dir}/config` }), dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Returns a shell script that prints `status` as the plugin's response, and counts its runs in a
 * file. In `status`, the count replaces `%s`.
 */
const counting = (status: string) => `
echo run >> $1/runs; n=$(wc -l < $1/runs | tr -d ' ')
printf '{"kind":"ExecCredential","status":${status}}' ${'"$n"'}
`;

Deno.test("a plugin's token is cached, and fetched again after it was refused", async () => {
  await withPlugin(counting('{"token":"t%s"}'), async (load) => {
    const config = await load();
    assert.equal(await config.authorization?.(), "Bearer t1");
    assert.equal(await config.authorization?.(), "Bearer t1");
    config.forget?.();
    const both = await Promise.all([config.authorization?.(), config.authorization?.()]);
    assert.deepEqual(both, ["Bearer t2", "Bearer t2"]);
  });
});

Deno.test("an expired token is replaced before it is sent", async () => {
  const expired = '{"token":"t%s","expirationTimestamp":"2020-01-01T00:00:00Z"}';
  await withPlugin(counting(expired), async (load) => {
    const config = await load();
    assert.equal(await config.authorization?.(), "Bearer t2");
  });
});

Deno.test("a plugin can provide a client certificate", async () => {
  await withPlugin(
    counting('{"clientCertificateData":"cert","clientKeyData":"key%s"}'),
    async (load) => {
      const config = await load();
      assert.deepEqual(config.clientCert, { cert: "cert", key: "key1" });
      config.forget?.();
      assert.equal(await config.authorization?.(), undefined);
      assert.deepEqual(config.clientCert, { cert: "cert", key: "key2" });
    },
  );
});

Deno.test("a plugin gets its configured variables and KUBERNETES_EXEC_INFO", async () => {
  const script =
    `printf '{"status":{"token":"%s"}}' "$WHO-$(echo $KUBERNETES_EXEC_INFO | tr -d '"')"`;
  await withPlugin(script, async (load) => {
    assert.match(
      await (await load()).authorization?.() ?? "",
      /^Bearer me-\{apiVersion:client\.authentication\.k8s\.io\/v1,kind:ExecCredential/,
    );
  });
});

const failures: [string, string, RegExp][] = [
  [
    "the last line of stderr",
    "echo first >&2; echo please log in >&2; exit 3",
    /: please log in$/,
  ],
  ["no output", "exit 1", /: it failed without output$/],
  ["output that is not JSON", "echo s3cret", /: its output is not JSON$/],
  [
    "output without a status",
    "echo '{}'",
    /: its output is not an ExecCredential with a status$/,
  ],
];
for (const [name, script, expected] of failures) {
  Deno.test(`a plugin's failure is reported in one line: ${name}`, async () => {
    await withPlugin(script, async (load, dir) => {
      await assert.rejects(load(), (error) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(
          error.message.startsWith(`${dir}/config: user "u": credential plugin "${dir}/plugin"`),
        );
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      });
    });
  });
}

Deno.test("a plugin that reads standard input finds it empty", async () => {
  await withPlugin(`cat > /dev/null; echo '{"status":{"token":"t"}}'`, async (load) => {
    assert.equal(await (await load()).authorization?.(), "Bearer t");
  });
});

const sh = (script: string) => ({ command: "/bin/sh", args: ["-c", script] });
const cluster: ClusterConfig = { server: "https://k", ca: "PEM", namespace: "n", origin: "o" };

Deno.test("a plugin that does not end is killed after the time limit", async () => {
  const signals: unknown[] = [];
  const { kill } = Deno.ChildProcess.prototype;
  Deno.ChildProcess.prototype.kill = function (signal) {
    signals.push(signal);
    kill.call(this, signal);
  };
  try {
    const hangs = runPlugin("o", sh("exec sleep 1000"), cluster, 50);
    await assert.rejects(hangs, { name: "ConfigError", message: /did not end within 0\.05 s/ });
  } finally {
    Deno.ChildProcess.prototype.kill = kill;
  }
  assert.deepEqual(signals, ["SIGKILL"]);
});

for (const script of ["exec yes", "exec yes >&2", "exec head -c 1048577 /dev/zero"]) {
  Deno.test(`a plugin that writes more than 1 MiB is refused: ${script}`, async () => {
    await assert.rejects(runPlugin("o", sh(script), cluster), {
      name: "ConfigError",
      message: 'o: credential plugin "/bin/sh": it wrote more than 1 MiB',
    });
  });
}

Deno.test("a plugin gets the cluster if it asks for it, and Always interactive is refused", async () => {
  const script = `printf '{"status":{"token":"%s"}}' $(echo $KUBERNETES_EXEC_INFO | tr -d '"')`;
  const { token } = await runPlugin("o", { ...sh(script), provideClusterInfo: true }, cluster);
  assert.match(token!, /cluster:\{server:https:\/\/k,certificate-authority-data:UEVN\}/);
  const always = runPlugin("o", { ...sh(script), interactiveMode: "Always" }, cluster);
  await assert.rejects(always, { name: "ConfigError", message: /needs a terminal/ });
});

Deno.test("an invalid token is refused without being quoted", async () => {
  for (const token of ["s3cret\\nsecond", "s3cret\\u00e9", "s3cret x"]) {
    await withPlugin(`printf '%s' '{"status":{"token":"${token}"}}'`, async (load) => {
      const refused = await load().then(() => undefined, (error) => error);
      assert.match(refused?.message, /the token is not one word of visible ASCII characters$/);
    });
  }
});
