/** The failures of expressions while kro reconciles an instance. */
import type { Section } from "./types.ts";

/** The section about failed expressions in `docs/messages.md`. */
export const FAILURES: Section = {
  title: "Failures of expressions",
  intro:
    "An expression that compiles may fail on an instance's data. The text stands in the instance's conditions after the node and the " +
    "expression. The code is the kind of failure; `pending` waits, and the others fail the node.",
  entries: [
    {
      code: "pending",
      texts: ["no such key", "no such key: <key>", "no such attribute: <name>", "… left out"],
      cause:
        "A field or key does not exist, or the node that is named was left out by `includeWhen`.",
      remedy:
        "Wait until the object has the field; for an optional field write `a.?b.orValue(..)` or `has(a.b)`.",
    },
    {
      code: "overload",
      texts: ["no such overload", "no such overload: <operation>", "omit() cannot be compared"],
      cause: "Values of type dyn do not fit the function or operator.",
      remedy: "Convert them first, for example with `int(..)` or `string(..)`.",
    },
    {
      code: "division",
      texts: ["division by zero", "modulus by zero"],
      cause: "The right side is 0.",
      remedy: "Guard it: `b == 0 ? 0 : a / b`.",
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
      remedy: "Bound the input with `minimum` and `maximum`, or compute with `double(..)`.",
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
        "A text is not of the form that the type needs, or an object does not have the type that its schema declares.",
      remedy: "Check the value with `kubectl get -o yaml`; correct it, or the schema.",
    },
    {
      code: "conversion",
      texts: [
        "NaN and infinity cannot be written as JSON",
        "bytes cannot be written as JSON; encode them, for example with base64.encode()",
        "a value of type <type> cannot be written as JSON",
        "keys of a map must be strings to be written as JSON",
        "a key of this type cannot be converted to a string",
        "a value of this type cannot be a map key",
      ],
      cause: "The result is not a value that a field of an object can hold.",
      remedy: "Convert it: `base64.encode(..)`, `string(..)`, or a map with string keys.",
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
      remedy: "Guard it with `size(list) > n`, or write `list[?n].orValue(..)`.",
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
      cause: "The text has another form than the function parses.",
      remedy:
        "Check it first, for example with `isIP(..)`, `isURL(..)` or `isQuantity(..)`, or validate the field with `pattern`.",
    },
    {
      code: "conversion, other",
      texts: [
        "json.encode() cannot encode omit()",
        "json.encode() cannot encode an object with a schema; use json.marshal()",
        "json.encode() cannot encode an absent optional",
      ],
      cause: "`json.encode()` takes plain values alone.",
      remedy: "Use `json.marshal(..)`, or give the optional a default.",
    },
    {
      code: "argument, cost",
      texts: [
        "flatten(): the depth must not be negative",
        "lists.range(): the size must not be negative",
        "lists.range(): the size exceeds <n>",
        "random.seededString(): the length must be positive",
        "random.seededString(): the length exceeds <n>",
        "random.seededInt(): the maximum must be greater than the minimum",
        "format(): unknown clause in the format",
        "format(): fewer arguments than clauses",
        "… a key has no value",
        "unknown time zone",
      ],
      cause: "An argument is out of the function's range.",
      remedy: "Bound the field in `spec.schema`, with `minimum`, `maximum` or `enum`.",
    },
    {
      code: "argument",
      texts: [
        "list elements must have the same type to be sorted",
        "list elements must be comparable to be sorted",
        "join(): the list must hold strings",
        "a macro inserts the same key twice",
      ],
      cause: "The elements of a list do not have one type, or two yield the same key of a map.",
      remedy: "Convert the elements with `.map(x, string(x))`; make the keys unique.",
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
      cause: "An expression of `status.conditions` yields or reads a condition of another form.",
      remedy: "Pass strings, and an object whose `status.conditions` is a list.",
    },
    {
      code: "cost",
      texts: [
        "expression costs too much to evaluate",
        "the expressions of this pass together cost too much to evaluate",
        "value is nested too deeply",
      ],
      cause:
        "The cost budget of one evaluation or of one pass is used up. Exceeding it fails that node only.",
      remedy: "Loop over less data, or raise `--cel-expression-budget` or `--cel-pass-budget`.",
    },
  ],
};
