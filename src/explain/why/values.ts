/**
 * Explains a value by the expression that computes the value, by the values that the expression reads, and by
 * the field managers that wrote these values.
 */
import {
  isObject,
  type Json,
  jsonEqual,
  jsonText,
  type KubeObject,
  Label,
  shortened,
  valueAt,
} from "../../api/mod.ts";
import type { Expression, Field, FieldPath, Node } from "../../graph/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { EACH, type Facts, isList, type Locals, type Read, readsOfExpression } from "./facts.ts";
import { HIDDEN, isHiddenExpression, isHiddenField, isHiddenRead } from "./hidden.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { fieldOwners, ownerText } from "./owners.ts";
import { readPathText, valuesAt } from "./path.ts";
import { specOrigin } from "./spec_origin.ts";

/** The greatest length of a value in a statement, in characters. */
const MAX_VALUE = 120;

/** The circumstances in which a value is explained. */
export interface Surroundings {
  /** The values of the iterators of forEach, or of the variable `each` of readyWhen. */
  locals?: Locals;
  /** The node whose expression reads the value; absent for expressions of the status. */
  reader?: Node;
  /** Whether all values are hidden, because the expression may compute a value of a Secret. */
  hide?: boolean;
}

/** Formats a value in a statement. */
export function shownValue(value: unknown): string {
  return shortened(jsonText(value), MAX_VALUE);
}

/** The greatest length of an expression in a statement, in characters. */
const MAX_EXPRESSION = 512;

/** Returns the expression in one line, as statements show it. */
export function expressionOf({ source }: Expression): string {
  return shortened(source.replaceAll(/\s+/g, " ").trim(), MAX_EXPRESSION);
}

/** Explains the values that an expression reads. */
export function inputs(
  facts: Facts,
  expression: Expression,
  around: Surroundings = {},
): Explanation[] {
  return readsOfExpression(expression).map((read) => input(facts, read, around));
}

/** Explains one value that an expression reads. */
function input(facts: Facts, read: Read, around: Surroundings): Explanation {
  const { variable, path } = read;
  const { locals = {}, reader, hide } = around;
  if (Object.hasOwn(locals, variable)) return local(facts, read, around);
  const node = facts.observation.graph.nodes.get(variable);
  const found = valuesAt(facts.variable(variable), path);
  const name = readPathText([variable, ...path]);
  const isMany = path.includes("*");
  const isHidden = hide || (node !== undefined && isHiddenRead(facts, node, path));
  const because = variable === "schema"
    ? []
    : node && !isList(node)
    ? origins(facts, node, 0, path as FieldPath, { hide: isHidden })
    : [];
  const value = (isMany ? found : found[0]) as Json | undefined;
  const isLeaving = facts.observation.instance.metadata.deletionTimestamp !== undefined;
  const missing = isLeaving
    ? "is not read while the instance is being deleted"
    : reader && variable === reader.id
    ? "is not set"
    : "does not exist yet";
  const by = variable === "schema" && value !== undefined
    ? instanceOrigin(facts, path as FieldPath)
    : "";
  return valueOf(name, { value, isHidden, missing, because, suffix: by, node: node?.id });
}

/** Explains an iterator of forEach with the list that it iterates over, or the variable `each`. */
function local(facts: Facts, { variable, path }: Read, around: Surroundings): Explanation {
  const { locals = {}, reader, hide } = around;
  const value = valuesAt(locals[variable], path)[0] as Json | undefined;
  const list = reader?.forEach.find((dimension) => dimension.variable === variable)?.list;
  const isHidden = hide ||
    (list
      ? isHiddenExpression(facts, list)
      : variable === EACH && reader !== undefined && isHiddenField(facts, reader, path));
  const suffix = list ? `, an element of ${expressionOf(list)}` : "";
  const name = readPathText([variable, ...path]);
  const key = `list ${reader?.id} ${variable}`;
  const because = list && !facts.seen.has(key) ? inputs(facts, list, { hide }) : [];
  facts.seen.add(key);
  return valueOf(name, { value, isHidden, missing: "is not set", because, suffix });
}

