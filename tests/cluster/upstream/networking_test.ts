// Tests of cloud resources that depend on each other in a chain. A cloud provider's controller writes an ID
// to the status of each object, and the template of the next object reads this ID.
import assert from "node:assert/strict";
import {
  awsKind,
  awsNode,
  dependencies,
  installAwsKinds,
  provide,
} from "../../support/cluster/aws_kinds.ts";
import { condition, inState, scenario } from "../../support/cluster/mod.ts";

const vpc = (id: string, name: string, cidr = "10.0.0.0/16") =>
  awsNode(id, "VPC", name, { cidrBlocks: [cidr] });

scenario("data_pending:58", "an object is created once the ids that it reads appear", async (s) => {
  await installAwsKinds(s.cluster, "VPC", "InternetGateway", "Subnet", "NATGateway");
  const name = "${schema.metadata.name}";
  const graph = await s.graph({
    kind: "Pending",
    status: { vpcID: "${vpc.status.vpcID}", subnetID: "${subnet.status.subnetID}" },
    resources: [
      vpc("vpc", `${name}-vpc`),
      awsNode("igw", "InternetGateway", `${name}-igw`, { vpc: "${vpc.status.vpcID}" }),
      awsNode("subnet", "Subnet", `${name}-subnet`, {
        vpcID: "${vpc.status.vpcID}",
        cidrBlock: "10.0.1.0/24",
      }),
      awsNode("natgw", "NATGateway", `${name}-natgw`, { subnetID: "${subnet.status.subnetID}" }),
    ],
  });
  const rgd = await s.cluster.get(graph.rgd);
  assert.deepEqual(rgd.status.topologicalOrder, ["vpc", "igw", "subnet", "natgw"]);
  await graph.create("app");
  const app = graph.instance("app");
  const waiting = await inState(s, app, "IN_PROGRESS");
  const { status, reason, message } = condition(waiting, "ResourcesReady");
  assert.deepEqual([status, reason], ["False", "NotReady"]);
  assert.match(message, /waiting for unresolved resource: gvr .*"igw".*\(data pending\)$/);
  await s.idle();
  assert.deepEqual(await s.cluster.names(awsKind("VPC")), ["app-vpc"]);
  assert.deepEqual(await s.cluster.names(awsKind("InternetGateway")), []);
  assert.deepEqual(await s.cluster.names(awsKind("Subnet")), []);

  await provide(s.cluster, "VPC", "app-vpc", { vpcID: "vpc-1" });
  await inState(s, app, "IN_PROGRESS", 'node "natgw"');
  const igw = await s.cluster.get({ kind: awsKind("InternetGateway"), name: "app-igw" });
  const subnet = await s.cluster.get({ kind: awsKind("Subnet"), name: "app-subnet" });
  assert.deepEqual([igw.spec.vpc, subnet.spec.vpcID], ["vpc-1", "vpc-1"]);
  await s.idle();
  assert.deepEqual(await s.cluster.names(awsKind("NATGateway")), []);

  await provide(s.cluster, "Subnet", "app-subnet", { subnetID: "subnet-1" });
  const done = await graph.active("app");
  const natgw = await s.cluster.get({ kind: awsKind("NATGateway"), name: "app-natgw" });
  assert.equal(natgw.spec.subnetID, "subnet-1");
  assert.deepEqual([done.status.vpcID, done.status.subnetID], ["vpc-1", "subnet-1"]);
  for (const { type, status } of done.status.conditions) assert.equal(status, "True", type);
});

