/**
 * Test cases of an RGD's `spec.schema`: SimpleSchema, and the parts of the generated CRD that
 * depend on it.
 */
import { cases, data, type GraphCase, rgd } from "./build.ts";

const only = (schema: Parameters<typeof rgd>[0]) => rgd(schema, []);
const column = { name: "Size", type: "integer", jsonPath: ".spec.size" };

/** The test cases of an RGD's `spec.schema`. */
export const schemas: GraphCase[] = cases({
  "unknown type": only({ spec: { size: "int" } }),
  "known type": only({ spec: { size: "integer" } }),
  "cyclic types": only({ types: { A: "B", B: "[]A" } }),
  "acyclic types": only({ types: { A: "B", B: "[]string" }, spec: { a: "A" } }),
  "undefined type in types": only({ types: { A: "B" } }),
  "no spec": only({}),
  "empty spec and types": only({ spec: {}, types: {} }),
  "required and defaulted fields": only({
    spec: { a: "string | required=true", b: { c: "integer | default=3" } },
  }),
  "validation rules": only({
    spec: { a: "string | immutable=true validation=\"self != ''\"", b: "[]string | minItems=1" },
  }),
  "group of one's own": only({ group: "apps.example.com", spec: { a: "string" } }),
  "cluster scope": only({ scope: "Cluster", spec: { a: "string" } }),
  "another version": only({ apiVersion: "v1", spec: { a: "string" } }),
  "short names and categories": only({ shortNames: ["dm", "d"], categories: ["all", "kro"] }),
  "empty short names": only({ shortNames: [], categories: [] }),
  "printer columns": only({ spec: { size: "integer" }, additionalPrinterColumns: [column] }),
  "printer column with all fields": only({
    spec: { size: "integer" },
    additionalPrinterColumns: [{ ...column, format: "int32", description: "d", priority: 1 }],
  }),
  "no printer columns": only({ spec: { size: "integer" }, additionalPrinterColumns: [] }),
  "labels and annotations": only({ metadata: { labels: { a: "b" }, annotations: { c: "d" } } }),
  "empty labels": only({ metadata: { labels: {}, annotations: {} } }),
  "empty status": only({ spec: { a: "string" }, status: {} }),
  "fields called like those of an object": rgd(
    { spec: { metadata: "string", apiVersion: "string", kind: "string", status: "string" } },
    [data("${schema.spec.metadata + schema.spec.kind + schema.spec.status}")],
  ),
  "fields that must be escaped": rgd(
    { spec: { "app-name": "string", "a.b": "string", "in": "string", namespace: "string" } },
    [data("${schema.spec.app__dash__name + schema.spec.a__dot__b + schema.spec.__in__}")],
  ),
  "an escaped field by its plain name": rgd({ spec: { namespace: "string" } }, [
    data("${schema.spec.namespace}"),
  ]),
  "a field that CEL cannot name": rgd({ spec: { "é": "string" } }, [data("${schema.spec.name}")]),
  "types inside types": rgd({
    types: {
      Port: "integer | minimum=1 required=true",
      Listener: { port: "Port", tls: "boolean" },
    },
    spec: { main: "Listener", extra: "[]Listener", byName: "map[string]Listener" },
  }, [data('${string(schema.spec.main.port) + schema.spec.byName["a"].port.format("%d")}')]),
  "metadata of the instance": rgd({ spec: {} }, [
    data("${schema.metadata.name + schema.metadata.namespace + schema.metadata.uid}"),
  ]),
  "labels of the instance": rgd({ spec: {} }, [
    data('${schema.metadata.labels["a"] + schema.metadata.?annotations["b"].orValue("")}'),
  ]),
  "generation of the instance": rgd({ spec: {} }, [data("${string(schema.metadata.generation)}")]),
  "owners of the instance": rgd({ spec: {} }, [
    data("${schema.metadata.ownerReferences.map(o, o.name).join(',')}"),
  ]),
  "unknown metadata of the instance": rgd({ spec: {} }, [data("${schema.metadata.nam}")]),
  "namespace of a cluster-scoped instance": rgd({ scope: "Cluster", spec: {} }, [
    {
      id: "ns",
      template: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "${schema.metadata.namespace}" },
      },
    },
  ]),
  "kind and apiVersion of the instance": rgd({ spec: {} }, [
    data("${schema.kind + schema.apiVersion}"),
  ]),
  "status of the instance in a template": rgd({ spec: {} }, [data("${schema.status.state}")]),
});
