/** Writes a reference of the API that a graph defines, as Markdown. */
import { apiVersionOf } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { crdSchema, limitTexts, typeText, valueText } from "./fields.ts";
import { sampleYaml } from "./sample.ts";

/** Returns the reference of a graph's kind: its fields, the objects of an instance, and a sample. */
export function referenceMarkdown(graph: Graph): string {
  const { group, version, kind, plural, namespaced } = graph.instance;
  const { spec = {}, status = {} } = crdSchema(graph.crd).properties ?? {};
  const nodes = [...graph.nodes.values()].map((node) => [
    code(node.id),
    `${node.kind.kind} (${apiVersionOf(node.kind)})`,
    NODE_TYPES[node.type],
    node.includeWhen.map(({ source }) => code(source)).join(" and "),
  ]);
  return [
    `# ${kind}`,
    `\`${apiVersionOf({ group, version })}\`, ${namespaced ? "namespaced" : "cluster-scoped"}, ` +
    `defined by the ResourceGraphDefinition \`${graph.name}\`. ` +
    `\`kubectl get ${plural}.${group}\` lists the instances.`,
    "## Spec",
    table(["field", "type", "default", "description"], rowsOf(spec, "spec")),
    "## Status",
    table(
      ["field", "type", "description"],
      rowsOf(status, "status").map(([a, b, , d]) => [a!, b!, d!]),
    ),
    "## Objects",
    table(["node", "kind", "type", "only if"], nodes),
    "## Sample",
    `\`\`\`yaml\n${sampleYaml(graph)}\`\`\``,
  ].join("\n\n") + "\n";
}

const NODE_TYPES = {
  resource: "one object",
  collection: "one object for each element",
  external: "existing object, read only",
  externalCollection: "existing objects, read only",
} as const;

function rowsOf(schema: Schema, path: string): string[][] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const standard = field.default === undefined
      ? required.includes(name) ? "required" : ""
      : code(valueText(field.default));
    const text = [field.description ?? "", ...limitTexts(field)].filter(Boolean).join("; ");
    return [[code(at), typeText(field), standard, text], ...rowsBelow(field, at)];
  });
}

/**
 * Returns the table rows of the fields inside of a field that is an object, a list of objects or a map of
 * objects.
 */
function rowsBelow(
  { properties, items, additionalProperties, ...rest }: Schema,
  at: string,
): string[][] {
  if (properties) return rowsOf({ properties, ...rest }, at);
  if (items) return rowsBelow(items, `${at}[]`);
  return typeof additionalProperties === "object" ? rowsBelow(additionalProperties, `${at}.*`) : [];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "None.";
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
