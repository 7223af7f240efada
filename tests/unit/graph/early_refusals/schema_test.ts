/**
 * Tests that kro rejects an RGD when compiling it, if the API server would refuse the CRD that the RGD
 * defines, or if a name in the RGD is too long for a label. The problem must contain the path of the faulty field.
 */
import { rgd, SPEC } from "../fixtures.ts";
import { accepted, long, one, refused } from "./fixtures.ts";

const schema = (fields: object) => rgd({ spec: SPEC, ...fields } as never, []);
const column = (fields: object) =>
  schema({
    additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: ".a", ...fields }],
  });
const DNS_1035 = 'must consist of at most 63 lower case letters, digits and "-", start with a ' +
  "letter, and end with a letter or a digit [NAMING]";

refused([
  [
    "a group that is too long for a label",
    rgd({ spec: SPEC, group: `${long(60)}.com` }, []),
    "schema.group: the group has 64 characters, but is also the value of the label " +
    "kro.run/instance-group, which holds at most 63 [NAMING]",
  ],
  [
    "a kind whose list kind is too long",
    rgd({ spec: SPEC, kind: `A${long(59)}` }, []),
    "schema.kind: the kind has 60 characters, but at most 59 are allowed [NAMING]",
  ],
  [
    "an RGD's name that is too long for a label",
    { ...one(), metadata: { name: long(64) } },
    "metadata.name has 64 characters, but is also the value of the label " +
    "kro.run/resource-graph-definition-name, which holds at most 63 [NAMING]",
  ],
  [
    "a column of an unknown type and format",
    column({ type: "object", format: "binary" }),
    'schema.additionalPrinterColumns[0].type: "object" is not allowed; use one of boolean, date, ' +
    "integer, number, string [SCHEMA]",
    'schema.additionalPrinterColumns[0].format: "binary" is not allowed; use one of byte, date, ' +
    "date-time, double, float, int32, int64, password [SCHEMA]",
  ],
  [
    "a column without a name and without a type",
    column({ name: "", type: undefined }),
    "schema.additionalPrinterColumns[0].name: is missing [SCHEMA]",
    "schema.additionalPrinterColumns[0].type: is missing; use one of boolean, date, integer, " +
    "number, string [SCHEMA]",
  ],
  [
    "a column whose path is written as in kubectl's templates",
    column({ jsonPath: "{.status.state}" }),
    'schema.additionalPrinterColumns[0].jsonPath: "{.status.state}" must start with a dot, such as ' +
    ".status.state [SCHEMA]",
  ],
  [
    "invalid labels and annotations of the CRD",
    schema({
      metadata: { labels: { "a b": "c", d: "e f" }, annotations: { "a/b/c": "any value" } },
    }),
    'schema.metadata.labels.a b: "a b" is not a label key [SCHEMA]',
    'schema.metadata.labels.d: "e f" is not a label value [SCHEMA]',
    'schema.metadata.annotations.a/b/c: "a/b/c" is not an annotation key [SCHEMA]',
  ],
  [
    "short names and categories that the API server refuses",
    schema({ shortNames: ["ok", "A_b"], categories: ["1a", long(64)] }),
    `schema.shortNames[1]: "A_b" ${DNS_1035}`,
    `schema.categories[0]: "1a" ${DNS_1035}`,
    `schema.categories[1]: "${long(64)}" ${DNS_1035}`,
  ],
  [
    "a version that the CRD of RGDs refuses",
    schema({ apiVersion: "V1.2" }),
    'schema.apiVersion: "V1.2" is not a version; use one such as v1alpha1 or v1 [SCHEMA]',
  ],
  [
    "a group without a dot",
    schema({ group: "apps" }),
    'schema.group: "apps" is not a domain; use one such as apps.example.com [NAMING]',
  ],
  [
    "a group of Kubernetes",
    schema({ group: "a.k8s.io" }),
    "schema.group: the group is reserved for Kubernetes; use another group, or set the annotation " +
    "api-approved.kubernetes.io in schema.metadata.annotations [NAMING]",
  ],
]);

accepted([
  ["a kind of 59 characters", rgd({ spec: SPEC, kind: `A${long(57)}x` }, [])],
  ["an RGD's name of 63 characters", { ...one(), metadata: { name: long(63) } }],
  ["a column with a format", column({ type: "integer", format: "int32" })],
  [
    "a group of Kubernetes with an approval",
    schema({
      group: "a.k8s.io",
      metadata: { annotations: { "api-approved.kubernetes.io": "unapproved, a test" } },
    }),
  ],
]);
