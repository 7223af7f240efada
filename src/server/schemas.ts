/**
 * The JSON schemas of the responses, for the OpenAPI document. The compiler compares each schema with the
 * TypeScript interface of the same object: both must have the same fields and the same required fields.
 */
import type { Condition } from "../api/mod.ts";
import {
  type CauseView,
  type DefinitionView,
  type FieldChange,
  type GraphDifference,
  type GraphRightsView,
  type GraphView,
  type Health,
  HEALTHS,
  type InstanceSummary,
  type InstanceView,
  type NodeDefinition,
  type NodeView,
  type ObjectAction,
  type ObjectChange,
  type ObjectName,
  type ObservedGraph,
  type ObservedInstance,
  type RevisionChange,
  type RevisionView,
} from "../controller/mod.ts";
import type { ComparedObject, Explanation, FieldOwner, Topic } from "../explain/mod.ts";
import type { InstanceState, NodeOutcome, NodeState } from "../reconcile/mod.ts";
import type { RevisionComparison, RevisionSide } from "./explainer.ts";
import type { ItemView } from "./items_route.ts";
import type { EventView, LiveObjectView } from "./live.ts";
import type { OwnedField } from "./owners.ts";
import type { Page } from "./page.ts";
import type { HttpProblem } from "./problem.ts";
import type { Schema } from "./schema.ts";

/** The schema of a field that a response may lack. */
interface Optional {
  readonly optional: Schema;
}

/** The schemas of all fields of an interface. */
type FieldSchemas<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Optional : Schema;
};

const text: Schema = { type: "string" };
const bool: Schema = { type: "boolean" };
const whole: Schema = { type: "integer", minimum: 0 };
const time: Schema = { type: "string", format: "date-time" };

function listOf(items: Schema): Schema {
  return { type: "array", items };
}

function optional(schema: Schema): Optional {
  return { optional: schema };
}

function oneOf<T extends string>(values: readonly T[]): Schema {
  return { type: "string", enum: values };
}

/**
 * Returns the schema of the interface `T`. Callers always name `T`, so that the compiler checks the fields
 * against `T`.
 */
function object<T>(fields: FieldSchemas<T>): Schema {
  const entries = Object.entries<Schema | Optional>(fields as Record<string, Schema | Optional>);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, field]) => [name, "optional" in field ? field.optional : field]),
    ),
    required: entries.filter(([, field]) => !("optional" in field)).map(([name]) => name),
    additionalProperties: false,
  };
}

/**
 * Returns the schema of a page of a list. The schema requires no field of an item, because the parameter
 * `fields` may omit any field.
 */
function pageOf(item: string): Schema {
  const { required: _, ...items } = SCHEMAS[item as "Graph" | "InstanceSummary"]!;
  return object<Page<unknown>>({
    items: listOf({ ...items, description: `All fields of ${item}, or those of \`fields\`.` }),
    total: whole,
    continue: optional(text),
  });
}

/** The states of a graph, which are the values of the parameter `state`. */
export const GRAPH_STATES = ["Active", "Inactive"] as const;

/** The states of an instance. */
export const INSTANCE_STATES = [
  "ACTIVE",
  "IN_PROGRESS",
  "ERROR",
  "DELETING",
] as const satisfies readonly InstanceState[];

const NODE_STATES = [
  "Ready",
  "Waiting",
  "Pending",
  "Skipped",
  "Failed",
  "Deleting",
] as const satisfies readonly NodeState[];

