// Tests of an RGD with twelve objects that depend on each other like the objects of an Amazon EKS
// cluster.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  awsKind,
  awsNode,
  dependencies,
  installAwsKinds,
  provide,
} from "../../support/cluster/aws_kinds.ts";
import {
  condition,
  type GraphSpec,
  inState,
  type Live,
  type Scenario,
  scenario,
} from "../../support/cluster/mod.ts";

const role = (id: string, name: string, policy: string) =>
  awsNode(id, "Role", name, {
    name,
    description: `role of ${name}`,
    policies: [`arn:aws:iam::aws:policy/${policy}`],
    assumeRolePolicyDocument: '{"Version": "2012-10-17", "Statement": []}',
  });

const subnet = (id: string, zone: string, cidrBlock: string) =>
  awsNode(id, "Subnet", `kro-subnet-${zone}`, {
    availabilityZone: `us-west-2${zone}`,
    cidrBlock,
    vpcID: "${clusterVPC.status.vpcID}",
    routeTables: ["${clusterRouteTable.status.routeTableID}"],
    mapPublicIPOnLaunch: true,
  });

const subnetIDs = ["${clusterSubnetA.status.subnetID}", "${clusterSubnetB.status.subnetID}"];
const arn = "status.ackResourceMetadata.arn";

const GRAPH: GraphSpec = {
  kind: "EKSCluster",
  spec: { name: "string", version: "string" },
  status: {
    networkingInfo: {
      vpcID: "${clusterVPC.status.vpcID}",
      subnetAZA: subnetIDs[0]!,
      subnetAZB: subnetIDs[1]!,
    },
    clusterARN: `\${cluster.${arn}}`,
  },
  resources: [
    role("clusterRole", "kro-cluster-role", "AmazonEKSClusterPolicy"),
    awsNode("clusterVPC", "VPC", "kro-vpc", {
      cidrBlocks: ["192.168.0.0/16"],
      enableDNSSupport: true,
      enableDNSHostnames: true,
    }),
    awsNode("clusterInternetGateway", "InternetGateway", "kro-igw", {
      vpc: "${clusterVPC.status.vpcID}",
    }),
    awsNode("clusterRouteTable", "RouteTable", "kro-route-table", {
      vpcID: "${clusterVPC.status.vpcID}",
      routes: [{
        destinationCIDRBlock: "0.0.0.0/0",
        gatewayID: "${clusterInternetGateway.status.internetGatewayID}",
      }],
    }),
    subnet("clusterSubnetA", "a", "192.168.0.0/18"),
    subnet("clusterSubnetB", "b", "192.168.64.0/18"),
    awsNode("cluster", "Cluster", "${schema.spec.name}", {
      name: "${schema.spec.name}",
      accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
      roleARN: `\${clusterRole.${arn}}`,
      version: "${schema.spec.version}",
      resourcesVPCConfig: { endpointPrivateAccess: false, endpointPublicAccess: true, subnetIDs },
    }),
    role("clusterAdminRole", "kro-pia-role", "AdministratorAccess"),
    awsNode("clusterElasticIPAddress", "ElasticIPAddress", "kro-eip", {}),
    awsNode("clusterNATGateway", "NATGateway", "kro-natgateway", {
      subnetID: subnetIDs[1]!,
      allocationID: "${clusterElasticIPAddress.status.allocationID}",
    }),
    role("clusterNodeRole", "kro-node-role", "AmazonEKSWorkerNodePolicy"),
    awsNode("clusterNodeGroup", "Nodegroup", "kro-nodegroup", {
      name: "kro-ng",
      diskSize: 100,
      clusterName: "${cluster.spec.name}",
      subnets: subnetIDs,
      nodeRole: `\${clusterNodeRole.${arn}}`,
      updateConfig: { maxUnavailable: 1 },
      scalingConfig: { minSize: 1, maxSize: 1, desiredSize: 1 },
    }),
  ],
};

const ORDER = [
  "clusterRole",
  "clusterVPC",
  "clusterInternetGateway",
  "clusterRouteTable",
  "clusterSubnetA",
  "clusterSubnetB",
  "cluster",
  "clusterAdminRole",
  "clusterElasticIPAddress",
  "clusterNATGateway",
  "clusterNodeRole",
  "clusterNodeGroup",
];

const DEPENDENCIES = {
  clusterInternetGateway: ["clusterVPC"],
  clusterRouteTable: ["clusterInternetGateway", "clusterVPC"],
  clusterSubnetA: ["clusterRouteTable", "clusterVPC"],
  clusterSubnetB: ["clusterRouteTable", "clusterVPC"],
  cluster: ["clusterRole", "clusterSubnetA", "clusterSubnetB"],
  clusterNATGateway: ["clusterElasticIPAddress", "clusterSubnetB"],
  clusterNodeGroup: ["cluster", "clusterNodeRole", "clusterSubnetA", "clusterSubnetB"],
};

const arnOf = (resource: string) => `arn:aws:eks:us-west-2:123456789012:${resource}`;
const withArn = (resource: string) => ({ ackResourceMetadata: { arn: arnOf(resource) } });

