/** The problems that static analysis finds in expressions: their syntax, references and types. */
import type { Entry } from "./types.ts";

/** The problems of expressions and of the dependency graph that their references form. */
export const GRAPH: Entry[] = [
  {
    code: "EXPR-SYNTAX",
    texts: [
      'expressions cannot be nested, except inside a "…" literal',
      "a CustomResourceDefinition may have expressions only in its metadata",
    ],
    cause:
      "An expression has no closing brace, contains another expression, or is in a field that cannot contain an expression.",
    remedy: "Close each `${` with `}`. Inside an expression, write names without `${…}`.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "must be one standalone expression: ${…}",
      "… remove the blanks or line ends around it",
      "… write ${<expression>}",
      "… close the expression with }",
    ],
    cause:
      "Each entry of `readyWhen`, `includeWhen`, `forEach` and `status.conditions` must be a single expression without other text.",
    remedy:
      "Remove the text before and after `${…}`, or move the text into the expression as a string.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, SCHEMA",
    texts: [
      "keys are not evaluated",
      "… write the field's name without ${…}",
      '… make the whole map one expression, such as ${{"a-" + schema.metadata.name: "b"}}',
    ],
    cause: "A key of a map has `${`, which would stay as literal text.",
    remedy: "Write the map as one expression; keys of a CEL map are expressions.",
  },
  {
    code: "REF, GRAPH, TYPE, STATUS, COND",
    texts: [
      'unknown identifier "<name>"',
      '"<name>" cannot refer to itself',
      '"each" exists only in readyWhen of a collection',
      '"runtime" exists only in status conditions',
      '"runtime" is available only in status conditions',
      'readyWhen sees only "<id>"',
      '"<variable>" exists only in the template',
      "must refer to a resource or to schema",
    ],
    cause: "The expression uses a name that does not exist or is not available in this field.",
    remedy:
      "Use `schema` or the `id` of another resource. The message suggests the most similar name.",
  },
  {
    code: "GRAPH",
    texts: [
      "dependencies form a cycle: <ids>",
      "… expressions in includeWhen and forEach are dependencies too",
    ],
    cause:
      "The expressions of some resources refer to each other in a cycle, so that kro cannot create any of them first.",
    remedy: "Remove one of the references, for example by computing the value from `schema`.",
  },
  {
    code: "IDENTITY",
    texts: [
      'the variable "<name>" does not occur in <field>, so objects would collide',
      "… use ${<name>} in <field>",
    ],
    cause: "Two objects of a `forEach` would have the same name and namespace.",
    remedy: "Use every variable of the `forEach` in `metadata.name` or `metadata.namespace`.",
  },
  {
    code: "IDENTITY",
    texts: ["dimensions are independent: a list cannot use another variable"],
    cause: "A list of `forEach` refers to a variable of the same `forEach`.",
    remedy:
      "Compute a single list, for example with `.map(..)` and `.flatten()`, and iterate over that list.",
  },
  {
    code: "GATE",
    texts: [
      "omit() needs the feature gate CELOmitFunction",
      "omit() may not remove what identifies the object",
    ],
    cause:
      "The feature gate of `omit()` is disabled, or `omit()` is used in `metadata.name` or `metadata.namespace`.",
    remedy: "Set `--feature-gates=CELOmitFunction=true`, and use `omit()` only in other fields.",
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      "omit() cannot be used in forEach",
      "omit() cannot be used in readyWhen",
      "omit() cannot be used in conditions",
      "omit() cannot be used in the status",
      "omit() is not allowed here",
    ],
    cause:
      "`omit()` removes a field of a template, but this expression is not the value of a field of a template.",
    remedy: "Return another value instead of `omit()`.",
  },
  {
    code: "TYPE",
    texts: [
      "yields <found>, but the field takes <expected><why>",
      "… convert with <type>(..)",
      "must yield a list, but yields <type><why>",
      "…; unwrap it with orValue([])",
      "must yield bool, but yields <type><why>",
      "…; compare it, as in `x == true`",
      "expected <expected>, found <found>",
      "… the keys must be strings",
      '… the field "<name>"',
      '… the field "<name>" is not known there',
      "… its elements",
    ],
    cause: "The type of the expression's result is not the type of the field.",
    remedy:
      "Convert the value, for example with `string(..)` or `int(..)`, or build it with the fields that the schema has.",
  },
  {
    code: "TYPE",
    texts: [
      "yields <type>, which cannot be written to a field",
      "… write the string that it is made from, or a number such as .asInteger()",
      "… write the string that it is made from, or a part such as .getHost()",
      "… write the string that it is made from, or a part such as .major()",
      "yields bytes, but the field has no format: byte",
      "yields <type>, but an iterator cannot be bytes; convert them with string(..)",
      "… convert with string(..), or encode with base64.encode(..)",
      "… convert the values with .transformMap(key, value, <type>(value))",
      "… convert the elements with .map(value, string(value))",
      "… bytes are written as base64: remove base64.encode(..)",
      "… convert with bytes(..); in a Secret, stringData takes strings",
    ],
    cause:
      "Values of a Secret are bytes. kro writes bytes as base64 to fields with `format: byte` alone, and such fields take nothing else.",
    remedy: "Convert as the hint says.",
  },
  {
    code: "STATUS",
    texts: [
      "must be an expression: ${…}; a status has no constant values",
      '"state" is a string that kro writes, but the expression yields <type>',
      "… choose another name",
    ],
    cause:
      "A field of `schema.status` has a constant value, or another type is given for the field `state`, which kro writes.",
    remedy: "Write an expression that refers to a resource, or rename the field `state`.",
  },
  {
    code: "COND",
    texts: [
      'status must be one of <values>, not "<value>"',
      "type must not be empty",
      'type "<type>" is also declared by <path>',
      "must yield runtime.newCondition(…) or a list of them, but yields <type>",
      '"<type>" is declared by this RGD, and such conditions cannot refer to each other',
      '"<type>" is not a condition that kro sets: <types>',
    ],
    cause:
      "The result of an entry of `status.conditions` is not a valid condition, or another entry has the same type.",
    remedy:
      "Write `${runtime.newCondition({type: …, status: …})}` with a different `type` in each entry.",
  },
  {
    code: "COST",
    texts: [
      "with as much data as its schemas allow it may cost <cost>, but the budget of an evaluation is <budget>",
      "… bound the lists and strings that it walks by maxItems and maxLength, or nest fewer loops",
    ],
    cause:
      "This is a warning: the expression is valid, but could exceed the cost limit with the largest data that the schemas allow.",
    remedy:
      "Limit the fields that the expression reads with `maxItems` and `maxLength`, or raise `--cel-expression-budget`.",
  },
  {
    code: "OPTIONAL",
    texts: [
      "<field> may be absent",
      "… give it a default, required=true, or read it as <object>.?<field>",
    ],
    cause:
      "A warning: the expression reads an optional field without a default, and an instance without that field never gets the object.",
    remedy: "Do one of the three that the hint names, or test the field with `has(..)`.",
  },
  {
    code: "UNKNOWN",
    texts: ['unknown field "<field>", which the API server drops'],
    cause: "A warning: the RGD has a field that does not exist, such as a misspelled one.",
    remedy: "Correct the name of the field, or remove the field.",
  },
  {
    code: "YAML",
    texts: [
      "the scalar <scalar> is <reading>",
      "… the boolean true in YAML 1.1, as kubectl and kro read it, a string in YAML 1.2",
      "… the boolean false in YAML 1.1, as kubectl and kro read it, a string in YAML 1.2",
      "… a number to base 60 in YAML 1.1, a string for kubectl and kro",
      "… a string in YAML 1.1, an octal number in YAML 1.2, for kubectl and kro",
      "… a binary number in YAML 1.1, for kubectl and kro, a string in YAML 1.2",
      "… a number in YAML 1.1, for kubectl and kro, a string in YAML 1.2",
      "… quote it, or write the value that is meant",
    ],
    cause: "A warning: readers of YAML 1.1 and 1.2 read a scalar without quotes differently.",
    remedy: "Quote the scalar if a string is meant; otherwise write `true`, `false` or the number.",
  },
];