/** A value in an explanation, with the words that surround the value in the statement. */
interface Shown {
  value: Json | undefined;
  isHidden?: boolean;
  /** The words that replace the value when it does not exist. */
  missing: string;
  /** The words after the value. */
  suffix?: string;
  because: Explanation[];
  node?: string;
  object?: KubeObject;
}

/** Returns the statement about a value, such as `deployment.spec.replicas = 3`. */
export function valueOf(path: string, shown: Shown): Explanation {
  const { value, isHidden, missing, suffix = "", because, node, object } = shown;
  const text = value === undefined
    ? `${path} ${missing}`
    : `${path} = ${isHidden ? HIDDEN : shownValue(value)}${suffix}`;
  return explanation("value", text, {
    path,
    node,
    object: object && nameOf(object),
    ...(value !== undefined && (isHidden ? { hidden: true as const } : { value })),
    because,
  });
}

/**
 * Explains where the value of a field of a node's object comes from: the expression or the literal of the
 * graph, or the field managers that wrote the field.
 *
 * @param index The index of the object in its collection; 0 for any other node.
 */
export function origins(
  facts: Facts,
  node: Node,
  index: number,
  path: FieldPath,
  around: Surroundings = {},
): Explanation[] {
  const key = readPathText([node.id, index, ...path]);
  const object = facts.objects(node.id)[index];
  const field = fieldAt(node, path);
  if (facts.seen.has(key)) return [];
  facts.seen.add(key);
  if (node.type === "external" || node.type === "externalCollection" || path.length === 0) {
    return written(object, path);
  }
  if (field) return [computed(facts, node, index, field, { ...around, path })];
  const paths = [path, storedPath(node, path)];
  const below = node.fields.filter((each) =>
    paths.some((own) => own.every((step, i) => each.path[i] === step))
  );
  if (below.length > 0) {
    return below.map((each) => computed(facts, node, index, each, { ...around, path }));
  }
  if (valueAt(node.template, path) !== undefined) {
    return [explanation("expression", "the graph sets this value literally")];
  }
  return written(object, path);
}

/** Returns the field whose expression computes the value at the path, or a value that contains it. */
function fieldAt(node: Node, path: FieldPath): Field | undefined {
  return node.fields.find(({ path: own }) =>
    [path, storedPath(node, path)].some((p) =>
      own.length <= p.length && own.every((step, i) => p[i] === step)
    )
  );
}

/**
 * Returns the path below `stringData` for a path below the `data` of a Secret, and any other path unchanged.
 * A template may set `stringData`, but a live Secret contains only `data`.
 */
function storedPath(node: Node, path: FieldPath): FieldPath {
  const isData = node.kind.group === "" && node.kind.kind === "Secret" && path[0] === "data";
  return isData ? ["stringData", ...path.slice(1)] : path;
}

/** Explains the expression of a field, with the values that it reads. */
function computed(
  facts: Facts,
  node: Node,
  index: number,
  { path, expression }: Field,
  around: Surroundings & { path: FieldPath },
): Explanation {
  const locals = localsOf(facts, node, index);
  const hide = around.hide || isHiddenField(facts, node, path);
  const answer = facts.evaluate(expression, locals);
  const isBelow = path.length > around.path.length;
  const at = isBelow ? `${readPathText(path)}: ` : "";
  const because = inputs(facts, expression, { locals, reader: node, hide });
  const isUnknown = because.some(({ value, hidden }) => value === undefined && !hidden);
  if (!answer.ok && !isUnknown) because.push(failure(answer));
  const live = valueAt(facts.objects(node.id)[index], path);
  const isOther = answer.ok && answer.value !== undefined && live !== undefined &&
    isScalar(live) && !jsonEqual(live, answer.value);
  if (isOther && !hide) {
    const text = `the expression gives ${
      shownValue(answer.value)
    }, which differs from the live value`;
    because.push(explanation("value", text, { value: answer.value }));
  }
  return explanation("expression", `${at}computed by ${expressionOf(expression)}`, {
    node: node.id,
    expression: expression.source,
    because,
  });
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object";
}