scenario("data_pending:325", "two independent chains proceed separately", async (s) => {
  await installAwsKinds(s.cluster, "VPC", "Subnet");
  const name = "${schema.metadata.name}";
  const chain = (x: string) => [
    vpc(`vpc${x.toUpperCase()}`, `${name}-vpc-${x}`),
    awsNode(`subnet${x.toUpperCase()}`, "Subnet", `${name}-subnet-${x}`, {
      vpcID: `\${vpc${x.toUpperCase()}.status.vpcID}`,
      cidrBlock: "10.0.1.0/24",
    }),
  ];
  const graph = await s.graph({ kind: "Parallel", resources: [...chain("a"), ...chain("b")] });
  await graph.create("app");
  const app = graph.instance("app");
  await inState(s, app, "IN_PROGRESS", "(data pending)");
  assert.deepEqual(await s.cluster.names(awsKind("VPC")), ["app-vpc-a", "app-vpc-b"]);
  assert.deepEqual(await s.cluster.names(awsKind("Subnet")), []);
  await provide(s.cluster, "VPC", "app-vpc-a", { vpcID: "vpc-a" });
  const subnet = { kind: awsKind("Subnet"), name: "app-subnet-a" };
  assert.equal((await s.cluster.until(subnet)).spec.vpcID, "vpc-a");
  await s.idle();
  assert.deepEqual(await s.cluster.names(awsKind("Subnet")), ["app-subnet-a"]);
  assert.equal((await s.cluster.get(app)).status.state, "IN_PROGRESS");
  await provide(s.cluster, "VPC", "app-vpc-b", { vpcID: "vpc-b" });
  await graph.active("app");
  const other = await s.cluster.get({ ...subnet, name: "app-subnet-b" });
  assert.equal(other.spec.vpcID, "vpc-b");
});

scenario(
  "networkingstack:36",
  "a VPC, three subnets and a security group are created in order",
  async (s) => {
    await installAwsKinds(s.cluster, "VPC", "Subnet", "SecurityGroup");
    const zones = ["a", "b", "c"];
    const id = (zone: string) => `subnetAZ${zone.toUpperCase()}`;
    const vpcID = "${vpc.status.vpcID}";
    const graph = await s.graph({
      kind: "NetworkingStack",
      spec: { name: "string" },
      status: {
        networkingInfo: {
          vpcID,
          securityGroup: "${securityGroup.status.id}",
          ...Object.fromEntries(zones.map((z) => [id(z), `\${${id(z)}.status.subnetID}`])),
        },
      },
      resources: [
        awsNode("vpc", "VPC", "vpc-${schema.spec.name}", {
          cidrBlocks: ["192.168.0.0/16"],
          enableDNSHostnames: false,
          enableDNSSupport: true,
        }),
        awsNode("securityGroup", "SecurityGroup", "security-group-${schema.spec.name}", {
          vpcID,
          name: "my-sg-${schema.spec.name}",
          description: "all of it",
        }),
        ...zones.map((zone, i) =>
          awsNode(id(zone), "Subnet", `subnet-${zone}-\${schema.spec.name}`, {
            availabilityZone: `us-west-2${zone}`,
            cidrBlock: `192.168.${i * 64}.0/18`,
            vpcID,
          })
        ),
      ],
    });
    const rgd = await s.cluster.get(graph.rgd);
    const dependents = ["securityGroup", ...zones.map(id)];
    assert.deepEqual(rgd.status.topologicalOrder, ["vpc", ...dependents]);
    assert.deepEqual(dependencies(rgd), Object.fromEntries(dependents.map((d) => [d, ["vpc"]])));
    const { status, observedGeneration } = condition(rgd, "Ready");
    assert.deepEqual([status, observedGeneration], ["True", rgd.metadata.generation]);

    await graph.create("app", { name: "app" });
    await inState(s, graph.instance("app"), "IN_PROGRESS", "(data pending)");
    assert.deepEqual(await s.cluster.names(awsKind("SecurityGroup")), []);
    await provide(s.cluster, "VPC", "vpc-app", { vpcID: "vpc-12345" });
    const group = await provide(s.cluster, "SecurityGroup", "security-group-app", {
      id: "sg-12345",
    });
    assert.deepEqual([group.spec.vpcID, group.spec.name], ["vpc-12345", "my-sg-app"]);
    for (const zone of zones) {
      const status = { subnetID: `subnet-${zone}12345` };
      const subnet = await provide(s.cluster, "Subnet", `subnet-${zone}-app`, status);
      assert.equal(subnet.spec.vpcID, "vpc-12345");
    }
    const app = await graph.active("app", (o) => o.status.networkingInfo?.subnetAZC);
    assert.deepEqual(app.status.networkingInfo, {
      vpcID: "vpc-12345",
      securityGroup: "sg-12345",
      subnetAZA: "subnet-a12345",
      subnetAZB: "subnet-b12345",
      subnetAZC: "subnet-c12345",
    });

    await s.cluster.remove(graph.instance("app"));
    for (const kind of ["VPC", "SecurityGroup", "Subnet"]) {
      assert.deepEqual(await s.cluster.names(awsKind(kind)), [], kind);
    }
  },
);