/** The syntax errors and type errors of CEL expressions. */
export const CEL: Entry[] = [
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "expected an expression, found <token>",
      'expected an expression, found "<token>"',
      "expected an operator, found a literal",
      "expected the name of a macro variable",
      "unexpected <token>",
      "… end of input",
    ],
    cause: "The expression is incomplete, or contains an unexpected token.",
    remedy:
      "Look at the offset in the message: often an operator, an operand or a closing bracket is missing before this offset.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "string literal is not closed",
      "unknown escape sequence",
      "unknown escape in bytes",
      "number is malformed or out of range",
      "int literal is out of range",
      "double literal is out of range",
    ],
    cause: "A string, bytes or number literal of the expression is invalid.",
    remedy:
      'Close the quotation mark, write a backslash as `\\\\` or use a raw string `r"…"`, and use ints of at most 64 bits.',
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "back-ticks can quote only the name of a selected field",
      "- and ! cannot be combined directly: use parentheses",
      "a conditional between ? and : needs parentheses",
    ],
    cause: "CEL's grammar does not allow this form of an expression.",
    remedy: "Add parentheses. Use backticks only to select a field, as in ``a.`b-c` ``.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "expression nests deeper than <n> levels",
      "expression is longer than <n> characters",
      "the expressions of the string are longer than <n> characters",
    ],
    cause: "The expression, or all expressions of a string together, exceed a limit of the parser.",
    remedy: "Split the expression into several fields or resources.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "has() takes a field selection such as has(a.b)",
      "<macro>() cannot use the reserved variable name __result__",
      "<macro>() needs two different variable names",
      "<macro>() needs the name of a variable here",
    ],
    cause: "An argument of a macro has the wrong form.",
    remedy: "Write the macro as in `list.map(x, x.name)` or `has(a.b)`.",
  },
  {
    code: "EXPR-SYNTAX, COND",
    texts: [
      "runtime.newCondition() takes a map literal",
      "keys of runtime.newCondition() must be identifiers, not quoted or computed",
      'runtime.newCondition() has no key "<key>", only <keys>',
      'runtime.newCondition() has the key "<key>" twice',
      'runtime.newCondition() needs the key "<key>"',
    ],
    cause: "The argument of `runtime.newCondition()` is not a map literal with the supported keys.",
    remedy:
      'Write `runtime.newCondition({type: "Healthy", status: "True", reason: "…", message: "…"})`.',
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      'unknown function "<name>"',
      'unknown method "<name>"',
      "<name> does not take <types>; <wanted>",
      "… it takes <types><more>",
      "… both sides must have one type",
      "… both branches must have one type",
      "… use .orValue(..) to give an absent value a default",
      "… convert one, or wrap both in dyn(..)",
      "… convert with double(..) or int(..)",
      "… convert with string(..)",
    ],
    cause: "The function or operator does not exist, or does not accept arguments of these types.",
    remedy:
      "Follow the hint in the message: convert a value, or give an optional a default with `.orValue(..)`.",
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      "cannot index with a <type>",
      'cannot select "<field>": <type> has no fields',
      'the variable "<name>" cannot hold a type',
      "… wrap the type in dyn(..)",
      'expected optional_type(<type>) after "?", found <type>',
      "expected bool for <operator>, found <type>",
      "… the condition of <macro>()",
    ],
    cause: "The type of a value does not support the operation.",
    remedy:
      "Use a value of the type that the message names. The index of a list is an int, and the index of a map has the type of its keys.",
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      "<macro>() iterates over a list, map or dyn, found <type>",
      "transformMapEntry() needs a map as last argument, found <type>",
      "sortBy() cannot order by <type>",
      "sortBy() sorts a list, found <type>",
      "<macro>() must be called on an optional, found <type>",
      "optFlatMap() needs an optional as last argument, found <type>",
    ],
    cause:
      "A macro is called on a value of the wrong type, or its expression returns a value of the wrong type.",
    remedy: "Convert the value. For an optional list, write `.orValue([])` before `.map(..)`.",
  },
  {
    code: "TYPE, STATUS, COND, argument",
    texts: [
      "unknown clause in the format: format() takes %s %d %f %e %b %o %x %X, %.2f and %.2e",
      "the format takes <counts>",
      "… <n> arguments, found <m>",
      "%<verb> cannot format <type>",
      "%s cannot format <type>",
      "<function>() needs a regular expression with RE2 syntax",
      "<function>() needs a regular expression that is not too large to compile",
      "the regular expression is not valid RE2 syntax",
    ],
    cause:
      "A format string or regular expression is invalid, or does not match the arguments. If the string is not a constant, the error occurs at run time.",
    remedy:
      "Correct the format or the regular expression. RE2 does not support look-ahead and back-references.",
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      "expected <type> in a string template, found <type>",
      '… use .orValue("..") to give an absent value a default',
    ],
    cause:
      "In a field with text before or after `${…}`, the result of the expression must be a string.",
    remedy:
      "Convert the result with `string(..)`, or give an optional a default with `.orValue(..)`.",
  },
];
