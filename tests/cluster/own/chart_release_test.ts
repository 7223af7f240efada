/**
 * Tests of the chart's life on a control plane: a release of upstream's chart becomes a release of this chart
 * and back, and a release is installed, upgraded and removed. The pods are simulated, so the tests run kro as
 * the container of the rendered Deployment would run it.
 */
import assert from "node:assert/strict";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { DEBUG_DIR, parseYaml, permissionFlags } from "../../../src/cli/mod.ts";
import {
  type AuditEntry,
  AuditLog,
  controllerCalls,
  isWriteVerb,
} from "../../support/controlplane/audit.ts";
import { startControlPlane } from "../../support/controlplane/mod.ts";
import { installOwnCrds } from "../../support/cluster/controller.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";
import { chart } from "../../support/helm/mod.ts";
import { freePortValues, Pod, Releases, upstreamChart } from "../../support/helm/release.ts";
import { eventually, LIMIT_SECONDS } from "../../support/wait.ts";

const examples = new URL("../../../deploy/examples", import.meta.url).pathname;
const crds = new URL("../../../deploy/crds", import.meta.url).pathname;

const CRDS = ["resourcegraphdefinitions.kro.run", "graphrevisions.internal.kro.run"];
const FORCE = "--force-conflicts";
const ADOPT = ["--take-ownership", FORCE, "--set", "crds.takeOwnership=true"];
const TIMEOUT = `--timeout=${LIMIT_SECONDS}s`;

/** The objects of the example's instance. */
const CHILDREN = ["serviceaccount/httpbin", "service/httpbin", "deployment/httpbin"];

interface Hook {
  kind: string;
  spec: { template: { spec: { containers: { args: string[] }[] } } };
}

interface Live {
  metadata: { name: string; uid: string; generation?: number; resourceVersion: string };
}

/** The example in the namespace `app`, and the objects that no change of the installation may replace. */
class Example {
  constructor(readonly releases: Releases) {}

  async create(): Promise<void> {
    const { releases } = this;
    await releases.kubectl("apply", "-f", `${examples}/httpbin/rgd.yaml`);
    await releases.kubectl("wait", "rgd/httpbin", "--for=condition=Ready", TIMEOUT);
    await releases.kubectl("apply", "-n", "app", "-f", `${examples}/httpbin/instance.yaml`);
    await this.available(2);
  }

  /** Waits until the instance's status shows the number of available replicas. */
  async available(replicas: number): Promise<void> {
    await this.releases.kubectl(
      ...["wait", "httpbinapps/demo-httpbin", "-n", "app", TIMEOUT],
      `--for=jsonpath={.status.availableReplicas}=${replicas}`,
    );
  }

  /** Changes the number of replicas, and waits until kro has changed the Deployment. */
  async scale(replicas: number): Promise<void> {
    const patch = JSON.stringify({ spec: { replicas } });
    await this.releases.kubectl(
      ...["patch", "httpbinapps/demo-httpbin", "-n", "app", "--type=merge", "-p", patch],
    );
    await this.available(replicas);
  }

  /**
   * Returns the identity of the CRDs, the instance and its objects, and the resourceVersion of the objects,
   * which changes with each write that changes an object.
   */
  async state(): Promise<Record<string, string>> {
    const state: Record<string, string> = {};
    const owners = [...CRDS, "httpbinapps.duffy.xyz"].map((name) => `crd/${name}`);
    for (const name of [...owners, "rgd/httpbin", "httpbinapps/demo-httpbin", ...CHILDREN]) {
      const { metadata } = await this.releases.get<Live>(name, "-n", "app");
      const isChild = CHILDREN.includes(name);
      state[name] = isChild ? `${metadata.uid} ${metadata.resourceVersion}` : metadata.uid;
    }
    return state;
  }
}

/** Records which objects the controller of the release writes. */
class ChildWrites {
  readonly #seen: AuditEntry[] = [];

  private constructor(readonly releases: Releases, readonly log: AuditLog) {}

  static async open(releases: Releases): Promise<ChildWrites> {
    return new ChildWrites(releases, await AuditLog.fromNow(releases.plane.auditLog));
  }