/**
 * The statuses that the AWS controllers would write, in the order in which the objects are created.
 */
const PROVIDED: [kind: string, name: string, status: JsonObject][] = [
  ["Role", "kro-cluster-role", withArn("role/kro-cluster-role")],
  ["Role", "kro-pia-role", withArn("role/kro-pia-role")],
  ["Role", "kro-node-role", withArn("role/kro-node-role")],
  ["ElasticIPAddress", "kro-eip", { allocationID: "eipalloc-1" }],
  ["VPC", "kro-vpc", { vpcID: "vpc-1" }],
  ["InternetGateway", "kro-igw", { internetGatewayID: "igw-1" }],
  ["RouteTable", "kro-route-table", { routeTableID: "rtb-1" }],
  ["Subnet", "kro-subnet-a", { subnetID: "subnet-a" }],
  ["Subnet", "kro-subnet-b", { subnetID: "subnet-b" }],
  ["Cluster", "app", withArn("cluster/app")],
  ["NATGateway", "kro-natgateway", { natGatewayID: "nat-1" }],
  ["Nodegroup", "kro-nodegroup", withArn("nodegroup/kro-ng")],
];

const KINDS = [...new Set(PROVIDED.map(([kind]) => kind))];

/** Returns all AWS objects in the test's namespace. The keys have the form `kind name`. */
async function all({ cluster }: Scenario): Promise<Map<string, Live>> {
  const lists = await Promise.all(KINDS.map((kind) => cluster.list(awsKind(kind))));
  return new Map(lists.flat().map((o) => [`${o.kind} ${o.metadata.name}`, o]));
}

scenario(
  "ackekscluster:36",
  "twelve objects are created, updated and deleted in order",
  async (s) => {
    await installAwsKinds(s.cluster, ...KINDS);
    const graph = await s.graph(GRAPH);
    const rgd = await s.cluster.get(graph.rgd);
    assert.deepEqual(rgd.status.topologicalOrder, ORDER);
    assert.deepEqual(dependencies(rgd), DEPENDENCIES);
    const { status, observedGeneration } = condition(rgd, "Ready");
    assert.deepEqual([status, observedGeneration], ["True", rgd.metadata.generation]);

    await graph.create("app", { name: "app", version: "1.27" });
    await inState(s, graph.instance("app"), "IN_PROGRESS", "(data pending)");
    const first = ["ElasticIPAddress kro-eip", "VPC kro-vpc"];
    const roles = PROVIDED.slice(0, 3).map(([, name]) => `Role ${name}`);
    assert.deepEqual([...(await all(s)).keys()].sort(), [...first, ...roles].sort());
    for (const [kind, name, status] of PROVIDED) await provide(s.cluster, kind, name, status);
    const app = await graph.active("app", (o) => o.status.clusterARN);
    assert.equal(app.status.clusterARN, arnOf("cluster/app"));
    assert.deepEqual(app.status.networkingInfo, {
      vpcID: "vpc-1",
      subnetAZA: "subnet-a",
      subnetAZB: "subnet-b",
    });
    const made = await all(s);
    assert.equal(made.size, 12);
    assert.deepEqual(made.get("RouteTable kro-route-table").spec.routes, [
      { destinationCIDRBlock: "0.0.0.0/0", gatewayID: "igw-1" },
    ]);
    assert.equal(made.get("Nodegroup kro-nodegroup").spec.nodeRole, arnOf("role/kro-node-role"));

    await s.idle();
    const before = await all(s);
    await s.cluster.patch(graph.instance("app"), { spec: { version: "1.28" } });
    await graph.active("app");
    await s.idle();
    const after = await all(s);
    const changed = [...after].filter(([key, { metadata }]) =>
      metadata.resourceVersion !== before.get(key).metadata.resourceVersion
    );
    assert.deepEqual(changed.map(([key, { spec }]) => `${key} ${spec.version}`), [
      "Cluster app 1.28",
    ]);

    // Blocks the deletion of the Nodegroup by a finalizer. The objects that the Nodegroup depends
    // on must then remain.
    const group = { kind: awsKind("Nodegroup"), name: "kro-nodegroup" };
    await s.cluster.patch(group, { metadata: { finalizers: ["example.com/held"] } });
    await s.cluster.delete(graph.instance("app"));
    await s.cluster.until(group, ({ metadata }) => metadata.deletionTimestamp);
    for (const [kind, name] of [["NATGateway", "kro-natgateway"], ["Role", "kro-pia-role"]]) {
      await s.cluster.untilGone({ kind: awsKind(kind!), name: name! });
    }
    await s.idle();
    const left = await all(s);
    const leaving = [...left].filter(([, { metadata }]) => metadata.deletionTimestamp);
    assert.deepEqual(leaving.map(([key]) => key), ["Nodegroup kro-nodegroup"]);
    assert.deepEqual([...before.keys()].filter((key) => !left.has(key)).sort(), [
      "NATGateway kro-natgateway",
      "Role kro-pia-role",
    ]);
    await s.cluster.patch(group, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.instance("app"));
    for (const kind of KINDS) assert.deepEqual(await s.cluster.names(awsKind(kind)), [], kind);
  },
);
