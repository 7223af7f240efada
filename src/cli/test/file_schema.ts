/**
 * The JSON schema of test files. `kro test` checks each test file against this schema before it runs the
 * file.
 */
import { INSTANCE_STATES } from "../../reconcile/mod.ts";

/** The part of JSON Schema that the schema of test files uses. */
export interface FileSchema {
  /** The JSON type of the value; absent if several types are permitted. */
  readonly type?: "object" | "array" | "string" | "boolean";
  /** The description that editors show. */
  readonly description?: string;
  /** The schemas of the keys of an object. */
  readonly properties?: Readonly<Record<string, FileSchema>>;
  /** The keys that an object must have. */
  readonly required?: readonly string[];
  /** The schema of all other keys; false if the object must have no other key. */
  readonly additionalProperties?: false | FileSchema;
  /** The smallest number of keys of an object. */
  readonly minProperties?: number;
  /** The schema of the items of a list. */
  readonly items?: FileSchema;
  /** The smallest number of items of a list. */
  readonly minItems?: number;
  /** The smallest length of a string. */
  readonly minLength?: number;
  /** The permitted strings. */
  readonly enum?: readonly string[];
  /** The alternatives, which have different types. */
  readonly anyOf?: readonly FileSchema[];
}

/** The states of an instance that a test may expect. */
export const EXPECTED_STATES = [...INSTANCE_STATES, "DELETED"] as const;

/** The states of a node that a test may expect. */
export const NODE_STATES = [
  "Ready",
  "Waiting",
  "Pending",
  "Skipped",
  "Failed",
  "Deleting",
] as const;

const text = (description: string): FileSchema => ({ type: "string", minLength: 1, description });
const list = (description: string, items: FileSchema): FileSchema => ({
  type: "array",
  minItems: 1,
  description,
  items,
});
const closed = (
  properties: Record<string, FileSchema>,
  required: readonly string[] = [],
): FileSchema => ({ type: "object", properties, required, additionalProperties: false });

const paths = (description: string) => list(description, text("Path, relative to the test file."));

const reference = closed({
  apiVersion: text("API version of the object, such as apps/v1."),
  kind: text("Kind of the object."),
  name: text("Name of the object."),
  namespace: text("Namespace of the object. Default: the namespace of the test file."),
}, ["apiVersion", "kind", "name"]);

const object: FileSchema = {
  type: "object",
  properties: {
    apiVersion: text("API version of the object."),
    kind: text("Kind of the object."),
    metadata: {
      type: "object",
      properties: { name: text("Name of the object.") },
      required: ["name"],
    },
  },
  required: ["apiVersion", "kind", "metadata"],
};

const given = (description: string): FileSchema => ({
  description,
  anyOf: [text("Path of a file with objects, or of a record, relative to the test file."), object],
});

const nodeState: FileSchema = {
  anyOf: [
    { type: "string", enum: NODE_STATES },
    closed({
      state: { type: "string", enum: NODE_STATES },
      reason: text("String that the reason of the state contains."),
    }, ["state"]),
  ],
};

const expectation: FileSchema = {
  ...closed({
    state: {
      type: "string",
      enum: EXPECTED_STATES,
      description: "State of the instance; DELETED if the instance no longer exists.",
    },
    status: {
      type: "object",
      description: "Fields of the instance's status. A null stands for an absent field.",
    },
    conditions: {
      type: "object",
      description: "Status of the instance's conditions, by type.",
      additionalProperties: { type: "string", enum: ["True", "False", "Unknown"] },
    },
    nodes: {
      type: "object",
      description: "States of nodes, by id.",
      additionalProperties: nodeState,
    },
    objects: list(
      "Fields of objects that the instance has. A null stands for an absent field.",
      object,
    ),
    exact: {
      type: "boolean",
      description:
        "Whether the instance has no other objects, and the objects no other fields. Default: false.",
    },
    absent: list("Objects that the instance must not have.", reference),
    snapshot: text(
      "Path of a file in or below the test file's folder with exactly the objects that the " +
        "instance has. kro test --update writes the file.",
    ),
  }),
  minProperties: 1,
  description: "Expected result, after the instance no longer changes.",
};

const observed = list(
  "Objects as they are in the cluster. Their fields are merged into objects that exist already.",
  given("Object, or path of a file with objects."),
);

const removed = list(
  "Objects that are deleted before the step, such as external objects or the instance.",
  reference,
);

const step = closed({
  name: text("Name of the step, for the report."),
  instance: {
    type: "object",
    description: "Changes of the instance, as a JSON merge patch.",
  },
  observed,
  delete: removed,
  expect: expectation,
}, ["expect"]);

const test = closed({
  name: text("Name of the test. Names are unique in a file."),
  graphs: paths("Files and folders with RGDs, instead of those of the test file."),
  instance: given("Instance, or path of a file with the instance."),
  observed,
  expect: expectation,
  steps: list("Further steps, in this order.", step),
}, ["name", "instance", "expect"]);

const problem = closed({
  code: text("Code of the problem, such as TYPE. kro validate prints the code in brackets."),
  rgd: text("Name of the RGD with the problem."),
  node: text("Id of the node with the problem."),
  path: text("Path of the field with the problem, as kro validate prints the path."),
  message: text("String that the message contains."),
}, ["code"]);

const rejection = closed({
  name: text("Name of the test. Names are unique in a file."),
  graphs: paths("Files and folders with RGDs, at least one of which has problems."),
  problems: list("Every problem of the RGDs. Warnings are left out.", problem),
}, ["name", "graphs", "problems"]);

/** The JSON schema of test files. `docs/schemas/test.json` is a copy of this schema. */
export const TEST_FILE_SCHEMA: FileSchema & Readonly<Record<string, unknown>> = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "kro test file",
  ...closed({
    graphs: paths("Files and folders with RGDs that the tests use, or records."),
    crds: paths("Files and folders with CustomResourceDefinitions that the RGDs use."),
    namespace: text('Namespace of objects that have no namespace. Default: "default".'),
    tests: list("Tests, each with one instance.", test),
    rejections: list("Tests of RGDs that kro rejects.", rejection),
  }),
  minProperties: 1,
  description: "Unit tests of ResourceGraphDefinitions (RGDs), which kro test runs.",
};
