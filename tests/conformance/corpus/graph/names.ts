/** Test cases of names: the names of kinds, nodes, variables and generated CRDs. */
import {
  cases,
  CONFIG_MAP,
  data,
  deployment,
  each,
  external,
  type GraphCase,
  many,
  named,
  resource,
  rgd,
  SERVICE,
  SPEC,
  withSpec,
} from "./build.ts";

const KINDS = [
  ..."Demo demo mailBox DEMO1 A My_Kind My-Kind My.Kind Mail\u00e9 1Demo D1 ConfigMap".split(" "),
  ..."Box Bus Policy Day Child Person Index Status Address Series Fish Ox Leaf Hero Photo".split(
    " ",
  ),
  ..."Data Criterion Axis Quiz Datum Analysis Gateway Proxy Class Process Database Cache".split(
    " ",
  ),
  ..."Ingress Endpoints Mouse Sheep Roof Knife Tooth Foot Man Woman Matrix Vertex Virus".split(" "),
  ..."HttpbinApp WebApplication EKSCluster RDSInstance S3Bucket DNSRecord VPC Https".split(" "),
];
const IDS = [
  ..."db webApp1 a web_app Web 1db db- web.app item items self schema each spec status kind".split(
    " ",
  ),
  ..."metadata namespace instance graph runtime kro root object resource this version vars".split(
    " ",
  ),
  ..."true null in as if for import let loop package return var void while function const".split(
    " ",
  ),
  ..."has size string int type math json index key value random omit dyn list map quantity".split(
    " ",
  ),
];
const VARIABLES = "x zone Zone each item key value cm my_x schema index self size in spec a1".split(
  " ",
);

const NAMED = { metadata: { name: "a" } };
const PODS = { metadata: { labels: { app: "b c" } }, spec: { containers: [{ name: "a" }] } };
/** An expression whose value is a list of strings. */
const NAMES = "${schema.spec.names}";
const COLUMN = { name: "A", type: "string", jsonPath: ".a" };
const COLUMNS = [{ type: "object" }, { format: "binary" }, { name: "" }, { jsonPath: "{.a}" }];
const dimensions = (n: number) => Array.from({ length: n }, (_, i) => ({ [`x${i}`]: NAMES }));
const allOf = (n: number) => dimensions(n).map((_, i) => `\${x${i}}`).join("-");

/** The test cases of the names of kinds, nodes, variables and generated CRDs. */
export const names: GraphCase[] = [
  ...each("kind", [...new Set(KINDS)], (kind) => rgd({ kind, spec: { a: "string" } }, [])),
  ...each("id", IDS, (id) => rgd({ spec: {} }, [data("v", id)])),
  ...each(
    "variable",
    VARIABLES,
    (v) => rgd({ spec: { names: "[]string" } }, [data("v"), many([{ [v]: NAMES }], `n-\${${v}}`)]),
  ),
  ...each(
    "column",
    COLUMNS,
    (fields) => rgd({ spec: SPEC, additionalPrinterColumns: [{ ...COLUMN, ...fields }] }, []),
  ),
  ...each("group", ["apps", "App.io", "a.k8s.io"], (group) => rgd({ spec: SPEC, group }, [])),
  ...each("version", ["V1", "v1.2"], (apiVersion) => rgd({ spec: SPEC, apiVersion }, [])),
  ...each("short name", ["A", "1a"], (name) => rgd({ spec: SPEC, shortNames: [name] }, [])),
  ...each("category", ["A", "a.b"], (name) => rgd({ spec: SPEC, categories: [name] }, [])),
  ...each(
    "metadata of the CRD",
    [{ labels: { "a b": "c" } }, { labels: { a: "b c" } }, { annotations: { "a b": "c" } }],
    (metadata) => rgd({ spec: SPEC, metadata }, []),
  ),
  ...cases({
    "two nodes of one id": withSpec(data("a"), data("b")),
    "two variables of one name": withSpec(many([{ x: NAMES }, { x: NAMES }])),
    "a variable named as the node itself": withSpec(many([{ many: NAMES }], "n-${many}")),
    "ten dimensions": withSpec(many(dimensions(10), allOf(10))),
    "eleven dimensions": withSpec(many(dimensions(11), allOf(11))),
    "no resources": rgd({ spec: SPEC }, []),
    "an id of 63 characters": withSpec(resource("a".repeat(63), CONFIG_MAP, NAMED)),
    "an id of 64 characters": withSpec(resource("a".repeat(64), CONFIG_MAP, NAMED)),
    "a kind of 60 characters": rgd({ kind: `A${"b".repeat(59)}`, spec: { a: "string" } }, []),
    "a group of 64 characters": rgd({ group: `${"a".repeat(60)}.com`, spec: { a: "string" } }, []),
    "a name of 254 characters": withSpec(named({ name: "a".repeat(254) })),
    "a name of 54 characters for a CronJob": withSpec(
      resource("cron", ["batch/v1", "CronJob"], { metadata: { name: "a".repeat(54) } }),
    ),
    "a label of 64 characters": withSpec(named({ name: "a", labels: { a: "b".repeat(64) } })),
    "a label with a blank": withSpec(named({ name: "a", labels: { a: "b c" } })),
    "a label key with a blank": withSpec(named({ name: "a", labels: { "a b": "c" } })),
    "a label with a blank and an expression": withSpec(
      named({ name: "a", labels: { a: "b c${schema.spec.name}" } }),
    ),
    "a label of pods with a blank": withSpec(deployment("web", { template: PODS })),
    "a name with a capital letter": withSpec(named({ name: "App-${schema.spec.name}" })),
    "a name with a capital letter for a PodDisruptionBudget": withSpec(
      resource("pdb", ["policy/v1", "PodDisruptionBudget"], { metadata: { name: "App" } }),
    ),
    "a name with a slash": withSpec(
      resource("role", ["rbac.authorization.k8s.io/v1", "Role"], { metadata: { name: "a/b" } }),
    ),
    "a name with a dot for a Service": withSpec(
      resource("svc", SERVICE, { metadata: { name: "a.b" } }),
    ),
    "a namespace with a dot": withSpec(named({ name: "a", namespace: "a.b" })),
    "a name with a capital letter in an external reference": withSpec(external({ name: "App" })),
    "managed fields": withSpec(named({ name: "a", managedFields: [] })),
    "a name of 64 characters for a Job": withSpec(
      resource("job", ["batch/v1", "Job"], {
        metadata: { name: "a".repeat(64) },
        spec: { template: { spec: PODS.spec } },
      }),
    ),
    "an annotation key with a blank": withSpec(named({ name: "a", annotations: { "a b": "c" } })),
    "a uid and a resourceVersion": withSpec(named({ name: "a", uid: "b", resourceVersion: "1" })),
  }),
];
