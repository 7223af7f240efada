/**
 * Tests of kro's Helm chart that need no cluster: Helm accepts the chart, the rendered manifests equal the
 * files in `tests/support/helm/golden`, and invalid values are refused.
 */
import assert from "node:assert/strict";
import { parseYaml } from "../../../src/cli/mod.ts";
import {
  controllerRights,
  type OwnRightsOptions,
  type PolicyRule,
  rulesOf,
} from "../../../src/explain/mod.ts";
import { chart, helm, template } from "../../support/helm/mod.ts";
import { stale } from "../../support/helm/manifests.ts";
import { upstreamChart } from "../../support/helm/release.ts";
import { needsGo } from "../../support/cluster/upstream_controller.ts";

const ignore = needsGo !== "";
const folder = new URL("../../support/helm", import.meta.url).pathname;

const SETS = ["default", "upstream", "everything", "scoped", "minimal", "observe", "tls"];

/** Declares a test that runs Helm. */
function helmTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + needsGo, ignore, fn });
}

helmTest("helm lint finds no error and no warning", async () => {
  const { code, stdout, stderr } = await helm(["lint", "--strict", chart]);
  assert.equal(code, 0, stdout + stderr);
});

for (const set of SETS) {
  helmTest(
    `the manifests for the values ${set} are the recorded ones (UPDATE_GOLDEN=1 records)`,
    async () => {
      const file = `${folder}/golden/${set}.yaml`;
      const values = `${folder}/values/${set}.yaml`;
      const flags = ["-n", "kro", "-f", values, "--set", "crds.install=false"];
      const text = await template(flags);
      if (Deno.env.get("UPDATE_GOLDEN")) await Deno.writeTextFile(file, text);
      assert.equal(text, await Deno.readTextFile(file));
    },
  );
}

helmTest(
  "the chart contains the CRDs of deploy/crds, and Helm keeps them when the release is removed",
  async () => {
    const rendered = parseYaml(await template(["-s", "templates/crds.yaml"]), "the chart") as {
      metadata: { name: string; annotations: Record<string, string> };
      spec: unknown;
    }[];
    assert.deepEqual(rendered.map(({ metadata }) => metadata.name).sort(), [
      "graphrevisions.internal.kro.run",
      "resourcegraphdefinitions.kro.run",
    ]);
    for (const { metadata, spec } of rendered) {
      assert.equal(metadata.annotations["helm.sh/resource-policy"], "keep");
      const [plural, ...group] = metadata.name.split(".");
      const file = `${chart}/../crds/${group.join(".")}_${plural}.yaml`;
      const [source] = parseYaml(await Deno.readTextFile(file), file) as { spec: unknown }[];
      assert.deepEqual(spec, source!.spec);
    }
  },
);

helmTest("the files that are made from the chart are current (deno task manifests)", async () => {
  assert.deepEqual(await stale(), []);
});

/** Returns the path of each value in an object, such as `config.rgd.maxGraphRevisions`. */
function pathsOf(value: unknown, at = ""): string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [at];
  const entries = Object.entries(value);
  if (entries.length === 0) return [at];
  return entries.flatMap(([key, inner]) => pathsOf(inner, at === "" ? key : `${at}.${key}`));
}

helmTest("the chart accepts every value of upstream's chart", async () => {
  const read = async (path: string) => parseYaml(await Deno.readTextFile(path), path)[0];
  const own = pathsOf(await read(`${chart}/values.yaml`));
  const theirs = pathsOf(await read(`${await upstreamChart()}/values.yaml`));
  assert.ok(theirs.length > 80, String(theirs.length));
  assert.deepEqual(theirs.filter((path) => !own.includes(path)), []);
  const image = ["--set", "image.repository=kro"];
  await template(["-f", `${await upstreamChart()}/values.yaml`, ...image]);
});

helmTest("invalid values are refused with the path of the value", async () => {
  const cases: [value: string, message: RegExp][] = [
    ["replicaCount=2", /additional properties 'replicaCount' not allowed/],
    ["config.logLevl=info", /at '\/config': additional properties 'logLevl' not allowed/],
    ["config.rgd.maxColections=1", /at '\/config\/rgd': additional properties 'maxColections'/],
    ["deployment.resources.limit.memory=1Gi", /at '\/deployment\/resources': .*'limit'/],
    ["config.featureGates.CELOmit=true", /at '\/config\/featureGates': .*'CELOmit'/],
    [
      "rbac.mode=agregation",
      /at '\/rbac\/mode': value must be one of 'unrestricted', 'aggregation', 'scoped'/,
    ],
    ["config.logEncoder=text", /at '\/config\/logEncoder': value must be one of 'console', 'json'/],
    [
      "config.gracefulShutdownTimeout=60 s",
      /at '\/config\/gracefulShutdownTimeout': '60 s' does not match/,
    ],
    [
      "config.dynamicControllerConcurrentReconciles=0",
      /dynamicControllerConcurrentReconciles': minimum/,
    ],
    ["deployment.hostNetwork=maybe", /at '\/deployment\/hostNetwork': got string, want boolean/],
    ["image.ko=true", /remove image\.ko from your values/],
    [
      "image.repository=registry.k8s.io/kro/kro",
      /the image of upstream kro: remove image\.repository, image\.tag and image\.ko from your values/,
    ],
    [
      "deployment.extraEnv[0].name=DENO_V8_FLAGS",
      /extraEnv sets DENO_V8_FLAGS to an empty value, .*: remove the variable/,
    ],
    [
      "deployment.extraEnv[0].name=DENO_V8_FLAGS,deployment.extraEnv[0].value=",
      /extraEnv sets DENO_V8_FLAGS to an empty value, .*: remove the variable/,
    ],
  ];
  for (const [value, message] of cases) {
    const { code, stderr } = await helm(["template", "kro", chart, "--set", value]);
    assert.equal(code, 1, value);
    assert.match(stderr, message, value);
  }
});

