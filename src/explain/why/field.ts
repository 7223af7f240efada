/** Explains why a field has its value, and which field managers own the field. */
import { type Json, type KubeObject, valueAt } from "../../api/mod.ts";
import type { FieldPath, Graph, Node } from "../../graph/mod.ts";
import { child, item, type Schema } from "../../openapi/mod.ts";
import { crdSchema } from "../fields.ts";
import { objectText } from "../plan/text.ts";
import { type Facts, isList } from "./facts.ts";
import { isHiddenExpression, isHiddenField } from "./hidden.ts";
import { inclusion, stateOf } from "./inclusion.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { nodeProblems } from "./node.ts";
import { fieldOwners, isKro, ownerText } from "./owners.ts";
import { readPathText } from "./path.ts";
import { notCollection, notObject, unknownField } from "./subject.ts";
import { specOrigin } from "./spec_origin.ts";
import {
  BY_DEFAULT,
  BY_SERVER,
  expressionOf,
  failure,
  fieldNames,
  inputs,
  listIndex,
  origins,
  placeOf,
  valueOf,
} from "./values.ts";

/**
 * Explains the value of a field of a node's object. Throws {@link UnknownSubject} when the kind has no such
 * field.
 *
 * @param index The index of the object in a collection; absent for any other node.
 */
export function fieldReport(
  facts: Facts,
  node: Node,
  index: number | undefined,
  path: FieldPath,
): Explanation {
  const at = index === undefined ? 0 : listIndex(facts, node, index);
  const object = objectAt(facts, node, index, at);
  checkPath(node.kind.schema, object, path, `${node.kind.kind}`);
  const name = readPathText([node.id, ...(index === undefined ? [] : [index]), ...path]);
  const value = valueAt(path[1] === "managedFields" ? object : withoutManagers(object), path);
  const isHidden = isHiddenField(facts, node, path);
  const because = object ? origins(facts, node, at, path) : absence(facts, node);
  const isStored = object?.kind === "Secret" && path[0] === "stringData";
  if (isStored) because.push(explanation("owner", "the API server moves stringData to data"));
  const isWritten = because.some(({ topic }) => topic === "owner");
  if (object && !isWritten) {
    for (const owner of ownership(object, path, value)) because.push(owner);
  }
  if (object && because.length === 0) {
    because.push(explanation("owner", untouched(value)));
  }
  const place = object ? ` in ${objectText(nameOf(object))}` : "";
  return valueOf(name, {
    value: value as Json | undefined,
    isHidden,
    missing: object ? `is not set${place}` : "does not exist, because the object does not exist",
    because,
    suffix: place,
    node: node.id,
    object,
  });
}

/**
 * Returns the object without its managed fields, so that the value `metadata` in a report does not contain
 * them.
 */
