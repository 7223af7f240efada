/** Tests of `kro dashboard` without a controller, with the permission to get, list and watch. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import {
  configMap,
  eventually,
  kroTest,
  kubectl,
  serviceAccountIn,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { KroRequests } from "../../support/cluster/kro_requests.ts";
import { isWriteVerb } from "../../support/controlplane/audit.ts";
import { guarded, type GuardOptions } from "../../support/controlplane/guard.ts";
import { startChromium, TIMEOUT_MS, WITHOUT_CHROMIUM } from "../../support/page/chromium.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** Returns the command line of `kro dashboard`, with the permissions of the one-shot commands. */
function commandLine(...flags: string[]): string[] {
  const kro = [Deno.execPath(), "run", "--quiet", ...permissionFlags("local"), MAIN];
  return [...kro, "dashboard", ...flags];
}

/** A running program, and the text that it has written so far. */
class Running implements AsyncDisposable {
  readonly #process;
  stdout = "";
  stderr = "";

  constructor([program, ...args]: string[], options: GuardOptions = {}) {
    this.#process = guarded(program!, args, options);
    for (const name of ["stdout", "stderr"] as const) {
      const text = this.#process.output[name].pipeThrough(new TextDecoderStream());
      void (async () => {
        for await (const part of text) this[name] += part;
      })();
    }
  }

  /** Waits until the program has printed the URL of the page. */
  async url(): Promise<string> {
    return await eventually("URL of the dashboard", () => {
      return /http:\/\/127\.0\.0\.1:\d+/.exec(this.stdout)?.[0];
    });
  }

  /** Sends a signal, or waits for the end if none is given. Returns the exit code. */
  async end(signal?: Deno.Signal): Promise<number> {
    if (signal) Deno.kill(this.#process.pid, signal);
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }
}

kroTest("the dashboard shows graphs and drift without a controller or a write", async (s) => {
  const graph = await s.graph({
    kind: "Shown",
    spec: { value: "string | default=a" },
    resources: [configMap("map", "${schema.metadata.name}", { value: "${schema.spec.value}" })],
  });
  await graph.create("one");
  await graph.active("one");
  await using account = await serviceAccountIn(s.namespace, "viewer");
  const role = `${s.namespace}-viewer`;
  const rights = ["--verb=get,list,watch", "--resource=*.*"];
  await kubectl(["create", "clusterrole", role, ...rights]);
  await kubectl([
    "create",
    "clusterrolebinding",
    role,
    `--clusterrole=${role}`,
    `--user=${account.user}`,
  ]);
  try {
    using requests = await KroRequests.open(account.user);
    await s.restart(async () => {
      const flags = ["--kubeconfig", account.kubeconfig, "--port"];
      await using kro = new Running(commandLine(...flags, "0"));
      const url = await kro.url();
      const instance = `${url}/graphs/${graph.rgd.name}/instances/${s.namespace}/one`;
      const changes = async () => {
        const response = await fetch(instance);
        const { observed } = await response.json();
        return observed?.children;
      };
      await eventually("the instance without a difference", async () => {
        return (await changes())?.length === 0;
      });
      await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
      await eventually("the drift", async () => (await changes())?.[0]?.action === "changed");
      const why = await fetch(`${instance}/why?node=map`);
      assert.equal(why.status, 200, await why.text());

      const { port } = new URL(url);
      await using second = new Running(commandLine(...flags, port));
      assert.equal(await second.end(), 2);
      assert.match(second.stderr, new RegExp(`^error: port ${port} is in use: .*--port 0`));
      if (WITHOUT_CHROMIUM === "") await showsGraph(url, graph.rgd.name);

      assert.equal(await kro.end("SIGINT"), 0, kro.stderr);
      assert.equal(kro.stdout, `${url}\n`);
      // On a busy machine, kro may warn that its process is short of CPU.
      const lines = kro.stderr.split("\n").filter((line) => !/event loop was blocked/.test(line));
      assert.equal(lines.join("\n"), "");
    });
    const sent = await requests.takeAll();
    assert.ok(sent.some(({ verb }) => verb === "watch"), "the audit log contains the requests");
    assert.deepEqual(sent.filter(({ verb }) => isWriteVerb(verb)), []);
    assert.deepEqual(sent.filter(({ resource }) => resource === "leases"), []);
  } finally {
    await kubectl(["delete", "clusterrole,clusterrolebinding", role, "--ignore-not-found"]);
  }
});

/** Fails if the page does not show the graph in Chromium. */
async function showsGraph(url: string, graph: string): Promise<void> {
  await using running = await startChromium();
  const page = await running.browser.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(url);
  await page.getByRole("link", { name: graph }).first().waitFor();
}

kroTest("the dashboard opens a browser only in a terminal, and not with --no-open", async (s) => {
  const folder = await Deno.makeTempDir({ prefix: "kro-dashboard-" });
  const opened = `${folder}/opened`;
  await Deno.writeTextFile(`${folder}/xdg-open`, `#!/bin/sh\necho "$1" >> ${opened}\n`, {
    mode: 0o755,
  });
  const env = { DISPLAY: ":9", PATH: `${folder}:${Deno.env.get("PATH")}` };
  const { kubeconfigFor } = await sharedControlPlane();
  const flags = ["--kubeconfig", kubeconfigFor("reader"), "--port", "0"];
  const read = () => Deno.readTextFile(opened).catch(() => "");
  /** Returns a command line that gives the command a terminal. */
  const inTerminal = (command: string[]) => ["script", "-qec", command.join(" "), "/dev/null"];
  try {
    await s.step("in a pipe, and with --no-open", async () => {
      for (
        const command of [commandLine(...flags), inTerminal(commandLine(...flags, "--no-open"))]
      ) {
        await using kro = new Running(command, { env });
        const url = await kro.url();
        await eventually("the page", async () => {
          const response = await fetch(url);
          await response.body?.cancel();
          return response.ok;
        });
      }
      assert.equal(await read(), "");
    });
    await s.step("in a terminal", async () => {
      await using kro = new Running(inTerminal(commandLine(...flags)), { env });
      const url = await kro.url();
      await eventually("the URL in the browser", async () => await read() === `${url}\n`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