/** Explains why an evaluation failed. */
export function failure(answer: { message: string; missing?: string }): Explanation {
  return answer.missing === undefined
    ? explanation("expression", `the expression fails: ${answer.message}`)
    : explanation("value", `${answer.missing} does not exist yet`, { path: answer.missing });
}

/** The words for a value of an instance that equals the default of the graph's schema. */
export const BY_DEFAULT = "the default of the graph's schema";

/** The words for a value that no field manager owns. */
export const BY_SERVER = "set by the API server";

/** Returns the managers that wrote a field of a live object. */
function written(object: KubeObject | undefined, path: FieldPath): Explanation[] {
  if (!object || path.length === 0 || valueAt(object, path) === undefined) return [];
  const owners = fieldOwners(object, path);
  if (owners.length === 0) {
    const hasManagers = (object.metadata.managedFields ?? []).length > 0;
    return hasManagers ? [explanation("owner", BY_SERVER)] : [];
  }
  return owners.map((owner) =>
    explanation("owner", `written by ${ownerText(owner)}`, {
      object: nameOf(object),
      time: owner.time,
    })
  );
}

/** Returns the words that say where a value of the instance comes from. */
function instanceOrigin(facts: Facts, path: FieldPath): string {
  if (path[0] !== "spec" || path.includes("*")) return ", from the instance";
  const origin = specOrigin(facts, path);
  switch (origin.from) {
    case "default":
      return `, ${BY_DEFAULT}`;
    case "graph":
      return `, set by ${origin.text}`;
    case "managers":
      return `, set by ${origin.owners.map(({ manager }) => manager).join(", ")}`;
    case "instance":
      return ", from the instance";
  }
}

/**
 * Returns the iterator values for which an object of a collection was created. The label with the object's
 * index selects them.
 */
export function localsOf(facts: Facts, node: Node, index: number): Locals {
  return itemsOf(facts, node)[placeOf(facts, node, index)] ?? {};
}

/**
 * Returns the number of the combination of iterator values for which an object of a collection was created,
 * counted from 0. Statements show this number as the index of the object.
 *
 * @param index The index among the live objects of the node.
 */
export function placeOf(facts: Facts, node: Node, index: number): number {
  const place = facts.objects(node.id)[index]?.metadata.labels?.[Label.collectionIndex];
  return node.type === "collection" && place !== undefined ? Number(place) : index;
}

/**
 * Returns the index of an object among the live objects of its node, or -1 when the node has no such object.
 *
 * @param place The number that {@link placeOf} returns for the object.
 */
export function listIndex(facts: Facts, node: Node, place: number): number {
  return facts.objects(node.id).findIndex((_, index) => placeOf(facts, node, index) === place);
}

/**
 * Returns the iterator values of each object of a collection: one entry for each combination of elements of
 * the forEach lists. The iterator of the last list varies fastest.
 */
export function itemsOf(facts: Facts, node: Node): Locals[] {
  return node.forEach.reduce<Locals[]>((combined, { variable, list }) => {
    const answer = facts.evaluate(list);
    const values = answer.ok && Array.isArray(answer.value) ? answer.value : [];
    return combined.flatMap((item) => values.map((value) => ({ ...item, [variable]: value })));
  }, node.forEach.length === 0 ? [] : [{}]);
}

/** Returns the names of an object's fields below a path, for suggestions. */
export function fieldNames(schema: Schema | undefined, live: unknown): string[] {
  const names = [
    ...Object.keys(schema?.properties ?? {}),
    ...(isObject(live) ? Object.keys(live) : []),
  ];
  return [...new Set(names)];
}
