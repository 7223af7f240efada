/**
 * The functions `runtime.newCondition` and `runtime.condition`. Authors of RGDs (ResourceGraphDefinitions)
 * use the functions to declare status conditions.
 */
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, type MapValue, Opaque, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member } from "./declare.ts";

const STATUSES = ["True", "False", "Unknown"];

/** A status condition that an expression creates or reads. */
export class ConditionValue extends Opaque {
  /** The name of the CEL type. The type checker uses the same name for the type (see `CONDITION`). */
  readonly typeName = "kro.run.Condition";

  /**
   * Creates a condition. The fields are not checked, because conditions that are read from a status may be
   * incomplete.
   */
  constructor(
    readonly type: string,
    readonly status: string,
    readonly reason: string,
    readonly message: string,
  ) {
    super();
  }

  /** The number of characters of the condition's type, status, reason and message together. */
  override get characters(): number {
    return this.type.length + this.status.length + this.reason.length + this.message.length;
  }

  /** Reports whether the given value is a condition with the same type, status, reason and message. */
  override equals(other: Opaque): boolean {
    return other instanceof ConditionValue && this.type === other.type &&
      this.status === other.status && this.reason === other.reason &&
      this.message === other.message;
  }

  /** Returns one of the condition's four fields. Reading another field fails, even in `has()`. */
  override field(key: Value): Value {
    switch (key) {
      case "type":
      case "status":
      case "reason":
      case "message":
        return this[key];
      default:
        return typeof key === "string"
          ? fail("pending", "a condition has no such field")
          : fail("argument", "fields of a condition are named by strings");
    }
  }
}

/**
 * The value of the variable `runtime`. Its only purpose is that `runtime.newCondition` and
 * `runtime.condition` can be called on it.
 */
class RuntimeValue extends Opaque {
  readonly typeName = "kro.run.Runtime";
  override readonly likeOthers = false;

  override equals(): boolean {
    return true;
  }
}

/** The value of the identifier `runtime` in expressions. */
export const RUNTIME_VALUE: Opaque = new RuntimeValue();

function newCondition(_: Value, fields: MapValue, meter: Meter): Value {
  const text = (key: string): string => {
    const value = fields.find(key, meter) ?? "";
    return typeof value === "string"
      ? value
      : fail("argument", `runtime.newCondition(): ${key} must be a string`);
  };
  const [type, status] = [text("type"), text("status")];
  if (type === "") fail("argument", "runtime.newCondition(): type must not be empty");
  if (!STATUSES.includes(status)) {
    fail("argument", `runtime.newCondition(): status must be one of ${STATUSES.join(", ")}`);
  }
  return new ConditionValue(type, status, text("reason"), text("message"));
}

/**
 * Implements `runtime.condition`: returns the first condition of the given type. Returns a condition with
 * empty fields when the object has no condition of this type. Throws a CelError when the argument is not an
 * object.
 */
function condition(_: Value, object: Value, type: string, meter: Meter): Value {
  if (!isMap(object)) return fail("argument", "runtime.condition() takes an object");
  for (const found of conditionsOf(object, meter)) if (found.type === type) return found;
  return new ConditionValue("", "", "", "");
}

function* conditionsOf(object: MapValue, meter: Meter): Generator<ConditionValue> {
  const status = object.find("status", meter);
  if (status === undefined) return;
  if (!isMap(status)) return fail("argument", "runtime.condition(): status must be an object");
  const conditions = status.find("conditions", meter);
  if (conditions === undefined) return;
  if (!(conditions instanceof ListValue)) {
    return fail("argument", "runtime.condition(): status.conditions must be a list");
  }
  for (const element of conditions.values(meter)) {
    if (element instanceof ConditionValue) yield element;
    else if (isMap(element)) yield fromMap(element, meter);
    else fail("argument", "runtime.condition(): conditions must be objects");
  }
}

function fromMap(map: MapValue, meter: Meter): ConditionValue {
  const text = (key: string): string => {
    const value = map.find(key, meter);
    return typeof value === "string" ? value : "";
  };
  return new ConditionValue(text("type"), text("status"), text("reason"), text("message"));
}

/** The declarations of the functions of `runtime`. */
export const CONDITIONS: readonly FunctionDeclaration[] = [
  member("newCondition", "kro.run.Runtime, map(string, string)", "kro.run.Condition", newCondition),
  member("condition", "kro.run.Runtime, dyn, string", "kro.run.Condition", condition),
];