/** Returns the text that Helm prints after an installation with these values. */
async function notes(values: string): Promise<string> {
  const flags = ["--dry-run=client", "-n", "kro", "--set", values];
  const { code, stdout, stderr } = await helm(["install", "kro", chart, ...flags]);
  assert.equal(code, 0, stderr);
  return stdout.slice(stdout.indexOf("\nNOTES:\n"));
}

helmTest("the notes name the command that grants the permissions of graphs", async () => {
  const command = (text: string) => /^ {2}(kro generate rbac .*)$/m.exec(text)?.[1];
  assert.equal(command(await notes("rbac.mode=unrestricted")), undefined);
  assert.equal(command(await notes("rbac.mode=scoped,config.observe=true")), undefined);
  assert.equal(
    command(await notes("rbac.mode=aggregation")),
    "kro generate rbac --all --aggregate | kubectl apply -f -",
  );
  assert.equal(
    command(await notes("rbac.mode=scoped,serviceAccount.name=own")),
    "kro generate rbac --all -n kro --service-account own | kubectl apply -f -",
  );
});

helmTest("the notes name `helm test` exactly if the release has a test", async () => {
  for (
    const [values, has] of [
      ["tls.secretName=kro-tls", true],
      ["service.create=true", true],
      ["service.create=false", false],
      ["config.healthProbeBindAddress=0", false],
    ] as const
  ) {
    assert.equal(/^ {2}helm test kro -n kro$/m.test(await notes(values)), has, values);
    const hooks = (await template(["--set", values])).includes("helm.sh/hook: test");
    assert.equal(hooks, has, values);
  }
});

helmTest("an old Kubernetes is refused with the required version", async () => {
  const { code, stderr } = await helm(["template", "kro", chart, "--kube-version", "1.26.15"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /chart requires kubeVersion: >=1\.27\.0-0 which is incompatible with Kubernetes v1\.26\.15/,
  );
});

helmTest("the heap is limited to 75 % of the memory limit", async () => {
  const cases: [memory: string, mebibytes: number | undefined][] = [
    ["1024Mi", 768],
    ["1.5Gi", 1152],
    ["512M", 366],
    ["1073741824", 768],
    ["2e9", 1430],
    ["null", undefined],
  ];
  for (const [memory, mebibytes] of cases) {
    const text = await template([
      "-s",
      "templates/deployment.yaml",
      "--set",
      `deployment.resources.limits.memory=${memory}`,
    ]);
    const found = /name: DENO_V8_FLAGS\n\s+value: --max-old-space-size=(\d+)$/m.exec(text)?.[1];
    assert.equal(found, mebibytes === undefined ? undefined : String(mebibytes), memory);
  }
});

/** Returns each permission as a line `group/resource name: verb`, sorted. */
function permissionsOf(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [""], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => `${group}/${resource} ${name}: ${verb}`)
        )
      )
    )
  ).sort();
}

helmTest("the mode scoped grants exactly what the controller itself needs", async () => {
  const cases: [values: string[], options: Omit<OwnRightsOptions, "leaseNamespace">][] = [
    [[], { leaderElect: true }],
    [["config.enableLeaderElection=false"], {}],
    [["config.httpAuth=true", "config.featureGates.InstanceConditionEvents=true"], {
      leaderElect: true,
      tokenReviews: true,
      conditionEvents: true,
    }],
  ];
  for (const [values, options] of cases) {
    const flags = ["rbac.mode=scoped", ...values].flatMap((value) => ["--set", value]);
    const text = await template(["-s", "templates/rbac.yaml", "-n", "kro", ...flags]);
    const roles = parseYaml(text, "the chart") as { kind: string; rules?: PolicyRule[] }[];
    const rights = controllerRights({ leaseNamespace: "kro", ...options });
    for (const kind of ["ClusterRole", "Role"]) {
      const wanted = rights.filter(({ namespaces }) =>
        (namespaces !== undefined) === (kind === "Role")
      );
      const rendered = roles.find((role) => role.kind === kind)!.rules!;
      assert.deepEqual(
        permissionsOf(rendered),
        permissionsOf(rulesOf(wanted)),
        `${kind} ${values}`,
      );
    }
  }
});

helmTest("with config.observe, every mode grants only permissions to read", async () => {
  const reads = ["get", "list", "watch"];
  const wanted = controllerRights({ leaseNamespace: "kro" })
    .filter(({ namespaces }) => namespaces === undefined)
    .flatMap((right) => permissionsOf(rulesOf([right])))
    .filter((text) => reads.includes(text.split(": ")[1]!));
  for (const mode of ["unrestricted", "aggregation", "scoped"]) {
    const flags = [`rbac.mode=${mode}`, "config.observe=true"].flatMap((value) => ["--set", value]);
    const text = await template(["-s", "templates/rbac.yaml", ...flags]);
    const roles = parseYaml(text, "the chart") as { kind: string; rules?: PolicyRule[] }[];
    assert.ok(roles.every(({ kind }) => kind.startsWith("Cluster")), mode);
    const rules = roles.flatMap(({ rules = [] }) => rules);
    assert.deepEqual(
      rules.flatMap(({ verbs }) => verbs).filter((v) => !reads.includes(v)),
      [],
      mode,
    );
    const all = reads.map((verb) => `*/* : ${verb}`);
    assert.deepEqual(permissionsOf(rules), mode === "unrestricted" ? all : wanted.sort(), mode);
  }
});
