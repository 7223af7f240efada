/** The problems that static analysis finds in expressions: their syntax, references and types. */
import type { Entry } from "./types.ts";

/** The problems of expressions and of the dependency graph that their references form. */
export const GRAPH: Entry[] = [
  {
    code: "EXPR-SYNTAX",
    texts: [
      "too many ${ without a closing brace",
      'expressions cannot be nested, except inside a "…" literal',
      "a CustomResourceDefinition may have expressions only in its metadata",
    ],
    cause: "An expression is not closed, contains another one, or stands where none may.",
    remedy: "Close each `${`; inside an expression write names without `${…}`.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "must be one standalone expression: ${…}",
      "… remove the blanks or line ends around it",
      "… write ${<expression>}",
    ],
    cause:
      "`readyWhen`, `includeWhen`, `forEach` and conditions take one expression without text around it.",
    remedy: "Remove the text around `${…}`, or put it into the expression as a string.",
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
    cause: "The expression uses a name that does not exist, or not in this field.",
    remedy: "Use `schema` or the `id` of another resource; the hint gives the nearest name.",
  },
  {
    code: "GRAPH",
    texts: [
      "dependencies form a cycle: <ids>",
      "… expressions in includeWhen and forEach are dependencies too",
    ],
    cause: "Resources refer to each other in a circle, so none can be created first.",
    remedy: "Remove one of the references; compute the shared value from `schema`.",
  },
  {
    code: "IDENTITY",
    texts: [
      'the variable "<name>" does not occur in <field>, so objects would collide',
      "… use ${<name>} in <field>",
    ],
    cause: "Two objects of a `forEach` would have one name.",
    remedy: "Use every variable in `metadata.name` or `metadata.namespace`.",
  },
  {
    code: "IDENTITY",
    texts: ["dimensions are independent: a list cannot use another variable"],
    cause: "A list of `forEach` refers to a variable of the same `forEach`.",
    remedy:
      "Compute one list of pairs, for example with `.map(..)` and `.flatten()`, and iterate over that.",
  },
  {
    code: "GATE",
    texts: [
      "omit() needs the feature gate CELOmitFunction",
      "omit() may not remove what identifies the object",
    ],
    cause: "`omit()` is off, or stands in a name or namespace.",
    remedy: "Set `--feature-gates=CELOmitFunction=true`, and use it in other fields alone.",
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
    cause: "`omit()` removes a field of a template, and this expression does not yield one.",
    remedy: "Use a conditional with another value.",
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
    cause: "The expression's type does not fit the field.",
    remedy:
      "Convert the value, for example with `string(..)` or `int(..)`, or build it with the fields that the schema has.",
  },
  {
    code: "STATUS",
    texts: [
      "must be an expression: ${…}; a status has no constant values",
      '"state" is a string that kro writes, but the expression yields <type>',
      "… choose another name",
    ],
    cause: "A field of `schema.status` is constant, or has the name of kro's own field `state`.",
    remedy: "Write an expression that refers to a resource; rename `state`.",
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
    cause: "An entry of `status.conditions` does not yield one valid condition of its own type.",
    remedy:
      "Write `${runtime.newCondition({type: …, status: …})}` with a type that no other entry has.",
  },
  {
    code: "COST",
    texts: [
      "with as much data as its schemas allow it may cost <cost>, but the budget of an evaluation is <budget>",
      "… bound the lists and strings that it walks by maxItems and maxLength, or nest fewer loops",
    ],
    cause:
      "A warning: the expression is valid, and could exceed the cost budget with the largest data.",
    remedy: "Set `maxItems` and `maxLength` in the schema, or raise `--cel-expression-budget`.",
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
    cause: "The expression is not complete, or has a token that does not belong there.",
    remedy:
      "Look at the offset: an operator, an operand or a closing bracket is missing before it.",
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
    cause: "A literal is not valid.",
    remedy:
      'Close the quote; write a backslash as `\\\\` or use a raw string `r"…"`; keep ints within 64 bits.',
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "back-ticks can quote only the name of a selected field",
      "- and ! cannot be combined directly: use parentheses",
      "a conditional between ? and : needs parentheses",
    ],
    cause: "CEL's grammar does not allow this form.",
    remedy: "Add parentheses; select special names as in ``a.`b-c` ``.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: ["expression nests deeper than <n> levels", "expression is longer than <n> characters"],
    cause: "The expression exceeds a limit of the parser.",
    remedy: "Split it over several resources or fields.",
  },
  {
    code: "EXPR-SYNTAX, STATUS, COND",
    texts: [
      "has() takes a field selection such as has(a.b)",
      "<macro>() cannot use the reserved variable name __result__",
      "<macro>() needs two different variable names",
      "<macro>() needs the name of a variable here",
    ],
    cause: "A macro has an argument of another form.",
    remedy: "Write it as in `list.map(x, x.name)` or `has(a.b)`.",
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
    cause: "The argument of `runtime.newCondition()` is not a literal with its keys.",
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
    cause: "No function or operator of that name takes these types.",
    remedy: "Follow the hint: convert one value, or give an optional a default.",
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
    cause: "A value is used in a way that its type does not allow.",
    remedy:
      "Use the type that the message expects; index lists by int and maps by their key's type.",
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
    cause: "A macro is called on a value, or returns a value, of another type.",
    remedy: "Convert the value; for optionals write `.orValue([])` before `.map(..)`.",
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
      "the regular expression is not valid RE2 syntax",
    ],
    cause:
      "A format or a regular expression is not valid, or does not fit its arguments; found at run time when it is not constant.",
    remedy: "Correct the pattern; RE2 has no look-ahead and no back-references.",
  },
  {
    code: "TYPE, STATUS, COND",
    texts: [
      "expected <type> in a string template, found <type>",
      '… use .orValue("..") to give an absent value a default',
    ],
    cause: "`text ${…} text` takes strings alone.",
    remedy: "Convert with `string(..)`, or give an absent value a default.",
  },
];
