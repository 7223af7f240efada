/**
 * Kinds of AWS Controllers for Kubernetes (ACK) that upstream's test scenarios use, with only the
 * fields that the scenarios read.
 */
import type { JsonObject } from "../../../src/api/mod.ts";
import type { Live, TestCluster } from "./cluster.ts";
import { installCrd } from "./crds.ts";

const string = { type: "string" };
const strings = { type: "array", items: string };
const boolean = { type: "boolean" };
const integer = { type: "integer" };

const object = (properties: JsonObject): JsonObject => ({ type: "object", properties });

const named = {
  ackResourceMetadata: object({ arn: string, ownerAccountID: string, region: string }),
};

/** The spec and status fields of each kind, by AWS service. */
const SERVICES: Record<string, Record<string, [spec: JsonObject, status: JsonObject]>> = {
  ec2: {
    VPC: [
      { cidrBlocks: strings, enableDNSHostnames: boolean, enableDNSSupport: boolean },
      { vpcID: string },
    ],
    Subnet: [
      {
        availabilityZone: string,
        cidrBlock: string,
        vpcID: string,
        routeTables: strings,
        mapPublicIPOnLaunch: boolean,
      },
      { subnetID: string },
    ],
    SecurityGroup: [{ vpcID: string, name: string, description: string }, { id: string }],
    InternetGateway: [{ vpc: string }, { internetGatewayID: string }],
    RouteTable: [
      {
        vpcID: string,
        routes: {
          type: "array",
          items: object({ destinationCIDRBlock: string, gatewayID: string }),
        },
      },
      { routeTableID: string },
    ],
    NATGateway: [{ subnetID: string, allocationID: string }, { natGatewayID: string }],
    ElasticIPAddress: [{}, { allocationID: string }],
  },
  iam: {
    Role: [
      { name: string, description: string, policies: strings, assumeRolePolicyDocument: string },
      named,
    ],
  },
  eks: {
    Cluster: [
      {
        name: string,
        roleARN: string,
        version: string,
        accessConfig: object({ authenticationMode: string }),
        resourcesVPCConfig: object({
          endpointPrivateAccess: boolean,
          endpointPublicAccess: boolean,
          subnetIDs: strings,
        }),
      },
      named,
    ],
    Nodegroup: [
      {
        name: string,
        diskSize: integer,
        clusterName: string,
        subnets: strings,
        nodeRole: string,
        updateConfig: object({ maxUnavailable: integer }),
        scalingConfig: object({ minSize: integer, maxSize: integer, desiredSize: integer }),
      },
      named,
    ],
  },
};

/** Installs the CRDs of the given AWS kinds, such as `VPC`. */
export async function installAwsKinds(cluster: TestCluster, ...kinds: string[]): Promise<void> {
  const wanted: Promise<unknown>[] = [];
  for (const [service, known] of Object.entries(SERVICES)) {
    for (const kind of kinds.filter((k) => k in known)) {
      const [spec, status] = known[kind]!;
      const group = groupOf(service);
      wanted.push(
        installCrd(cluster, kind, { spec: object(spec), status: object(status) }, { group }),
      );
    }
  }
  if (wanted.length !== kinds.length) throw new Error(`unknown kind among ${kinds.join(", ")}`);
  await Promise.all(wanted);
}

/** Returns an RGD node whose template is an object of the given AWS kind. */
export function awsNode(id: string, kind: string, name: string, spec: JsonObject): JsonObject {
  const apiVersion = `${groupOf(serviceOf(kind))}/v1alpha1`;
  return { id, template: { apiVersion, kind, metadata: { name }, spec } };
}

/**
 * Returns the kind with its API group, such as `VPC.ec2.services.k8s.aws`, for use as the `kind` of
 * a {@link Place}.
 */
export function awsKind(kind: string): string {
  return `${kind}.${groupOf(serviceOf(kind))}`;
}

/** Waits until the object of the AWS kind exists, and then writes its status as the AWS controller would. */
export async function provide(
  cluster: TestCluster,
  kind: string,
  name: string,
  status: JsonObject,
): Promise<Live> {
  const at = { kind: awsKind(kind), name };
  const object = await cluster.until(at);
  await cluster.patchStatus(at, status);
  return object;
}

/** Returns the IDs of the nodes on which each node depends, as the status of the given RGD reports them. */
export function dependencies({ status }: Live): Record<string, string[]> {
  const entries = status.resources.map(({ id, dependencies }: Live) =>
    [id, dependencies.map((d: Live) => d.id).sort()] as const
  );
  return Object.fromEntries(entries);
}

function serviceOf(kind: string): string {
  return Object.keys(SERVICES).find((service) => kind in SERVICES[service]!)!;
}

function groupOf(service: string): string {
  return `${service}.services.k8s.aws`;
}