function withoutManagers(object: KubeObject | undefined): KubeObject | undefined {
  if (!object) return undefined;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Explains why a node has no object. */
function absence(facts: Facts, node: Node): Explanation[] {
  const isSkipped = stateOf(facts, node.id) === "Skipped";
  return isSkipped ? inclusion(facts, node) : nodeProblems(facts, node);
}

function untouched(value: unknown): string {
  return value === undefined
    ? "the graph does not set this field, and no field manager has set it"
    : BY_SERVER;
}

function objectAt(
  facts: Facts,
  node: Node,
  index: number | undefined,
  at: number,
): KubeObject | undefined {
  const objects = facts.objects(node.id);
  if (!isList(node)) {
    if (index === undefined) return objects[0];
    throw notCollection(node.id, index);
  }
  const object = index === undefined ? undefined : objects[at];
  if (!object) {
    throw notObject(node.id, index, objects.map((_, i) => placeOf(facts, node, i)));
  }
  return object;
}

/**
 * Returns a statement for each other field manager that owns the field together with kro. If only kro owns
 * the field, returns one statement that says so. Returns an empty list if kro does not own the field.
 */
function ownership(object: KubeObject, path: FieldPath, value: unknown): Explanation[] {
  const owners = fieldOwners(object, path);
  const others = owners.filter((owner) => !isKro(owner));
  const isShared = others.length > 0 && others.length < owners.length;
  if (!isShared) {
    return owners.length > 0 && others.length === 0
      ? [explanation("owner", "only kro owns this field", { time: owners.at(-1)!.time })]
      : [];
  }
  const what = typeof value === "object" ? "a part of this value" : "this field as well";
  return others.map((owner) =>
    explanation("owner", `${ownerText(owner)} owns ${what}`, { time: owner.time })
  );
}

/** Explains a field of the instance: of its status, which kro derives, or of any other field. */
export function instanceFieldReport(facts: Facts, path: FieldPath): Explanation {
  const { observation: { graph, instance } } = facts;
  checkPath(crdSchema(graph.crd), instance, path, instance.kind);
  const shown = path[1] === "managedFields" ? instance : withoutManagers(instance);
  const value = valueAt(shown, path) as Json | undefined;
  const [first, ...rest] = path;
  const field = first === "status"
    ? graph.status.fields.find(({ path: own }) =>
      own.length <= rest.length && own.every((step, i) => rest[i] === step)
    )
    : undefined;
  const isHidden = first === "status" && hidesStatus(facts, graph, rest);
  const because: Explanation[] = [];
  if (field) {
    const { expression } = field;
    const answer = facts.evaluate(expression);
    const reads = inputs(facts, expression, { hide: isHidden });
    if (!answer.ok && !reads.some((read) => read.value === undefined && !read.hidden)) {
      reads.push(failure(answer));
    }
    because.push(explanation("expression", `computed by ${expressionOf(expression)}`, {
      expression: expression.source,
      because: reads,
    }));
  } else if (first === "status") {
    because.push(explanation("owner", "kro writes this field of the status"));
    if (rest[0] === "state" || rest[0] === "conditions") {
      because.push(facts.explain(facts.observation));
    }
  } else {
    for (const each of ownOrigin(facts, path, value)) because.push(each);
  }
  const suffix = ` in ${objectText(nameOf(instance))}`;
  return valueOf(readPathText(path), {
    value,
    isHidden,
    missing: `is not set${suffix}`,
    because,
    suffix,
    object: instance,
  });
}

/** Explains who set the field at `path` of the instance, which is not a field of the status. */
function ownOrigin(facts: Facts, path: FieldPath, value: Json | undefined): Explanation[] {
  if (value === undefined) return [explanation("owner", "no field manager has set this field")];
  const origin = specOrigin(facts, path);
  switch (origin.from) {
    case "default":
      return [explanation("owner", BY_DEFAULT)];
    case "graph":
      return [explanation("owner", `set by ${origin.text}`)];
    case "managers":
      return origin.owners.map((owner) =>
        explanation("owner", `set by ${ownerText(owner)}`, { time: owner.time })
      );
    case "instance": {
      const owners = fieldOwners(facts.observation.instance, path);
      if (owners.length === 0) return [explanation("owner", BY_SERVER)];
      return owners.map((owner) =>
        explanation("owner", `set by ${ownerText(owner)}`, { time: owner.time })
      );
    }
  }
}

function hidesStatus(facts: Facts, graph: Graph, path: FieldPath): boolean {
  return graph.status.fields.some(({ path: own, expression }) =>
    own.slice(0, path.length).every((step, i) => path[i] === step) &&
    isHiddenExpression(facts, expression)
  );
}

/** Throws {@link UnknownSubject} when neither the schema nor the live object has a field at the path. */
function checkPath(root: Schema, live: unknown, path: FieldPath, kind: string): void {
  let schema: Schema | undefined = root;
  let value = live;
  for (const [index, step] of path.entries()) {
    const isOpen = !schema || isFree(schema);
    const next: Schema | undefined = schema &&
      (typeof step === "number" ? item(schema) : child(schema, step));
    const below = valueAt(value, [step]);
    if (!next && below === undefined && !isOpen) {
      const at = readPathText(path.slice(0, index));
      throw unknownField(at === "" ? kind : `${kind}.${at}`, step, fieldNames(schema, value));
    }
    schema = next;
    value = below;
  }
}

/** Reports whether a schema allows fields that it does not declare. */
function isFree(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true ||
    (schema.type === undefined && !schema.properties) ||
    (schema.type === "object" && !schema.properties && !schema.additionalProperties);
}
