/**
 * Charges an evaluation for the caller's work with the result: converting it to JSON and writing the JSON.
 */
import type { Json } from "../../api/mod.ts";
import { CelError } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, Optional, type Value, weightOf } from "../value/values.ts";
import { COST } from "./budget.ts";

/** The cost of each character or byte of a computed result. */
const CHARACTER = 0.1;
/** The cost of one entry of a JSON object, without the characters of its key and its value. */
const ENTRY = 60;

/**
 * Charges the conversion of a result. A part of the input that an expression returns unchanged costs nothing,
 * because it is at most as large as the input. The same part inside of a computed list or map is charged,
 * because the list or map may contain the part many times.
 */
export function chargeResult(value: Value, meter: Meter): void {
  if (!isMade(value)) return;
  // The weight of the result is the number of values in it. A small list may have a large weight, because it
  // may contain another list many times. The weight is charged first, so a result that is too large is
  // refused before its values are visited.
  meter.charge(weightOf(value) * COST.element);
  chargeValue(value, meter);
}

function isMade(value: Value): boolean {
  return value instanceof ListValue || isMap(value) ? value.json === undefined : true;
}

function chargeValue(value: Value | CelError, meter: Meter): void {
  if (value instanceof CelError) return;
  if (typeof value === "string" || value instanceof Uint8Array) {
    meter.charge(value.length * CHARACTER);
  } else if (value instanceof Optional) {
    if (value.value !== undefined) chargeValue(value.value, meter);
  } else if (value instanceof ListValue || isMap(value)) {
    if (value.json) return chargeJson(value.json as Json, meter);
    if (value instanceof ListValue) {
      for (const item of value.items(meter)) chargeValue(item, meter);
    } else {
      for (const [key, item] of value.entries(meter)) {
        chargeValue(key, meter);
        chargeValue(item, meter);
      }
    }
  }
}

function chargeJson(json: Json, meter: Meter): void {
  meter.charge(COST.element);
  if (typeof json === "string") return meter.charge(json.length * CHARACTER);
  if (typeof json !== "object" || json === null) return;
  if (Array.isArray(json)) { for (const item of json) chargeJson(item, meter); }
  else {
    for (const key in json) {
      meter.charge(ENTRY + key.length * CHARACTER);
      const item = json[key];
      if (item !== undefined) chargeJson(item, meter);
    }
  }
}
