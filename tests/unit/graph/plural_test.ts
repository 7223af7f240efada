import assert from "node:assert/strict";
import { hasNoPlural } from "../../../src/graph/plural.ts";
import { plural } from "../../../src/graph/mod.ts";

const PLURALS = `toy toys, webapp webapps, policy policies, gateway gateways, ingress ingresses,
  index indices, myindex myindices, status statuses, box boxes, database databases, redis redis,
  kubernetes kubernetes, eks eks, axis axes, clusteraxis clusteraxis, lambda lambda, area area,
  data data, octopus octupuses, quiz quizzes, x xes, mailbox mailboxes, httpbinapp httpbinapps,
  human humans, superhuman superhumans, ox oxen, fox foxes, alias aliases, myalias myalias,
  media media, shelf shelves, ssh sshs, potatoes potatoes, hooves hooves`;

for (const pair of PLURALS.split(",")) {
  const [kind, expected] = pair.trim().split(" ");
  Deno.test(`the plural of ${kind} is ${expected}`, () => assert.equal(plural(kind!), expected));
}

Deno.test("hasNoPlural reports names whose plural the API server rejects", () => {
  assert.ok(["dns", "ids", "https"].every(hasNoPlural));
  assert.ok(!hasNoPlural("dnszone"));
});
