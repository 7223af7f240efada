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
    cause: "A field of the RGD is missing or has the wrong type.",
    remedy:
      "Add or correct the field at the path in the message, with the type that the message names.",
  },
  {
    code: "SHAPE",
    texts: ["spec is nested deeper than <n> levels"],
    cause: "Maps and lists in the spec of the RGD are nested too deeply.",
    remedy: "Reduce the nesting.",
  },
  {
    code: "SCHEMA",
    texts: ["scope must be Namespaced or Cluster"],
    cause: "The value of `spec.schema.scope` is invalid.",
    remedy: "Write `Namespaced` or `Cluster`. The default is `Namespaced`.",
  },
  {
    code: "NAMING",
    texts: [
      'kind "<kind>" has no plural that is valid in a CRD\'s name; choose another kind',
      'the RGD "<name>" already defines this kind',
    ],
    cause:
      "The name of a CRD cannot be formed from the kind, or another RGD in the same files defines the kind.",
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
      "A kind, an `id` or a variable of `forEach` is missing, invalid, reserved, or used twice.",
    remedy:
      "Correct the name. Write a kind in UpperCamelCase, and an id or variable in lowerCamelCase.",
  },
  {
    code: "NAMING",
    texts: [
      "<name> has <n> characters, but is also the value of the label <label>, which holds at most <limit>",
      "… the id",
      "… shorten the id",
      "… the group",
      "the kind has <n> characters, but at most <limit> are allowed",
    ],
    cause: "An `id`, the group, the kind or the RGD's name is too long for a label or for the CRD.",
    remedy: "Choose a shorter name.",
  },
  {
    code: "SCHEMA, NAMING",
    texts: [
      '"<version>" is not a version; use one such as v1alpha1 or v1',
      '"<group>" is not a domain; use one such as apps.example.com',
      "the group is reserved for Kubernetes; use another group, or set the annotation <annotation> in schema.metadata.annotations",
      '"<name>" must consist of at most 63 lower case letters, digits and "-", start with a letter, and end with a letter or a digit',
      "<what>; use one of <choices>",
      "… <value> is not allowed",
      "<path> must start with a dot, such as .status.state",
    ],
    cause:
      "A field of `spec.schema` would be invalid in the CRD, so the API server would refuse the CRD.",
    remedy: "Correct the field at the path in the message.",
  },
  {
    code: "SHAPE",
    texts: [
      "must be given: objects are found again by name<why>",
      "…, so generateName is not supported",
      "… such as ${schema.metadata.name}-app",
    ],
    cause: "The template has no `metadata.name`.",
    remedy: "Write a name that differs for each instance.",
  },
  {
    code: "LITERAL",
    texts: ["has at least <n> characters, but at most <limit> are allowed"],
    cause: "The literal parts of a name, namespace or label alone are too long for the API server.",
    remedy: "Shorten the text around `${…}`.",
  },
  {
    code: "LITERAL",
    texts: [
      'contains <character>, but may contain only lower case letters, digits and "-"',
      'contains <character>, but may contain only lower case letters, digits, "-" and "."',
      "contains <character>, which no name may contain",
      "<name> is not a DNS subdomain (RFC 1123)",
      "<name> is not a DNS label (RFC 1123)",
      "<name> cannot be a name",
      'contains <character>, but may contain only letters, digits, "-", "_" and "."',
    ],
    cause:
      "The API server refuses the name, namespace or label, whatever the results of its expressions are.",
    remedy: "Use only the characters that the message names around `${…}`.",
  },
  {
    code: "LITERAL, SCHEMA",
    texts: ['"<key>" is not an annotation key'],
    cause:
      "The API server refuses the key of an annotation of a template or of `spec.schema.metadata`.",
    remedy:
      "Write a key such as `example.com/name`, with only letters, digits, `-`, `_` and `.` in the name.",
  },
  {
    code: "LITERAL",
    texts: ["is not base64"],
    cause: "The field contains bytes, such as the values in a Secret's `data`.",
    remedy:
      "Encode the text as base64 with padding, write an expression, or use a Secret's `stringData`.",
  },
  {
    code: "OWNED",
    texts: ["the API server sets this field, and refuses it in an apply; remove the field"],
    cause: "The template sets `metadata.managedFields`.",
    remedy: "Remove the field.",
  },
  {
    code: "COMBINATION",
    texts: [
      "exactly one of template and externalRef must be given",
      "an externalRef cannot have forEach",
      "exactly one of name and selector must be given",
    ],
    cause: "A resource has two fields that exclude each other, or has none of these fields.",
    remedy:
      "Keep exactly one of the fields. To refer to several existing objects, use `externalRef.metadata.selector`.",
  },
  {
    code: "NAMING, SHAPE",
    texts: [
      "at most <limit> dimensions are allowed, not <n>",
      "a dimension is one variable and its list: `name: ${list}`",
    ],
    cause: "A `forEach` has too many entries, or an entry with several keys.",
    remedy:
      "Write one entry `- name: ${list}` for each dimension, or raise `--rgd-max-collection-dimension-size`.",
  },
  {
    code: "SHAPE, STATUS",
    texts: [
      "must be a list of expressions",
      "must be a list of expressions, not <type>",
      "must be an expression, not <type>",
    ],
    cause: "`readyWhen`, `includeWhen` or `status.conditions` is not a list of expressions.",
    remedy: "Write a list of expressions `${…}`.",
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
    cause: "The cluster does not serve the template's kind, or the kind is an expression.",
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
      "Without a cluster, `kro validate` knows only Kubernetes' built-in kinds and the kinds in the given files.",
    remedy: "Pass the CRD with `--crd FILE`.",
  },
  {
    code: "KIND",
    texts: [
      "<rgd> defines <kind>, but has problems itself",
      "<rgd> defines <kind>, but needs the kind of this one: <names>",
      "… neither can come first",
      "<rgd> defines <kind>, which is not served yet",
      "… the conditions of that RGD say why",
      "<kind> is the kind that this RGD itself defines",
      "… an RGD cannot contain its own kind",
      '… the RGD "<name>"',
    ],
    cause:
      "Another RGD in the same files defines the kind, but is invalid or uses the kind of this RGD.",
    remedy: "Correct the other RGD, or remove the cycle between the two RGDs.",
  },
  {
    code: "SCOPE",
    texts: [
      "<kind> is cluster-scoped and has no namespace",
      "… remove the field",
      "<kind> is namespaced and the instance is not: a namespace must be given",
    ],
    cause:
      "The template has a namespace although its kind is cluster-scoped, or lacks a namespace although the instance is cluster-scoped.",
    remedy: "Remove or set `metadata.namespace`.",
  },
  {
    code: "OWNED",
    texts: ["keys under <prefix> belong to kro"],
    cause: "The template sets a label or annotation with a prefix that is reserved for kro.",
    remedy: "Use another prefix for the label or annotation.",
  },
  {
    code: "LITERAL, TYPE",
    texts: ['unknown field "<name>"', '… unknown field "<name>" of <type>'],
    cause: "The schema of the kind does not contain the field.",
    remedy: "Correct the name of the field. The message suggests the most similar name.",
  },
  {
    code: "LITERAL",
    texts: ["the schema declares no type for this field"],
    cause:
      "The CRD of the template's kind declares no type for the field, so that kro cannot check the value.",
    remedy: "Declare the field's type or `x-kubernetes-preserve-unknown-fields: true` in the CRD.",
  },
  {
    code: "TYPE",
    texts: ["an expression cannot be the value of an empty key"],
    cause:
      'The template has an expression as the value of the key `""`, and a path cannot contain an empty key.',
    remedy: "Rename the key, or write a constant value.",
  },
  {
    code: "CRD",
    texts: [
      "cannot be changed from <value> to <value>",
      "… write a new ResourceGraphDefinition with another name and kind, or first delete the old one and its CustomResourceDefinition",
    ],
    cause:
      "`kro validate` compared the RGD with the live RGD. The API server refuses a change of the field.",
    remedy: "Undo the change, or write a new RGD with another name and kind.",
  },
  {
    code: "CRD, BREAKING",
    texts: [
      "breaking change of CRD <name>: <change>",
      "… annotate the ResourceGraphDefinition with <annotation> to allow it",
    ],
    cause:
      "`kro validate` compared the RGD with the live CRD. The change can make existing instances invalid, so kro would refuse it. `BREAKING` is a warning: the annotation allows the change.",
    remedy:
      'Undo the change, or allow it with the annotation `kro.run/allow-breaking-changes: "true"` on the RGD.',
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
    cause: "The type of a field is missing or unknown.",
    remedy:
      "Use string, integer, float, boolean, object, `[]TYPE`, `map[string]TYPE`, or the name of a type in `schema.types`.",
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
    cause: "The type of a list or map is incomplete or nested too deeply.",
    remedy: "Complete the type, or use `object` as the type of the elements.",
  },
  {
    code: "SCHEMA",
    texts: ["the definition is longer than <n> characters"],
    cause: "The definition of a field, with its markers, exceeds a limit of kro.",
    remedy: "Shorten the description, the default or the enum, or use several fields.",
  },
  {
    code: "SCHEMA",
    texts: [
      'self reference: type "<name>" refers to itself',
      "cyclic dependency in type <name>: <names>",
      '… use "object" where the nesting has to end',
    ],
    cause: "A custom type contains itself. The schema of a CRD cannot be recursive.",
    remedy: "Use `object` for one of the fields in the cycle.",
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
    cause: "The markers after `|` do not have the form `key=value`.",
    remedy: 'Write for example `string | default="a b" required=true`.',
  },
  {
    code: "SCHEMA",
    texts: [
      "unknown marker: <name>",
      "<marker> is only valid for <types> fields, and this one is <type>",
      'failed to parse <marker>: "<value>" is not <expected>',
    ],
    cause:
      "The marker does not exist, is not allowed for the type of the field, or has an invalid value.",
    remedy: "Correct the name or value of the marker, or remove the marker.",
  },
  {
    code: "SCHEMA",
    texts: [
      "default must be a boolean: write true or false, not <value>",
      'default must be <expected>, which "<value>" is not',
    ],
    cause: "The value of the marker `default` does not have the type of the field.",
    remedy: "Write a value of the field's type. Write objects and lists as JSON.",
  },
  {
    code: "SCHEMA",
    texts: [
      "must satisfy <rule>",
      "validation failed: the rule is blank",
      "enum holds an empty value",
      "pattern is empty",
      "invalid pattern: <why>",
    ],
    cause: "The marker `validation`, `enum` or `pattern` is empty or invalid.",
    remedy:
      "Write a CEL rule, a list of values or an RE2 pattern, or remove the marker. `must satisfy <rule>` is the API server's message when an instance violates the rule.",
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
    cause: "The markers of a list field contradict each other.",
    remedy: "Use only one `listType`. `listMapKey` requires `listType=map`.",
  },
  {
    code: "SCHEMA",
    texts: ["field is immutable"],
    cause: "A user changed a field of an instance that has the marker `immutable=true`.",
    remedy: "Create a new instance, or remove the marker from the RGD.",
  },
];
