/**
 * Writes two JSON schemas to docs/schemas: the schemas of the files in which kro saves plans and records.
 * Editors and other programs use the schemas to check such files.
 */
import { OBJECT_ACTIONS } from "../../src/explain/mod.ts";
import { NODE_STATES } from "../../src/cli/test/file_schema.ts";
import { RECORD_API } from "../../src/cli/record/file.ts";

/** A JSON schema of draft 7. */
type Schema = Readonly<Record<string, unknown>>;

const text = (description: string): Schema => ({ type: "string", description });
const count = (description: string): Schema => ({ type: "integer", minimum: 0, description });
const flag = (description: string): Schema => ({ type: "boolean", description });
const list = (description: string, items: Schema): Schema => ({
  type: "array",
  description,
  items,
});
const oneOf = (description: string, values: readonly string[]): Schema => ({
  type: "string",
  description,
  enum: values,
});

/** Returns the schema of an object. Properties whose names end with `?` may be absent. */
function object(description: string, fields: Record<string, Schema>): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ""), schema]),
  );
  const required = Object.keys(fields).filter((name) => !name.endsWith("?"));
  return { type: "object", description, properties, required, additionalProperties: false };
}

/** Returns the schema of a Kubernetes object. */
function clusterObject(description: string): Schema {
  return { type: "object", description, required: ["apiVersion", "kind", "metadata"] };
}

const strings = (description: string) => list(description, { type: "string" });

const name = {
  apiVersion: text("API version of the object, such as apps/v1."),
  kind: text("Kind of the object."),
  "namespace?": text("Namespace of the object; absent for a cluster-scoped object."),
  name: text("Name of the object."),
};

const kind = {
  group: text("API group; empty for the core group."),
  version: text("API version, such as v1."),
  kind: text("Name of the kind."),
  plural: text("Name of the kind in URLs, such as deployments."),
  namespaced: flag("Whether objects of the kind belong to a namespace."),
};

const reference = object("An object of the cluster.", {
  kind: object("The kind of the object.", kind),
  "namespace?": name["namespace?"],
  name: name.name,
});

const field = object("The change of one field.", {
  path: text("Path of the field, such as spec.replicas."),
  "old?": { description: "The value before the change. A secret value is an HMAC." },
  "new?": { description: "The value after the change. A secret value is an HMAC." },
});

const crd = object("The change of the generated CRD.", {
  name: text("Name of the CRD."),
  action: oneOf("Effect on the CRD.", ["created", "changed", "refused"]),
  changes: list(
    "The changes of an existing CRD.",
    object("One change.", {
      path: text("Path of the changed field."),
      text: text("Description of the change."),
      effect: oneOf("Effect of the change.", ["breaking", "compatible", "harmless"]),
    }),
  ),
  invalid: list(
    "The live instances that the changed schema does not accept.",
    object("An instance.", { ...name, problems: strings("The problems of the instance.") }),
  ),
});

const report = object("The report of the plan, as kro plan -o json prints it.", {
  graphs: list(
    "The RGDs of the files.",
    object("The effect on one RGD.", {
      name: text("Name of the RGD."),
      action: oneOf("Effect on the RGD.", ["created", "changed", "unchanged", "rejected"]),
      problems: strings("The problems of a rejected RGD."),
      fields: list("The changed fields of the RGD.", field),
      "crd?": crd,
    }),
  ),
  instances: object("The numbers of instances.", {
    planned: count("Instances for which the plan ran a pass."),
    deleting: count("Instances that are being deleted."),
    suspended: count("Suspended instances."),
  }),
  objects: count("Number of compared objects."),
  changes: list(
    "The changes of objects, in the order of the writes.",
    object("The change of one object.", {
      ...name,
      action: oneOf("Effect on the object.", OBJECT_ACTIONS),
      "instance?": object("The instance to which the object belongs.", name),
      "node?": text("Id of the node that describes the object."),
      fields: list("The changed fields.", field),
      "replaces?": text("Name of the object that a replaced object replaces."),
      "reason?": text("Reason why the change is refused."),
      "later?": flag("Whether the change follows only after other objects are ready."),
      "unasked?": text("Reason why the API server made no dry run."),
    }),
  ),
  waits: list(
    "The nodes that are not ready or cannot be known yet.",
    object("A node.", {
      instance: object("The instance.", name),
      node: text("Id of the node."),
      kind: text("Kind of the node's objects."),
      state: oneOf("State of the node.", ["unknown", "unready", "failed"]),
      reason: text("The missing value, the object that is not ready, or the error."),
    }),
  ),
  notes: strings("Notes about the accuracy of the plan."),
});

