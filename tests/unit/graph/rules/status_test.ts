/** Tests of the rules for the status and its conditions. */
import { condition, newCondition, status, testRules } from "./fixtures.ts";

testRules([
  [
    "status leaves are expressions",
    "STATUS",
    status({ phase: "Ready" }),
    status({ phase: "${cm.data.k}" }),
  ],
  [
    "status does not see each",
    "STATUS",
    status({ a: "${each.x}" }),
    status({ a: "${schema.spec.name}" }),
  ],
  [
    "a status field refers to the schema or a node",
    "STATUS",
    status({ a: "${1}" }),
    status({ a: "${schema.spec.count + 1}" }),
  ],
  [
    "expressions in a status string template are strings",
    "STATUS",
    status({ a: "${schema.spec.count}/${schema.spec.count}" }),
    status({ a: "${schema.spec.name}/${schema.spec.name}" }),
  ],
  [
    "status.state is a string",
    "STATUS",
    status({ state: "${schema.spec.count}" }),
    status({ state: "${schema.spec.name}" }),
  ],
  [
    "conditions is a list",
    "STATUS",
    status({ conditions: "${cm.data}" }),
    status({ conditions: [] }),
  ],
  [
    "conditions are strings",
    "STATUS",
    condition(5),
    condition("${runtime.newCondition({type: 'A', status: 'True'})}"),
  ],
  [
    "a condition is standalone",
    "COND",
    condition("x${runtime.newCondition({type: 'A', status: 'True'})}"),
    condition("${runtime.newCondition({type: 'A', status: 'True'})}"),
  ],
  [
    "a condition yields a condition",
    "COND",
    condition("${cm.data.k}"),
    condition("${[runtime.newCondition({type: 'A', status: 'True'})]}"),
  ],
  [
    "a literal status is True, False or Unknown",
    "COND",
    condition(newCondition("type: 'A', status: 'Yes'")),
    condition(newCondition("type: 'A', status: schema.spec.name")),
  ],
  [
    "a literal type is not empty",
    "COND",
    condition(newCondition("status: 'True', type: ''")),
    condition(newCondition("status: 'True', type: \"A, {\"")),
  ],
  [
    "two entries do not declare the same type",
    "COND",
    condition(
      newCondition("type: 'A', status: 'True'"),
      newCondition("type: \"A\", status: 'False'"),
    ),
    condition(
      `\${schema.spec.flag ? ${newCondition("type: 'A', status: 'True'").slice(2, -1)} : ${
        newCondition("type: 'A', status: 'False'").slice(2, -1)
      }}`,
    ),
  ],
  [
    "conditions do not refer to each other",
    "COND",
    condition(
      newCondition("type: 'A', status: 'True'"),
      newCondition("type: 'B', status: runtime.condition(schema, 'A').status"),
    ),
    condition(newCondition("type: 'B', status: runtime.condition(cm, 'A').status")),
  ],
  [
    "runtime.condition reads only kro's own conditions of the schema",
    "COND",
    condition(newCondition("type: 'B', status: runtime.condition(schema, 'Redy').status")),
    condition(newCondition("type: 'B', status: runtime.condition(schema, 'Ready').status")),
  ],
  [
    "newCondition takes bare known keys",
    "COND",
    condition(newCondition("'type': 'A', status: 'True'")),
    condition(newCondition("type: 'A', status: 'True', message: 'm'")),
  ],
]);
