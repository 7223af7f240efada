/** Writes a reference of the API that a graph defines, as Markdown. */
import { apiVersionOf } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { crdSchema, limitTexts, typeText, valueText } from "./fields.ts";
import { sampleYaml } from "./sample.ts";

/** One field of the kind that a graph defines. */
export interface FieldRow {
  /**
   * The path of the field, such as `spec.replicas`. `[]` stands for each element of a list, and `.*` for each
   * value of a map.
   */
  path: string;
  /** The type in the notation of SimpleSchema. */
  type: string;
  /** The default as JSON, or `required`; an empty string for an optional field without a default. */
  default: string;
  /** The description and the limits of the value. */
  description: string;
}

/** Returns the fields of `spec` and `status` of the kind that a graph defines. */
export function fieldRows(graph: Graph): { spec: FieldRow[]; status: FieldRow[] } {
  const { spec = {}, status = {} } = crdSchema(graph.crd).properties ?? {};
  return { spec: rowsOf(spec, "spec"), status: rowsOf(status, "status") };
}

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
    table(["field", "type", "default", "description"], rowsOf(spec, "spec").map(cells)),
    "## Status",
    table(
      ["field", "type", "description"],
      rowsOf(status, "status").map(cells).map(([a, b, , d]) => [a!, b!, d!]),
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

/** Returns the cells of a field's row in a Markdown table. */
function cells({ path, type, default: standard, description }: FieldRow): string[] {
  const value = standard === "" || standard === "required" ? standard : code(standard);
  return [code(path), type, value, description];
}

function rowsOf(schema: Schema, path: string): FieldRow[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const standard = field.default === undefined
      ? required.includes(name) ? "required" : ""
      : valueText(field.default);
    const description = [field.description ?? "", ...limitTexts(field)].filter(Boolean).join("; ");
    return [
      { path: at, type: typeText(field), default: standard, description },
      ...rowsBelow(field, at),
    ];
  });
}

/**
 * Returns the table rows of the fields inside of a field that is an object, a list of objects or a map of
 * objects.
 */
function rowsBelow(
  { properties, items, additionalProperties, ...rest }: Schema,
  at: string,
): FieldRow[] {
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
