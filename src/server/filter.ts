/** Filters the lists of the JSON API, and reduces their items to the requested fields. */
import { matchLabels } from "../reconcile/mod.ts";
import type { Facts } from "../controller/mod.ts";
import { BadQuery, type Query } from "./query.ts";

/**
 * Returns the keys of the items that the parameters `state`, `namespace` and `labelSelector` select. The
 * items are read only if the query contains `state` or `labelSelector`.
 *
 * @param keys The sorted keys of the whole list. A key starts with the namespace and a slash if the list has
 * the parameter `namespace`.
 * @param read Returns the state and the labels of an item; undefined when the item no longer exists.
 * @throws {BadQuery} The label selector is malformed.
 */
export function selected(
  keys: readonly string[],
  read: (key: string) => Facts | undefined,
  { state, namespace, labelSelector }: Query,
): readonly string[] {
  if (labelSelector !== undefined) checkSelector(labelSelector);
  const prefix = namespace === undefined ? "" : `${namespace === "-" ? "" : namespace}/`;
  const inNamespace = prefix ? keys.filter((key) => key.startsWith(prefix)) : keys;
  if (state === undefined && labelSelector === undefined) return inNamespace;
  return inNamespace.filter((key) => {
    const facts = read(key);
    return facts && (state === undefined || facts.state === state) &&
      (labelSelector === undefined || matchLabels(labelSelector, facts.labels));
  });
}

/** Returns the fields of an item that the parameter `fields` names, or all fields without this parameter. */
export function withFields<T extends object>(item: T, { fields }: Query): Partial<T> {
  if (fields === undefined) return item;
  const wanted = new Set(fields.split(","));
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => wanted.has(name)),
  ) as Partial<T>;
}

function checkSelector(selector: string): void {
  try {
    matchLabels(selector, undefined);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadQuery(`labelSelector: ${error.message}`);
  }
}
