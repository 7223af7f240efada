/** cel-go's library of optional values. */
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { isMap, ListValue, Optional, Uint, type Value } from "../value/values.ts";
import { constantTime, type FunctionDeclaration, member, plain } from "./declare.ts";

/** Reports whether a value is the zero value of its type. */
function isZero(value: Value, meter: Meter): boolean {
  if (value === null || value === false || value === "" || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  // As in upstream kro, a list or map with a schema is not a zero value, even if it is empty.
  if (value instanceof ListValue) return value.size === 0 && !value.isTyped;
  if (isMap(value)) return value.size(meter) === 0 && !value.isTyped;
  if (value instanceof Duration) return value.nanos === 0n;
  return value instanceof Timestamp && value.isZero;
}

function unwrapAll(list: ListValue, meter: Meter): ListValue {
  const values: Value[] = [];
  for (const item of list.values(meter)) {
    if (!(item instanceof Optional)) fail("argument", "unwrap(): an element is not an optional");
    if (item.value !== undefined) values.push(item.value);
  }
  return ListValue.of(values);
}

/** The declarations of the library of optionals, without its macros. */
export const OPTIONALS: readonly FunctionDeclaration[] = [
  constantTime(plain("optional.of", "A", "optional(A)", (value: Value) => Optional.of(value))),
  plain("optional.none", "", "optional(A)", () => Optional.none),
  plain(
    "optional.ofNonZeroValue",
    "A",
    "optional(A)",
    (value: Value, meter: Meter) => isZero(value, meter) ? Optional.none : Optional.of(value),
  ),
  constantTime(member("hasValue", "optional(A)", "bool", (o: Optional) => o.value !== undefined)),
  constantTime(
    member(
      "value",
      "optional(A)",
      "A",
      (o: Optional) =>
        o.value === undefined ? fail("other", "optional.none() dereference") : o.value,
    ),
  ),
  plain("optional.unwrap", "list(optional(A))", "list(A)", unwrapAll),
  member("unwrapOpt", "list(optional(A))", "list(A)", unwrapAll),
  constantTime(
    member(
      "first",
      "list(A)",
      "optional(A)",
      (list: ListValue, meter: Meter) =>
        list.size === 0 ? Optional.none : Optional.of(list.at(0, meter)),
    ),
  ),
  constantTime(
    member(
      "last",
      "list(A)",
      "optional(A)",
      (list: ListValue, meter: Meter) =>
        list.size === 0 ? Optional.none : Optional.of(list.at(list.size - 1, meter)),
    ),
  ),
  // These methods are declared only for the type checker. The evaluator has its own code for them, which
  // evaluates the argument only when the optional is absent.
  constantTime(
    member(
      "or",
      "optional(A), optional(A)",
      "optional(A)",
      (a: Optional, b: Optional) => a.value === undefined ? b : a,
    ),
  ),
  constantTime(
    member(
      "orValue",
      "optional(A), A",
      "A",
      (o: Optional, other: Value) => o.value === undefined ? other : o.value,
    ),
  ),
];
