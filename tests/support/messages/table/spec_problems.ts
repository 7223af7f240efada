/**
 * The problems that static analysis finds in an RGD's spec: its structure, its kinds and its
 * schema.
 */
import type { Entry } from "./types.ts";

/** The problems in the structure of an RGD's spec. */
export const STRUCTURE: Entry[] = [
  {
    code: "SCHEMA, SHAPE, STATUS, LITERAL",
    texts: [
      "<field> is missing",
      "… is missing",
      "… is missing; it must be <expected>",
      "must be a string, not <type>",
      "must be an object, not <type>",
      "must be a list, not <type>",
      "must be <expected>, not <type>",
    ],
    cause: "A field of the RGD is missing or has another type.",
    remedy:
      "Write the field as the path before the message names it, with the type that the message gives.",
  },
  {
    code: "SHAPE",
    texts: ["spec is nested deeper than <n> levels"],
    cause: "The spec nests too deeply.",
    remedy: "Flatten it.",
  },
  {
    code: "SCHEMA",
    texts: ["scope must be Namespaced or Cluster"],
    cause: "`spec.schema.scope` has another value.",
    remedy: "Use one of the two, or omit the field for Namespaced.",
  },
  {
    code: "NAMING",
    texts: [
      'kind "<kind>" has no plural that is valid in a CRD\'s name; choose another kind',
      'the RGD "<name>" already defines this kind',
    ],
    cause: "The kind cannot become a CRD, or another RGD of the same files has it.",
    remedy: "Change `spec.schema.kind`.",
  },
  {
    code: "NAMING",
    texts: [
      'kind "<kind>" is not UpperCamelCase (letters and digits, starting with a capital)',
      '"<name>" is a reserved word',
      '"<name>" is not lower camelCase (letters and digits, starting with a small letter)',
      "a resource needs an id",
      'id "<id>" is used twice',
      '"<variable>" is the id of a resource',
      '"<variable>" is used twice',
      "… quote it: YAML reads y, n, yes, no, on and off as true and false",
    ],
    cause:
      "A kind, an `id` or a variable of `forEach` is missing, not valid, reserved, or used before.",
    remedy: "Rename it; the kind in UpperCamelCase, ids and variables in lowerCamelCase.",
  },
  {
    code: "COMBINATION",
    texts: [
      "exactly one of template and externalRef must be given",
      "an externalRef cannot have forEach",
      "exactly one of name and selector must be given",
    ],
    cause: "Fields of one resource exclude each other, or one of them is missing.",
    remedy: "Keep one; for several existing objects use `externalRef.metadata.selector`.",
  },
  {
    code: "NAMING, SHAPE",
    texts: [
      "at most <limit> dimensions are allowed, not <n>",
      "a dimension is one variable and its list: `name: ${list}`",
    ],
    cause: "`forEach` has too many entries, or one with several keys.",
    remedy:
      "Write one `- name: ${list}` for each dimension; raise `--rgd-max-collection-dimension-size`.",
  },
  {
    code: "SHAPE, STATUS",
    texts: [
      "must be a list of expressions",
      "must be a list of expressions, not <type>",
      "must be an expression, not <type>",
    ],
    cause: "`readyWhen`, `includeWhen` or `status.conditions` is not a list of expressions.",
    remedy: "Write a list of `${…}`.",
  },
  {
    code: "SHAPE, LITERAL",
    texts: [
      "must be a LabelSelector, or one standalone expression that yields one",
      "<rule>, not <type>",
      "operator <operator> needs values",
      "operator <operator> takes no values",
      "must be one of In, NotIn, Exists, DoesNotExist",
      '"<key>" is not a label key',
      '"<value>" is not a label value',
    ],
    cause: "`externalRef.metadata.selector` is not a valid LabelSelector.",
    remedy: "Write `matchLabels` or `matchExpressions` as in a Deployment's selector.",
  },
  {
    code: "KIND",
    texts: [
      "must be plain text: an expression cannot choose the kind",
      '… apiVersion "<apiVersion>", kind "<kind>"',
      "<kind> is not a valid kind",
      "<kind> is not served",
      '… did you mean apiVersion "<apiVersion>"?',
      "… apply its CustomResourceDefinition, or correct apiVersion and kind",
    ],
    cause: "The template's kind is not served by the cluster, or is not constant.",
    remedy: "Install the CRD first, or correct `apiVersion` and `kind`.",
  },
  {
    code: "KIND",
    texts: [
      "<kind> of <apiVersion> is not known without a cluster",
      "… did you mean",
      "… supply its CustomResourceDefinition with --crd FILE, or check against a cluster",
      "… <hint> Else <how>",
    ],
    cause:
      "`kro validate` without a cluster knows Kubernetes' own kinds and those of the files alone.",
    remedy: "Pass the CRD with `--crd FILE`.",
  },
  {
    code: "KIND",
    texts: [
      "<rgd> defines <kind>, but has problems itself",
      "<rgd> defines <kind>, but needs the kind of this one: <names>",
      "… neither can come first",
      '… the RGD "<name>"',
    ],
    cause:
      "The kind comes from another RGD of the files, which is not valid or depends on this one.",
    remedy: "Correct that RGD, or break the cycle between the two.",
  },
  {
    code: "SCOPE",
    texts: [
      "<kind> is cluster-scoped and has no namespace",
      "… remove the field",
      "<kind> is namespaced and the instance is not: a namespace must be given",
    ],
    cause: "The template's namespace does not fit the scopes of its kind and of the instance.",
    remedy: "Remove or set `metadata.namespace`.",
  },
  {
    code: "OWNED",
    texts: ["keys under <prefix> belong to kro"],
    cause: "The template sets a label or annotation with kro's prefix.",
    remedy: "Use another prefix.",
  },
  {
    code: "LITERAL, TYPE",
    texts: ['unknown field "<name>"', '… unknown field "<name>" of <type>'],
    cause: "The kind's schema has no such field.",
    remedy: "Correct the spelling; the hint gives the nearest name.",
  },
  {
    code: "LITERAL",
    texts: ["the schema declares no type for this field"],
    cause:
      "The CRD of the template's kind has a field without a type, so kro cannot check the value.",
    remedy: "Declare its type in that CRD, or `x-kubernetes-preserve-unknown-fields: true`.",
  },
  {
    code: "TYPE",
    texts: ["an expression cannot be the value of an empty key"],
    cause: 'The template has the key `""`, and kro addresses values by their path.',
    remedy: "Give the key a name, or write a constant value.",
  },
];

