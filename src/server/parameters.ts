/** The query parameters of the paths of the JSON API. */
import { QUERY_PARAMETERS as DESCRIPTIONS } from "./descriptions.ts";
import { MAX_LIMIT } from "./page.ts";
import type { Parameter } from "./query.ts";
import { GRAPH_STATES, INSTANCE_STATES, SCHEMAS } from "./schemas.ts";

/** The name of a query parameter that every list of the API accepts. */
type ListParameter = "limit" | "continue" | "state" | "labelSelector" | "fields";

/** The parameters of a list whose items have the schema `item`. */
function listParameters(
  states: readonly string[],
  item: "Graph" | "InstanceSummary",
): Record<ListParameter, Parameter> {
  const fields = Object.keys(SCHEMAS[item].properties!);
  return {
    limit: {
      description: DESCRIPTIONS.limit,
      schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT },
    },
    continue: { description: DESCRIPTIONS.continue, schema: { type: "string" } },
    state: { description: DESCRIPTIONS.state, schema: { type: "string", enum: states } },
    labelSelector: { description: DESCRIPTIONS.labelSelector, schema: { type: "string" } },
    fields: {
      description: DESCRIPTIONS.fields,
      schema: { type: "array", minItems: 1, items: { type: "string", enum: fields } },
    },
  };
}

/** The parameters of the list of graphs, by name. */
export const GRAPH_LIST_PARAMETERS: Record<ListParameter, Parameter> = listParameters(
  GRAPH_STATES,
  "Graph",
);

/** The parameters that name an object of an instance. */
export const OBJECT_PARAMETERS: Record<"node" | "object" | "objectNamespace", Parameter> = {
  node: { description: DESCRIPTIONS.node, schema: { type: "string" } },
  object: { description: DESCRIPTIONS.object, schema: { type: "string" } },
  objectNamespace: { description: DESCRIPTIONS.objectNamespace, schema: { type: "string" } },
};

/** The parameters of a list of instances, by name. */
export const INSTANCE_LIST_PARAMETERS: Record<ListParameter | "namespace", Parameter> = {
  ...listParameters(INSTANCE_STATES, "InstanceSummary"),
  namespace: {
    description: DESCRIPTIONS.namespace,
    schema: { type: "string", pattern: "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?|-)$" },
  },
};

/** The parameter that names a collection. */
export const ITEMS_PARAMETERS: Record<"node", Parameter> = { node: OBJECT_PARAMETERS.node };

/** The parameters of an explanation, by name. */
export const WHY_PARAMETERS: Record<"node" | "field", Parameter> = {
  node: { description: DESCRIPTIONS.node, schema: { type: "string", minLength: 1 } },
  field: { description: DESCRIPTIONS.field, schema: { type: "string", minLength: 1 } },
};

/** The parameters that name the two revisions of a comparison. */
export const COMPARE_PARAMETERS: Record<"from" | "to", Parameter> = {
  from: { description: DESCRIPTIONS.from, schema: { type: "integer", minimum: 1 }, required: true },
  to: { description: DESCRIPTIONS.to, schema: { type: "integer", minimum: 1 }, required: true },
};
