/**
 * Tests that Ctrl-C during a command leaves nothing behind, that the last line says what was done, and that the
 * same command then continues.
 */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import {
  configMap,
  eventually,
  kroTest,
  kubectl,
  NAME,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { type CommandResult, runCommand } from "../../support/command.ts";
import { guarded } from "../../support/controlplane/guard.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** The exit code of a process that SIGINT has ended. */
const INTERRUPTED = 130;

/** Returns the names of all Leases that commands of kro could create. */
async function leases(): Promise<string> {
  return await kubectl([
    "get",
    "leases",
    "-A",
    "--field-selector",
    "metadata.name!=x",
    "-o",
    "name",
  ]);
}

/** Returns an RGD whose instances wait for the ConfigMap `given`, and one of these instances. */
function waiting(name: string, group: string) {
  const external = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "given" } };
  const rgd = {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name },
    spec: {
      schema: { group, apiVersion: "v1alpha1", kind: "Patient", spec: {} },
      resources: [
        configMap("first", `${NAME}-first`, {}),
        { id: "given", externalRef: external },
        configMap("last", `${NAME}-last`, { value: "${given.data.value}" }),
      ],
    },
  };
  const instance = { apiVersion: `${group}/v1alpha1`, kind: "Patient", metadata: { name: "one" } };
  return [rgd, instance];
}

kroTest(
  "Ctrl-C during apply, reconcile and delete leaves no file and no Lease behind",
  async (s) => {
    const group = `${s.namespace}.example.com`;
    const name = `patient-${s.namespace}`;
    const folder = await Deno.makeTempDir();
    const flags = [
      ...["-n", s.namespace],
      ...["--kubeconfig", (await sharedControlPlane()).kubeconfigFor("kro")],
    ];
    const names = () => [...Deno.readDirSync(folder)].map((each) => each.name).sort();
    const until = async (what: string, args: string[], isDone: () => Promise<boolean>) => {
      const kro = guarded(Deno.execPath(), [
        ...["run", "--quiet", ...permissionFlags("local"), MAIN, ...args, ...flags],
      ], { cwd: folder, env: { NO_COLOR: "1" } });
      const texts = ["stdout", "stderr"].map((stream) =>
        new Response(kro.output[stream as "stdout" | "stderr"]).text()
      );
      await eventually(what, isDone);
      Deno.kill(kro.pid, "SIGINT");
      const { code } = await kro.status;
      const [stdout = "", stderr = ""] = await Promise.all(texts);
      assert.equal(code, INTERRUPTED, `${stdout}\n${stderr}`);
      return stderr.trimEnd().split("\n").at(-1);
    };
    const succeeds = async (args: string[]): Promise<CommandResult> => {
      const found = await runCommand([...args, ...flags]);
      assert.equal(found.code, 0, found.stderr);
      return found;
    };
    const exists = async (map: string) =>
      await kubectl(["get", "configmap", map, "-n", s.namespace, "--ignore-not-found"]) !== "";
    const manifests = `${folder}/patient.json`;
    await Deno.writeTextFile(
      manifests,
      JSON.stringify({ apiVersion: "v1", kind: "List", items: waiting(name, group) }),
    );
    try {
      await s.restart(async () => {
        const before = await leases();
        await until("the first object", ["apply", "-f", manifests], () => exists("one-first"));
        assert.deepEqual([names(), await leases()], [["patient.json"], before]);

        const target = `patient.${group}/one`;
        const begun =
          "interrupted by SIGINT: 0 of 1 objects are finished; perhaps begun: Patient " +
          `${s.namespace}/one; to continue, run the same command again`;
        await kubectl(["delete", "configmap", "one-first", "-n", s.namespace]);
        const again = ["reconcile", target];
        assert.equal(await until("the first object", again, () => exists("one-first")), begun);

        await kubectl([
          "create",
          "configmap",
          "given",
          "-n",
          s.namespace,
          "--from-literal=value=a",
        ]);
        assert.match((await succeeds(["apply", "-f", manifests])).stdout, /one +ACTIVE/);

        const held = ["configmap", "one-first", "-n", s.namespace, "--type=merge", "-p"];
        await kubectl(["patch", ...held, '{"metadata":{"finalizers":["example.com/held"]}}']);
        const isDeleting = async () =>
          /\d/.test(
            await kubectl([
              ...["get", "configmap", "one-first", "-n", s.namespace],
              ...["-o", "jsonpath={.metadata.deletionTimestamp}"],
            ]),
          );
        assert.equal(await until("the deletion", ["delete", target], isDeleting), begun);
        assert.deepEqual([names(), await leases()], [["patient.json"], before]);

        const why = await succeeds(["why", target]);
        assert.match(why.stdout, /is being deleted/);
        assert.match(why.stdout, /example\.com\/held/);

        await kubectl(["patch", ...held, '{"metadata":{"finalizers":null}}']);
        await succeeds(["delete", target]);
        assert.deepEqual([await exists("one-first"), await exists("one-last")], [false, false]);
      });
    } finally {
      await kubectl(["delete", "rgd", name, "--ignore-not-found"]);
      await kubectl(["delete", "crd", `patients.${group}`, "--ignore-not-found"]);
      await Deno.remove(folder, { recursive: true });
    }
  },
);
