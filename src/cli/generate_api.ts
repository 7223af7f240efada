/** `kro generate crd|jsonschema|instance|docs`: describes the kinds that RGDs define. */
import { jsonText } from "../api/mod.ts";
import { crdSchema, jsonSchema, referenceMarkdown, sampleYaml } from "../explain/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { Exit, UsageError } from "./errors.ts";
import { type GraphFlags, loadGraphs } from "./graph_source.ts";
import type { Output } from "./output.ts";
import { toYaml } from "./yaml.ts";

/**
 * The generators of `kro generate`, by subcommand. `print` returns the description of the kind that an RGD
 * defines, and `separator` stands between the descriptions of two kinds.
 */
const GENERATORS = {
  crd: { print: ({ crd }: Graph) => toYaml(crd), separator: "---\n" },
  instance: { print: sampleYaml, separator: "---\n" },
  docs: { print: referenceMarkdown, separator: "\n" },
  jsonschema: {
    print: (graph: Graph) => jsonText(jsonSchema(graph.instance, crdSchema(graph.crd)), 2) + "\n",
    // Undefined, because a file of JSON Schema can contain only one schema.
    separator: undefined,
  },
} as const;

/** The names of the subcommands that describe kinds. */
export type ApiGenerator = keyof typeof GENERATORS;

/** Runs the subcommand of `kro generate`. Returns the exit code: 1 if an RGD has problems. */
export async function generateApi(
  name: ApiGenerator,
  names: readonly string[],
  flags: GraphFlags,
  output: Output,
): Promise<number> {
  const graphs = await loadGraphs(names, flags, output);
  if (!graphs) return Exit.failed;
  const { print, separator } = GENERATORS[name];
  if (separator === undefined && graphs.length > 1) {
    const found = graphs.map(({ graph }) => graph.name).join(", ");
    throw new UsageError(`kro generate ${name} prints one RGD: name one of ${found}`);
  }
  output.out(graphs.map(({ graph }) => print(graph)).join(separator ?? ""));
  return Exit.ok;
}