/** Returns a reference to a schema of the OpenAPI document. */
export function ref(name: SchemaName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

const cost = object<NonNullable<GraphView["cost"]>>({ min: whole, max: whole });

const rule = object<GraphRightsView["required"][number]>({
  apiGroups: listOf(text),
  resources: listOf(text),
  resourceNames: optional(listOf(text)),
  verbs: listOf(text),
});

const fieldRow = object<DefinitionView["spec"][number]>({
  path: text,
  type: text,
  default: text,
  description: text,
});

const condition = object<Condition>({
  type: text,
  status: oneOf<Condition["status"]>(["True", "False", "Unknown"]),
  reason: optional(text),
  message: optional(text),
  lastTransitionTime: optional(time),
  observedGeneration: optional(whole),
});

const health = oneOf<Health>(HEALTHS);

const summary = {
  namespace: text,
  name: text,
  uid: text,
  state: oneOf<InstanceState | "">([...INSTANCE_STATES, ""]),
  health,
  conditions: listOf(condition),
  lastPass: optional(time),
  differences: optional(whole),
} as const satisfies FieldSchemas<InstanceSummary>;

const node = object<NodeView>({
  id: text,
  type: oneOf(["resource", "collection", "external", "externalCollection"]),
  apiVersion: text,
  kind: text,
  dependencies: listOf(text),
  expressions: listOf(
    object<NodeView["expressions"][number]>({
      path: text,
      expression: text,
      reads: listOf(text),
      cost,
    }),
  ),
});

const outcome = object<NodeOutcome>({
  id: text,
  state: oneOf<NodeState>(NODE_STATES),
  reason: optional(text),
  objects: listOf(object<NodeOutcome["objects"][number]>({
    apiVersion: text,
    kind: text,
    namespace: optional(text),
    name: text,
    action: oneOf<NodeOutcome["objects"][number]["action"]>(
      ["created", "configured", "unchanged", "observed", "pruned", "deleted", "deleting"],
    ),
    adopted: optional(bool),
    finalizers: optional(listOf(text)),
  })),
});

const objectName = {
  apiVersion: text,
  kind: text,
  namespace: optional(text),
  name: text,
} as const satisfies FieldSchemas<ObjectName>;

const fields = listOf(
  object<FieldChange>({
    path: text,
    old: optional({ description: "Any JSON value." }),
    new: optional({ description: "Any JSON value." }),
  }),
);

const change = object<ObjectChange>({
  ...objectName,
  action: oneOf<ObjectAction>(["created", "changed", "adopted", "replaced", "pruned", "refused"]),
  instance: optional(object<ObjectName>(objectName)),
  node: optional(text),
  fields,
  replaces: optional(text),
  reason: optional(text),
  later: optional(bool),
  unasked: optional(text),
});

const observedGraph = object<ObservedGraph>({
  since: time,
  changes: listOf(object<GraphDifference>({
    ...objectName,
    action: oneOf<GraphDifference["action"]>(["created", "changed", "deleted"]),
    reason: text,
    fields,
  })),
  differing: whole,
});

const observedInstance = object<ObservedInstance>({
  since: time,
  children: listOf(change),
  instance: fields,
});

const side = object<RevisionSide>({
  revision: whole,
  problems: listOf(text),
  unknown: listOf(object<RevisionSide["unknown"][number]>({
    node: text,
    state: oneOf<NodeState>(NODE_STATES),
    reason: text,
  })),
});

/** The schemas of the objects that responses contain. */
export const SCHEMAS = {
  Version: object<{ version: string }>({ version: text }),
  Problem: object<HttpProblem>({ type: text, title: text, status: whole, detail: text }),
  Graph: object<GraphView>({
    name: text,
    serves: object<GraphView["serves"]>({
      apiVersion: text,
      kind: text,
      plural: text,
      namespaced: bool,
    }),
    state: text,
    revision: optional(whole),
    conditions: listOf(condition),
    topologicalOrder: listOf(text),
    nodes: listOf(node),
    cost: optional(cost),
    instances: whole,
    health: object<Record<Health, number>>({
      error: whole,
      degraded: whole,
      progressing: whole,
      ready: whole,
      suspended: whole,
      deleting: whole,
    }),
    observed: optional(observedGraph),
  }),
  Definition: object<DefinitionView>({
    graph: text,
    nodes: listOf(object<NodeDefinition>({
      id: text,
      template: { type: "object" },
      forEach: listOf(
        object<NodeDefinition["forEach"][number]>({ variable: text, expression: text }),
      ),
      includeWhen: listOf(text),
      readyWhen: listOf(text),
    })),
    spec: listOf(fieldRow),
    status: listOf(fieldRow),
    sample: text,
  }),
  Causes: object<{ items: CauseView[] }>({
    items: listOf(object<CauseView>({
      cause: text,
      count: whole,
      graphs: listOf(text),
      affected: listOf(object<CauseView["affected"][number]>({
        graph: text,
        namespace: optional(text),
        name: optional(text),
      })),
    })),
  }),
  GraphRights: object<GraphRightsView>({
    graph: text,
    reviewed: bool,
    required: listOf(rule),
    missing: listOf(rule),
  }),
  InstanceSummary: object<InstanceSummary>(summary),
  Revisions: object<{ items: RevisionView[] }>({
    items: listOf(object<RevisionView>({
      revision: whole,
      created: text,
      spec: { type: "object" },
      dependencies: { type: "object" },
      changes: listOf(object<RevisionChange>({ path: text, old: optional({}), new: optional({}) })),
    })),
  }),
  RevisionComparison: object<RevisionComparison>({
    from: side,
    to: side,
    objects: listOf(object<ComparedObject>({
      ...objectName,
      node: text,
      change: oneOf<ComparedObject["change"]>(["added", "removed", "changed"]),
      fields,
    })),
    equal: whole,
  }),
  LiveObject: object<LiveObjectView>({
    object: { type: "object" },
    owners: listOf(object<OwnedField>({
      path: text,
      owners: listOf(object<FieldOwner>({
        manager: text,
        operation: oneOf<FieldOwner["operation"]>(["Apply", "Update"]),
        subresource: optional(text),
        time: optional(time),
      })),
    })),
    events: listOf(object<EventView>({
      type: text,
      reason: text,
      message: text,
      count: whole,
      last: optional(text),
      source: text,
    })),
    eventsRefused: optional(text),
  }),
  Items: object<{ items: ItemView[] }>({
    items: listOf(object<ItemView>({
      namespace: optional(text),
      name: text,
      state: oneOf<ItemView["state"]>(["Ready", "Waiting", "Failed", "Deleting"]),
      reason: optional(text),
    })),
  }),
  Instance: object<InstanceView>({
    ...summary,
    nodes: listOf(outcome),
    observed: optional(observedInstance),
  }),
  Explanation: object<Explanation>({
    topic: oneOf<Topic>([
      "instance",
      "node",
      "object",
      "condition",
      "event",
      "expression",
      "value",
      "owner",
      "step",
    ]),
    text,
    node: optional(text),
    state: optional(text),
    object: optional(object<ObjectName>(objectName)),
    path: optional(text),
    expression: optional(text),
    value: optional({ description: "The value, of any type." }),
    hidden: optional(bool),
    time: optional(time),
    because: listOf({ $ref: "#/components/schemas/Explanation" }),
  }),
} as const;

/** The schemas of the lists. */
export const LISTS = { GraphList: pageOf("Graph"), InstanceList: pageOf("InstanceSummary") };

/** The name of a schema in the OpenAPI document. */
export type SchemaName = keyof typeof SCHEMAS | keyof typeof LISTS;
