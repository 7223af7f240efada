/** Tests of the rules for names, SimpleSchema and the dimensions of collections. */
import { configMap, rgd } from "../fixtures.ts";
import { allOf, cm, data, dimensions, each, one, testRules } from "./fixtures.ts";

testRules([
  ["kind is UpperCamelCase", "NAMING", rgd({ kind: "demo" }, []), rgd({ kind: "DEMO1" }, [])],
  ["kind has a usable plural", "NAMING", rgd({ kind: "Dns" }, []), rgd({ kind: "DnsZone" }, [])],
  ["id is not reserved", "NAMING", one(data("x", "item")), one(data("x", "index"))],
  ["id is lower camelCase", "NAMING", one(data("x", "web_app")), one(data("x", "webApp1"))],
  ["id is unique", "NAMING", one(cm, cm), one(cm, configMap("db"))],
  [
    "variable is lower camelCase",
    "NAMING",
    one(each([{ Zone: "${schema.spec.names}" }], "n-${Zone}")),
    one(each([{ zone: "${schema.spec.names}" }], "n-${zone}")),
  ],
  [
    "variable is not reserved",
    "NAMING",
    one(each([{ each: "${schema.spec.names}" }], "n-${each}")),
    one(each([{ key: "${schema.spec.names}" }], "n-${key}")),
  ],
  [
    "variable is not the id of a node",
    "NAMING",
    one(cm, each([{ cm: "${schema.spec.names}" }], "n-${cm}")),
    one(cm, each([{ cn: "${schema.spec.names}" }], "n-${cn}")),
  ],
  [
    "variable is unique",
    "NAMING",
    one(each([{ x: "${schema.spec.names}" }, { x: "${schema.spec.names}" }])),
    one(each([{ x: "${schema.spec.names}" }])),
  ],
  [
    "at most ten dimensions",
    "NAMING",
    one(each(dimensions(11), allOf(11))),
    one(each(dimensions(10), allOf(10))),
  ],
  [
    "the dimension limit can be set",
    "NAMING",
    one(each(dimensions(2), allOf(2))),
    one(each(dimensions(1), allOf(1))),
    { maxDimensions: 1 },
  ],
  [
    "SimpleSchema is valid",
    "SCHEMA",
    rgd({ spec: { size: "int" } }, []),
    rgd({ spec: { size: "integer" } }, []),
  ],
  [
    "types are acyclic",
    "SCHEMA",
    rgd({ types: { A: "B", B: "[]A" } }, []),
    rgd({ types: { A: "B", B: "[]string" } }, []),
  ],
  [
    "types are defined",
    "SCHEMA",
    rgd({ types: { A: "B" } }, []),
    rgd({ types: { A: "B", B: "string" } }, []),
  ],
]);
