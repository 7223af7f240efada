/** Reports the failures of a collection's items in one message. */
import { type KubeObject, MAX_MESSAGE, shortened } from "../api/mod.ts";
import { shortName } from "./ownership.ts";
import type { Fault } from "./result.ts";

/** A failure of one item of a collection. */
export interface ItemFault {
  /** The index of the item, starting at 0. */
  index: number;
  /** The desired object of the item. */
  object: KubeObject;
  /** The reason why the item was not applied. */
  fault: Fault;
}

/** The maximum number of item indexes in one list of the message, such as `(also 2, 5)`. */
const MAX_INDEXES = 10;

/** In a message with several failures, no failure is cut to fewer than this number of characters. */
const SHORTEST = 128;

/**
 * Returns a message with the distinct failures of the items. Messages that differ only in the name of the
 * object are reported once, with the indexes of their items. The message has at most {@link MAX_MESSAGE}
 * characters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ItemFault } from "./item_faults.ts";
 * import { itemsMessage } from "./item_faults.ts";
 *
 * const item = (index: number): ItemFault => ({
 *   index,
 *   object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `a-${index}` } },
 *   fault: { state: "Failed", message: `"a-${index}" is invalid` },
 * });
 * assert.equal(itemsMessage([item(0), item(2)]), 'collection item 0 (also 2): "a-0" is invalid');
 * ```
 */
export function itemsMessage(faults: readonly ItemFault[]): string {
  const groups = [...Map.groupBy(faults, withoutNames).values()];
  const shown = groups.slice(0, Math.max(1, Math.floor(MAX_MESSAGE / (2 * SHORTEST))));
  const limit = Math.max(SHORTEST, Math.floor(MAX_MESSAGE / shown.length) - SHORTEST);
  const parts = shown.map(([first, ...others]) =>
    `collection item ${first!.index}${alsoText(others)}: ${
      groups.length > 1 ? shortened(first!.fault.message, limit) : first!.fault.message
    }`
  );
  const more = groups.length - shown.length;
  return shortened([...parts, ...(more > 0 ? [`and ${more} more failures`] : [])].join("; "));
}

function alsoText(others: readonly ItemFault[]): string {
  if (others.length === 0) return "";
  const indexes = others.slice(0, MAX_INDEXES).map(({ index }) => index).join(", ");
  const more = others.length - MAX_INDEXES;
  return ` (also ${indexes}${more > 0 ? ` and ${more} more` : ""})`;
}

/** Returns the message of a failure without the name of its object. */
function withoutNames({ object, fault }: ItemFault): string {
  const { name = "" } = object.metadata;
  return fault.message.replaceAll(`"${name}"`, '""').replaceAll(shortName(object), "");
}