const digest = text("SHA-256 digest of the other fields. kro refuses an edited file.");

const PLAN: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "kro plan file",
  ...object("A plan that kro plan --out saved for kro apply --plan.", {
    format: { const: "kro-plan/v1", description: "Format of the file." },
    version: text("Version of kro that made the plan."),
    cluster: text("Identity of the planned cluster."),
    namespace: text("Namespace of objects without one."),
    manifests: list("The objects of the files.", clusterObject("An object to apply.")),
    instances: list("The instances to reconcile.", reference),
    states: list(
      "The states of the objects that the plan depends on.",
      object("The state of an object.", {
        ref: reference,
        state: {
          type: ["string", "null"],
          description: "Digest of the object; null if the object did not exist.",
        },
      }),
    ),
    report,
    digest,
  }),
};

const action = object("An object that the pass wrote or read.", {
  ...name,
  action: text("What the pass did with the object, such as created or unchanged."),
  "adopted?": flag("Whether the object existed without an owner."),
  "finalizers?": strings("The finalizers of an object that is being deleted."),
});

const RECORD: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "kro record",
  ...object("A pass over an instance that kro record saved for kro replay.", {
    apiVersion: { const: RECORD_API, description: "Version of the format." },
    kind: { const: "Record", description: "Kind of the file." },
    kroVersion: text("Version of kro that made the record."),
    time: text("Time of the pass, in RFC 3339 format."),
    rgd: clusterObject("The RGD of the instance."),
    kinds: list(
      "The kinds that the RGD uses.",
      object("A kind.", {
        ...kind,
        "schema?": {
          type: "object",
          description: "Schema of the kind; absent if the schema is built into kro.",
        },
      }),
    ),
    settings: object("The settings of the pass.", {
      compile: { type: "object", description: "Options of the compilation." },
      costs: { type: "object", description: "Limits of the cost of CEL expressions." },
      revision: count("Number of the graph revision."),
      suspended: flag("Whether the RGD is suspended."),
      podId: text("Identity of the process that labeled the instance."),
    }),
    instance: clusterObject("The instance as the pass read it."),
    calls: list(
      "The calls of the pass to the cluster, with their answers. Values of Secrets are HMACs.",
      object("A call.", {
        request: text("The method and its arguments."),
        "answer?": { description: "The answer; absent if the call returned nothing or failed." },
        "error?": { type: "object", description: "The error of a failed call." },
      }),
    ),
    unreproducible: strings("Ids of the nodes that depend on values of Secrets."),
    nodes: list(
      "The nodes after the pass.",
      object("A node.", {
        id: text("Id of the node."),
        state: oneOf("State of the node.", NODE_STATES),
        "reason?": text("Reason why the node is not ready."),
        objects: list("The objects of the node.", action),
      }),
    ),
    digest,
  }),
};

/**
 * The contents of the files to write. The keys are the paths of the files, relative to the repository's root.
 */
export const FILE_SCHEMAS: Readonly<Record<string, string>> = {
  "docs/schemas/plan.json": `${JSON.stringify(PLAN, null, 2)}\n`,
  "docs/schemas/record.json": `${JSON.stringify(RECORD, null, 2)}\n`,
};

if (import.meta.main) {
  for (const [path, content] of Object.entries(FILE_SCHEMAS)) {
    await Deno.writeTextFile(new URL(`../../${path}`, import.meta.url), content);
  }
}
