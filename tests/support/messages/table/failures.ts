/** The failures of expressions while kro reconciles an instance. */
import type { Section } from "./types.ts";

/** The section about failed expressions in `docs/messages.md`. */
export const FAILURES: Section = {
  title: "Failures of expressions",
  intro:
    "An expression that compiles may fail with the data of an instance. The instance's conditions contain the message after the node and the " +
    "expression. The code is the kind of the failure: with `pending`, the node waits; with other codes, the node fails.",
  entries: [
    {
      code: "pending",
      texts: ["no such key", "no such key: <key>", "no such attribute: <name>", "… left out"],
      cause:
        "A field or key does not exist, or `includeWhen` excludes the node that the message names.",
      remedy:
        "Wait until the object has the field. For an optional field, write `a.?b.orValue(..)` or `has(a.b)`.",
    },
    {
      code: "overload",
      texts: ["no such overload", "no such overload: <operation>", "omit() cannot be compared"],
      cause:
        "A function or an operator does not accept the types that its arguments have at run time.",
      remedy: "Convert the arguments, for example with `int(..)` or `string(..)`.",
    },
    {
      code: "division",
      texts: ["division by zero", "modulus by zero"],
      cause: "The right operand of a division or modulus is 0.",
      remedy: "Check the operand first: `b == 0 ? 0 : a / b`.",
    },
    {
      code: "overflow",
      texts: [
        "integer overflow",
        "unsigned integer overflow",
        "duration overflow",
        "timestamp overflow",
        "uint is out of the range of int",
      ],
      cause: "A result exceeds the range of its type.",
      remedy:
        "Limit the input fields with the markers `minimum` and `maximum`, or calculate with `double(..)`.",
    },
    {
      code: "conversion",
      texts: [
        "invalid data: the schema requires <expected>, found <found>",
        "type conversion error from '<from>' to '<to>'",
        "invalid UTF-8 in bytes, cannot convert to string",
        "… schema has an unknown type",
      ],
      cause:
        "A string does not have the format of the target type, or a value of an object does not have the type that the schema declares.",
      remedy: "Check the value with `kubectl get -o yaml`. Correct the value, or the schema.",
    },
    {
      code: "conversion",
      texts: [
        "NaN and infinity cannot be written as JSON",
        "bytes cannot be written here; convert them with string() or base64.encode()",
        "a value of type <type> cannot be written as JSON",
        "keys of a map must be strings to be written as JSON",
        "a key of this type cannot be converted to a string",
        "a value of this type cannot be a map key",
      ],
      cause: "The result of the expression cannot be represented in JSON.",
      remedy:
        "Convert the result with `base64.encode(..)` or `string(..)`, or use a map with string keys.",
    },
    {
      code: "pending, argument, overload",
      texts: [
        "index out of bounds<index>",
        "index is out of range of a list of <n>",
        "index out of range",
        "invalid substring range",
        "unsupported index type",
        "unsupported index type in a list",
        "a list with a schema takes only an int as index",
        "a list has no fields",
        "slice(): the range is out of bounds",
        "<function>(): the list is empty",
      ],
      cause: "A list or string is shorter than the index, or the index has another type.",
      remedy: "Check the length first with `size(list) > n`, or write `list[?n].orValue(..)`.",
    },
    {
      code: "argument, other",
      texts: [
        "optional.none() dereference",
        "unwrap(): an element is not an optional",
        "the value after ? must be an optional",
      ],
      cause: "An optional has no value, or a value is not an optional.",
      remedy: "Use `.orValue(..)` instead of `.value()`.",
    },
    {
      code: "conversion, overload",
      texts: [
        "json.unmarshal(): the text is not valid JSON",
        "json.unmarshal(): a number is out of range",
        "base64.decode(): the text is not valid base64",
        "ip(): the text is not a valid IP address",
        "containsIP(): the text is not a valid IP address",
        "cidr(): the text is not a valid CIDR block",
        "quantity(): the text is not a valid quantity",
        "asInteger(): the quantity is not an integer",
        "semver(): the text is not a valid semantic version",
        "url(): the text is not a valid absolute URL",
      ],
      cause: "The argument is a string that the function cannot parse.",
      remedy:
        "Check the string first, for example with `isIP(..)`, `isURL(..)` or `isQuantity(..)`, or validate the field with the marker `pattern`.",
    },
    {
      code: "conversion, other",
      texts: [
        "json.encode() cannot encode omit()",
        "json.encode() cannot encode an object with a schema; use json.marshal()",
        "json.encode() cannot encode an absent optional",
      ],
      cause: "`json.encode()` accepts only values of built-in types.",
      remedy: "Use `json.marshal(..)`, or unwrap the optional with `.orValue(..)`.",
    },
    {
      code: "argument, cost",
      texts: [
        "flatten(): the depth must not be negative",
        "lists.range(): the size must not be negative",
        "lists.range(): the size exceeds <n>",
        "the regular expression has more than <n> instructions",
        "random.seededString(): the length must be positive",
        "random.seededString(): the length exceeds <n>",
        "random.seededInt(): the maximum must be greater than the minimum",
        "format(): unknown clause in the format",
        "format(): fewer arguments than clauses",
        "… a key has no value",
        "unknown time zone",
      ],
      cause: "An argument is outside the range that the function accepts.",
      remedy: "Limit the field in `spec.schema` with the marker `minimum`, `maximum` or `enum`.",
    },
    {
      code: "argument",
      texts: [
        "list elements must have the same type to be sorted",
        "list elements must be comparable to be sorted",
        "join(): the list must hold strings",
        "a macro inserts the same key twice",
      ],
      cause:
        "The elements of a list have different types, or two elements have the same key in the resulting map.",
      remedy: "Convert the elements with `.map(x, string(x))`, or make the keys unique.",
    },
    {
      code: "argument, pending",
      texts: [
        "a condition has no such field",
        "fields of a condition are named by strings",
        "runtime.newCondition(): <key> must be a string",
        "runtime.newCondition(): type must not be empty",
        "runtime.newCondition(): status must be one of <values>",
        "runtime.condition() takes an object",
        "runtime.condition(): status must be an object",
        "runtime.condition(): status.conditions must be a list",
        "runtime.condition(): conditions must be objects",
      ],
      cause: "An expression of `status.conditions` creates or reads an invalid condition.",
      remedy:
        "Pass strings to `runtime.newCondition()`. Pass an object with a list `status.conditions` to `runtime.condition()`.",
    },
    {
      code: "cost",
      texts: [
        "expression costs too much to evaluate",
        "the expressions of this pass together cost too much to evaluate",
        "value is nested too deeply",
      ],
      cause:
        "The expression exceeds the cost limit of one evaluation or of one pass. Only the node of the expression fails.",
      remedy:
        "Reduce the data that the expression iterates over, or raise `--cel-expression-budget` or `--cel-pass-budget`.",
    },
  ],
};