  /** Returns the controller's writes of the instance's objects since {@link open}. */
  async take(): Promise<string[]> {
    const mark = crypto.randomUUID();
    await this.releases.kubectl("get", "--raw", `/version?mark=${mark}`);
    await eventually("the mark in the audit log", async () => {
      this.#seen.push(...await this.log.read());
      return this.#seen.some(({ uri }) => uri.includes(mark));
    });
    const user = `system:serviceaccount:${this.releases.namespace}:kro`;
    return controllerCalls(this.#seen, user)
      .filter(({ verb, namespace, group }) =>
        isWriteVerb(verb) && namespace === "app" && group !== "duffy.xyz"
      )
      .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }
}

/** Starts kro as the release's Deployment, and waits until kro has reconciled the example. */
async function startPod(releases: Releases): Promise<Pod> {
  const pod = await Pod.start(releases, await bundle());
  try {
    await pod.ready();
    await eventually("kro has reconciled the instance", async () => {
      const answer = await pod.get("/graphs/httpbin/instances/app/demo-httpbin");
      return answer?.status === 200 && JSON.parse(answer.text).state === "ACTIVE";
    });
  } catch (error) {
    await pod[Symbol.asyncDispose]();
    throw error;
  }
  return pod;
}

/**
 * Runs the container of `helm test` against the pod, with the permissions of the image, and returns its
 * output. Throws an Error if the container fails.
 */
async function helmTestOf(releases: Releases, pod: Pod): Promise<string> {
  const hooks = parseYaml(await releases.run("get", "hooks", "kro"), "the hooks") as Hook[];
  const [container] = hooks.find(({ kind }) => kind === "Job")!.spec.template.spec.containers;
  const args = container!.args.map((arg) => arg.startsWith("http://") ? pod.url : arg);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionFlags("controller", [], DEBUG_DIR), await bundle(), ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  return text(stdout);
}

/** Deletes kro's CRDs with all their objects. The objects' finalizers are removed, because no kro runs. */
async function removeCrds(releases: Releases): Promise<void> {
  const names = await releases.kubectl("get", "rgd,graphrevisions.internal.kro.run", "-o", "name");
  for (const name of names.split("\n").filter((line) => line !== "")) {
    const patch = JSON.stringify({ metadata: { finalizers: null } });
    await releases.kubectl("patch", name, "--type=merge", "-p", patch);
  }
  await releases.kubectl("delete", "crd", ...CRDS);
}

Deno.test({
  name: `the chart replaces upstream's chart and back, and is installed and removed${needsGo}`,
  ignore: needsGo !== "",
  async fn(t) {
    await using plane = await startControlPlane();
    const releases = new Releases(plane, "kro");
    const example = new Example(releases);
    await releases.kubectl("create", "namespace", "app");
    const upgrade = ["upgrade", "kro", chart, "--wait", ...freePortValues()];
    let before: Record<string, string> = {};

    await t.step("upstream's release serves the example", async () => {
      const upstream = ["install", "kro", await upstreamChart(), "--create-namespace"];
      await releases.run(...upstream, "--set", "image.tag=v0.9.4", "--wait");
      await using _upstream = await runUpstream(await releases.kubeconfigOf("kro"));
      await example.create();
      before = await example.state();
    });

    await t.step("without --take-ownership, the upgrade fails with the flags to add", async () => {
      const { code, stderr } = await releases.try(...upgrade);
      assert.equal(code, 1);
      assert.match(
        stderr.trim(),
        /CustomResourceDefinition resourcegraphdefinitions\.kro\.run exists and was not created by a Helm release: .* add --force-conflicts --take-ownership --set crds\.takeOwnership=true$/,
      );
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
      assert.match(
        await releases.run("history", "kro", "-o", "json"),
        /"revision":1,[^{]*"status":"deployed"/,
      );
    });

    await t.step("upstream's values are refused with the keys to drop", async () => {
      const { stderr } = await releases.try(...upgrade, ...ADOPT, "--reuse-values");
      assert.match(stderr, /remove image\.repository, image\.tag and image\.ko/);
      const image = ["--set", "image.repository=registry.example/kro"];
      const reused = await releases.try(...upgrade, ...image, ...ADOPT, "--reuse-values");
      assert.match(
        reused.stderr,
        /the value \w+ is missing, .*: upgrade with --reset-then-reuse-values/,
      );
    });

    await t.step("with the flags, the release becomes ours, and no child is written", async () => {
      const writes = await ChildWrites.open(releases);
      await releases.run(...upgrade, ...ADOPT);
      await using pod = await startPod(releases);
      assert.deepEqual(await writes.take(), []);
      assert.deepEqual(await example.state(), before);
      assert.match(pod.output(), /the JavaScript heap is limited to (7[6-9]|8[0-4])\d MiB/);
      assert.equal(await helmTestOf(releases, pod), "ready\nAPI serves graphs\n");
      await example.scale(3);
      await example.scale(2);
      await releases.run("test", "kro");
      before = await example.state();
    });

    await t.step("a second release is refused while the first one runs", async () => {
      const { code, stderr } = await new Releases(plane, "other")
        .try("install", "second", chart, "--create-namespace", ...ADOPT);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /release kro in namespace kro already runs kro, .* helm uninstall kro -n kro$/m,
      );
    });

    await t.step("a rollback brings upstream back, and keeps the CRDs", async () => {
      await releases.run("rollback", "kro", "1", "--wait");
      const { spec } = await releases.get<
        { spec: { template: { spec: { containers: { image: string }[] } } } }
      >(
        ...["deployment", "kro", "-n", "kro"],
      );
      assert.equal(spec.template.spec.containers[0]!.image, "registry.k8s.io/kro/kro:v0.9.4");
      await using _upstream = await runUpstream(await releases.kubeconfigOf("kro"));
      await example.scale(3);
      await example.scale(2);
      const uids = (state: Record<string, string>) =>
        Object.values(state).map((text) => text.split(" ")[0]);
      const now = await example.state();
      assert.deepEqual(uids(now), uids(before));
      before = now;
    });

    await t.step("the next upgrade needs no flags, and no child is written", async () => {
      const writes = await ChildWrites.open(releases);
      await releases.run(...upgrade);
      await using _pod = await startPod(releases);
      assert.deepEqual(await writes.take(), []);
      assert.deepEqual(await example.state(), before);
    });

    await t.step("in the mode scoped, kro has only the permissions of the example", async () => {
      await releases.run(...upgrade, "--set", "rbac.mode=scoped");
      await releases.kubectl("apply", "-f", `${examples}/rbac.yaml`);
      await releases.kubectl(
        ...["create", "clusterrolebinding", "example", "--clusterrole=kro:controller:httpbin"],
        "--serviceaccount=kro:kro",
      );
      const may = (verb: string, resource: string) =>
        plane.kubectl(["auth", "can-i", verb, resource, "--as=system:serviceaccount:kro:kro"]);
      await eventually(
        "the permissions",
        async () => (await may("patch", "deployments.apps")).code === 0,
      );
      assert.equal((await may("get", "secrets")).code, 1);
      await using _pod = await startPod(releases);
      await example.scale(3);
    });

    await t.step("helm uninstall keeps CRDs, instances and their objects", async () => {
      before = await example.state();
      await releases.run("uninstall", "kro");
      assert.deepEqual(await example.state(), before);
      assert.equal((await plane.kubectl(["get", "deployment,sa", "kro", "-n", "kro"])).code, 1);
    });

    await t.step(
      "another release may take over the CRDs of the removed one only with the flags",
      async () => {
        const other = new Releases(plane, "other");
        const install = ["install", "other", chart, "--create-namespace", "--wait"];
        const { stderr } = await other.try(...install);
        assert.match(
          stderr,
          /belongs to release kro in namespace kro, which no longer runs kro: .* add .*--take-ownership/,
        );
        await other.run(...install, ...ADOPT);
        await other.run("uninstall", "other");
        assert.deepEqual(await example.state(), before);
      },
    );

    await t.step("an account without permissions and a missing CRD are one line each", async () => {
      await releases.run("install", "kro", chart, ...ADOPT);
      const binding = ["clusterrolebinding", "kro-cluster-role-binding"];
      await releases.kubectl("delete", ...binding);
      const ended = async () => {
        await using pod = await Pod.start(releases, await bundle());
        const { code } = await pod.process.status;
        assert.equal(code, 2, pod.output());
        return pod.output().trim().split("\n").at(-1)!;
      };
      assert.match(await ended(), /^error: .*forbidden.*; give kro's account the permissions of/);
      await releases.run("upgrade", "kro", chart);
      await releases.kubectl("delete", "crd", ...CRDS);
      await eventually(
        "the permissions",
        async () =>
          /^error: kro's CustomResourceDefinitions are missing .*install kro's chart/.test(
            await ended(),
          ),
      );
      await releases.run("uninstall", "kro");
    });

    for (
      const [tool, create] of [
        ["kubectl apply", () => releases.kubectl("apply", "-f", crds)],
        [
          "kubectl apply --server-side",
          () => releases.kubectl("apply", "--server-side", "-f", crds),
        ],
        ["kro apply", () => installOwnCrds(plane.kubeconfig)],
      ] as const
    ) {
      await t.step(`CRDs of ${tool} are taken over by an install with the flags`, async () => {
        await create();
        const { code, stderr } = await releases.try("install", "kro", chart);
        assert.equal(code, 1);
        assert.match(stderr, /was not created by a Helm release: .* add .*--take-ownership/);
        await releases.run("install", "kro", chart, ...ADOPT);
        await releases.run("uninstall", "kro");
        await releases.kubectl("delete", "crd", ...CRDS);
      });
    }

    await t.step("a release of upstream's chart that Helm 3 installed is upgraded", async () => {
      // Helm 3 does not use server-side apply.
      await releases.run("install", "kro", await upstreamChart(), "--server-side=false");
      await releases.run("upgrade", "kro", chart, ...ADOPT.filter((flag) => flag !== FORCE));
      await releases.run("rollback", "kro", "1");
      await releases.run("upgrade", "kro", chart);
      await releases.run("uninstall", "kro");
    });

    await t.step("a namespace that is being deleted is refused", async () => {
      const hold = { metadata: { finalizers: ["example.com/hold"] } };
      await releases.kubectl("create", "namespace", "ending");
      await releases.kubectl("create", "configmap", "hold", "-n", "ending");
      const patch = ["patch", "configmap", "hold", "-n", "ending", "--type=merge", "-p"];
      await releases.kubectl(...patch, JSON.stringify(hold));
      await releases.kubectl("delete", "namespace", "ending", "--wait=false");
      const { stderr } = await new Releases(plane, "ending").try("install", "kro", chart);
      assert.match(stderr, /namespace ending is being deleted: wait until it no longer exists/);
      await releases.kubectl(...patch, JSON.stringify({ metadata: { finalizers: null } }));
    });
  },
});
