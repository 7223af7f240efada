/** Decides which values an explanation hides, because they are or may contain the value of a Secret. */
import { isObject, type KubeObject } from "../../api/mod.ts";
import { type Expression, type FieldPath, isPublicField, type Node } from "../../graph/mod.ts";
import { type Facts, isList, readsOfExpression } from "./facts.ts";
import type { Explanation } from "./model.ts";
import type { ReadPath } from "./path.ts";

/** The string that replaces a hidden value. */
export const HIDDEN = "(hidden)";

/** Reports whether the value of an expression may contain the value of a Secret. */
export function isHiddenExpression(facts: Facts, expression: Expression): boolean {
  return readsOfExpression(expression).some(({ variable, path }) => {
    const node = facts.observation.graph.nodes.get(variable);
    return node !== undefined && isHiddenRead(facts, node, path);
  });
}

/** Reports whether a value that an expression reads of a node may contain the value of a Secret. */
export function isHiddenRead(facts: Facts, node: Node, path: ReadPath): boolean {
  const isElement = isList(node) && (path[0] === "*" || typeof path[0] === "number");
  return isHiddenField(facts, node, isElement ? path.slice(1) : path);
}

/**
 * Reports whether the field of a node's object may contain the value of a Secret. Only identifying fields of
 * a Secret are shown. Of an object that depends on a Secret, a field is shown if the graph computes the field
 * without the Secret.
 */
export function isHiddenField(facts: Facts, node: Node, path: ReadPath): boolean {
  if (!node.confidential || isPublicField(path)) return false;
  if (isSecret(node)) return true;
  const fields = node.fields.filter((field) => overlap(field.path, path));
  if (fields.some((field) => isHiddenExpression(facts, field.expression))) return true;
  return fields.length === 0 && !isLiteral(node.template, path);
}

function isSecret({ kind }: Node): boolean {
  return kind.group === "" && kind.kind === "Secret";
}

/** Reports whether one path is the start of the other. */
function overlap(a: FieldPath, b: ReadPath): boolean {
  return Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i)
    .every((i) => a[i] === b[i] || b[i] === "*");
}

/** Reports whether the template contains a value at the path. */
function isLiteral(template: unknown, path: ReadPath): boolean {
  return path.every((step) => {
    if (typeof template !== "object" || template === null || !Object.hasOwn(template, step)) {
      return false;
    }
    template = (template as Record<string | number, unknown>)[step];
    return true;
  });
}

/** The minimum length of a string that {@link masked} replaces, in characters. */
const SHORTEST = 8;

/**
 * Replaces the values of the observed Secrets in the statements of an explanation, because conditions and
 * Events may quote such values. Values shorter than {@link SHORTEST} are kept, because they may be ordinary
 * words.
 */
export function masked(found: Explanation, secrets: readonly KubeObject[]): Explanation {
  const values = [...new Set(secrets.flatMap(valuesOf))].filter((v) => v.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return values.length === 0 ? found : replaced(found, values);
}

function replaced(found: Explanation, values: readonly string[]): Explanation {
  const clean = (text: string) =>
    values.reduce((t, v) => t.replaceAll(`"${v}"`, HIDDEN).replaceAll(v, HIDDEN), text);
  const { value, because, ...rest } = found;
  const isLeaky = value !== undefined &&
    values.some((v) => JSON.stringify(value, exact).includes(v));
  return {
    ...rest,
    text: clean(found.text),
    ...(isLeaky ? { hidden: true as const } : value !== undefined && { value }),
    because: because.map((each) => replaced(each, values)),
  };
}

function exact(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function valuesOf({ data }: KubeObject): string[] {
  return Object.values(isObject(data) ? data : {}).flatMap((encoded) => {
    if (typeof encoded !== "string") return [];
    try {
      const bytes = Uint8Array.fromBase64(encoded);
      return [encoded, new TextDecoder("utf-8", { fatal: true }).decode(bytes)];
    } catch {
      // The decoded value is not UTF-8 text, so only the encoded value can occur in a statement.
      return [encoded];
    }
  });
}