/** The problems of fields and markers in `spec.schema`. */
export const SIMPLE_SCHEMA: Entry[] = [
  {
    code: "SCHEMA",
    texts: [
      "empty type",
      "unexpected type: <type>",
      '… write a type such as "string", or an object of fields',
      "unknown type: <name>",
      'unknown type: node "<name>" does not exist in schema.types',
    ],
    cause: "A field's type is missing or not known.",
    remedy:
      "Use string, integer, float, boolean, object, `[]TYPE`, `map[string]TYPE`, or a name of `schema.types`.",
  },
  {
    code: "SCHEMA",
    texts: [
      "empty slice element: name a type after []",
      "map value required: name a type after map[string]",
      'map key must be string: "<type>"',
      "… write map[string]TYPE",
      'nesting too deep: at most <n> of [] and map, and "<type>" is left',
      "nested more than <n> levels deep",
      "custom types expand to more than <n> fields, or nest too deeply",
    ],
    cause: "A list or map type is not complete, or nests too deeply.",
    remedy: "Complete the type, or use `object` for the inner part.",
  },
  {
    code: "SCHEMA",
    texts: [
      'self reference: type "<name>" refers to itself',
      "cyclic dependency in type <name>: <names>",
      '… use "object" where the nesting has to end',
    ],
    cause: "A custom type contains itself; a CRD's schema must be finite.",
    remedy: "Use `object` at one place of the cycle.",
  },
  {
    code: "SCHEMA",
    texts: [
      "empty marker key",
      "unmatched bracket: no bracket is open",
      "unclosed quote",
      "unclosed bracket",
      'key without value: "<text>"',
      "… a field has only one '|'; separate markers by spaces",
      "… write key=value; quote a value with spaces",
      "… remove the white space after the last marker (a YAML block scalar keeps its newline: use |- or >-)",
      "… remove the '|', or write key=value after it",
    ],
    cause: "The markers after `|` are not written as `key=value`.",
    remedy: 'Write for example `string | default="a b" required=true`.',
  },
  {
    code: "SCHEMA",
    texts: [
      "unknown marker: <name>",
      "<marker> is only valid for <types> fields, and this one is <type>",
      'failed to parse <marker>: "<value>" is not <expected>',
    ],
    cause: "The marker does not exist, does not fit the type, or has a value of another type.",
    remedy: "Correct its name or value, or remove it.",
  },
  {
    code: "SCHEMA",
    texts: [
      "default must be a boolean: write true or false, not <value>",
      'default must be <expected>, which "<value>" is not',
    ],
    cause: "The default's value does not have the field's type.",
    remedy: "Write a value of that type; JSON for objects and lists.",
  },
  {
    code: "SCHEMA",
    texts: [
      "validation failed",
      "validation failed: the rule is blank",
      "enum holds an empty value",
      "pattern is empty",
      "invalid pattern: <why>",
    ],
    cause: "`validation`, `enum` or `pattern` is empty or does not parse.",
    remedy:
      "Write the rule, the values or an RE2 pattern, or remove the marker. `validation failed` alone is what users of the kind see when the rule is false.",
  },
  {
    code: "SCHEMA",
    texts: [
      "listMapKey without listType=map: the list type is <type>",
      "uniqueItems=true with another list type: <type>",
      'listType must be atomic, set or map, not "<value>"',
      "listType=<value> overwrites list type <type>",
      "duplicate listMapKey: <key>",
    ],
    cause: "The markers of a list contradict each other.",
    remedy: "Keep one `listType`; `listMapKey` goes with `listType=map`.",
  },
  {
    code: "SCHEMA",
    texts: ["field is immutable"],
    cause: "What users of the kind see when they change a field with the marker `immutable=true`.",
    remedy: "Create a new instance, or remove the marker.",
  },
];
