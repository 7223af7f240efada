/**
 * The command `deno task manifests [--check]`: copies the CRDs from `deploy/crds` into the chart, and writes
 * `deploy/install.yaml`, which Helm renders from the chart. With `--check`, the command writes nothing, and
 * fails if a file is out of date.
 */
import { dump } from "js-yaml";
import { parseYaml } from "../../../src/cli/mod.ts";
import { chart, template } from "./mod.ts";

const deploy = new URL("../../../deploy", import.meta.url).pathname;

/** The namespace of the objects in `deploy/install.yaml`. */
const NAMESPACE = "kro-system";

const HEADER = "# Made from deploy/chart by `deno task manifests`, with rbac.mode aggregation.\n";

/**
 * The chart's values for `deploy/install.yaml`. The objects get no labels of Helm, and kro gets the fewest
 * permissions.
 */
const VALUES = [
  "rbac.mode=aggregation",
  "metadata.includeHelmChart=false",
  "metadata.includeManagedBy=false",
];

interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
}

/** Returns the content that each generated file should have. The keys are the paths of the files. */
export async function manifests(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(`${deploy}/crds`)) {
    if (!name.endsWith(".yaml")) continue;
    files.set(`${chart}/files/crds/${name}`, await Deno.readTextFile(`${deploy}/crds/${name}`));
  }
  files.set(`${deploy}/install.yaml`, await install());
  return files;
}

async function install(): Promise<string> {
  const flags = VALUES.flatMap((value) => ["--set", value]);
  const rendered = await template(["-n", NAMESPACE, "--no-hooks", ...flags]);
  const objects = parseYaml(rendered, "the chart").filter((object) =>
    object !== null
  ) as unknown as Manifest[];
  for (const { metadata } of objects) {
    delete metadata.annotations?.["helm.sh/resource-policy"];
    if (metadata.annotations && Object.keys(metadata.annotations).length === 0) {
      delete metadata.annotations;
    }
  }
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
  const documents = [namespace, ...objects].map((object) => dump(object, { lineWidth: -1 }));
  return HEADER + documents.join("---\n");
}

/** Returns the paths of the generated files that are out of date. */
export async function stale(): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, text] of await manifests()) {
    if (await Deno.readTextFile(path).catch(() => "") !== text) paths.push(path);
  }
  return paths;
}

if (import.meta.main) {
  let paths = await stale();
  if (Deno.args.includes("--check")) {
    for (const path of paths) console.error(`${path} is not current: run deno task manifests`);
    Deno.exit(paths.length === 0 ? 0 : 1);
  }
  // After a change of a CRD, two rounds are needed. The first round copies the CRD into the chart, and the
  // second round renders `deploy/install.yaml` from the changed chart.
  for (; paths.length > 0; paths = await stale()) {
    const files = await manifests();
    for (const path of paths) {
      await Deno.writeTextFile(path, files.get(path)!);
      console.log(path);
    }
  }
}
