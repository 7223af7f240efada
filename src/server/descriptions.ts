/** The descriptions of paths and parameters in the OpenAPI document. */

/** The descriptions of the responses. The keys are paths in OpenAPI's notation, such as `/graphs/{graph}`. */
export const SUMMARIES = {
  "/healthz": "Whether kro is healthy",
  "/readyz": "Whether kro is ready",
  "/version": "The version of kro",
  "/metrics": "The metrics, in the text format of Prometheus",
  "/events": "A stream of the changes of states, as server-sent events",
  "/openapi.json": "This document",
  "/causes": "The causes of the problems of graphs and instances, the most frequent cause first",
  "/graphs": "The graphs",
  "/graphs/{graph}": "One graph",
  "/graphs/{graph}/definition": "The templates and the schema of a graph",
  "/graphs/{graph}/rights": "The permissions that kro needs for a graph, and those that it lacks",
  "/graphs/{graph}/revisions": "The revisions of a graph, read from the API server",
  "/graphs/{graph}/instances": "The instances of a graph, without their nodes",
  "/graphs/{graph}/instances/{instance}": "One cluster-scoped instance",
  "/graphs/{graph}/instances/{namespace}/{instance}": "One instance",
  "/graphs/{graph}/instances/{namespace}/{instance}/object":
    "The instance or one of its objects, and its Events, read from the API server",
  "/graphs/{graph}/instances/{namespace}/{instance}/items":
    "The objects of a collection with their states, read from the API server",
  "/graphs/{graph}/instances/{namespace}/{instance}/why":
    "Why an instance is not ready, or why a node or a field is as it is",
  "/graphs/{graph}/instances/{namespace}/{instance}/compare":
    "The differences between the objects of an instance under two revisions of its graph",
} as const;

/** A path of the endpoint in OpenAPI's notation, such as `/graphs/{graph}`. */
export type Path = keyof typeof SUMMARIES;

/** The descriptions of the parameters in paths. */
export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  graph: "The name of the ResourceGraphDefinition.",
  namespace: "The namespace of the instance; `-` if the instance is cluster-scoped.",
  instance: "The name of the instance.",
};

/** The descriptions of the parameters of queries. */
export const QUERY_PARAMETERS = {
  limit: "The maximum number of items on a page; 500 by default.",
  continue: "The token for the next page, from the field `continue` of the previous page.",
  state: "Selects the items with this state.",
  namespace: "Selects the instances in this namespace; `-` selects cluster-scoped instances.",
  labelSelector: "Selects the items whose labels match the selector, in the syntax of kubectl.",
  node: "The id of a node; the instance itself by default.",
  object: "The name of the object.",
  objectNamespace: "The namespace of the object; absent for a cluster-scoped object.",
  fields:
    "The fields of the items that the response contains, separated by commas; all by default.",
  from: "The number of the first revision.",
  to: "The number of the second revision.",
  field: "The path of a field of the node, or of the instance if no node is given.",
} as const;

/** The descriptions of error responses, by HTTP status code. */
export const FAILURES: Readonly<Record<number, string>> = {
  400: "The query is invalid.",
  401: "The request has no valid token.",
  403: "The client may not read this path.",
  404: "The graph, the instance, the node, the field or the revision does not exist.",
  500: "kro is not healthy.",
  503: "kro is not ready or is a standby, or cannot check who may read this path.",
};

/** The description of the whole API. */
export const TITLE = "kro's HTTP endpoint";
