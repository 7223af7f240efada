/** Tests of `kro get`, `kro describe` and `kro why` in a cluster: what they print, and that they only read. */
import assert from "node:assert/strict";
import {
  configMap,
  eventually,
  kroTest,
  kubectl,
  NAME,
  serviceAccountIn,
  sharedControlPlane,
  startKro,
} from "../../support/cluster/mod.ts";
import { type CommandResult, runCommand } from "../../support/command.ts";

/**
 * Returns a function that runs a command of kro in the namespace, with the given kubeconfig file or that of
 * the user `kro`.
 */
async function commandIn(namespace: string, kubeconfig?: string) {
  const file = kubeconfig ?? (await sharedControlPlane()).kubeconfigFor("kro");
  return async (...args: string[]): Promise<CommandResult> =>
    await runCommand([...args, "--kubeconfig", file, "-n", namespace]);
}

/** Returns the output of a command that must succeed. */
async function succeed(result: Promise<CommandResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  assert.equal(code, 0, stderr);
  return stdout;
}

/** A graph with a node that waits for an external ConfigMap, and a node that reads this node. */
const WAITING = {
  kind: "Waiter",
  spec: { size: "integer | default=2", extra: "boolean | default=false" },
  status: { size: "${first.data.size}" },
  resources: [
    configMap("first", `${NAME}-first`, { size: "${string(schema.spec.size)}" }),
    configMap("extra", `${NAME}-extra`, {}, { includeWhen: ["${schema.spec.extra}"] }),
    {
      id: "given",
      externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "given" } },
    },
    configMap("last", `${NAME}-last`, { value: "${given.data.value}" }),
  ],
};

kroTest("get, describe and why show what an instance waits for, and send no write", async (s) => {
  const graph = await s.graph(WAITING);
  const kro = await commandIn(s.namespace);
  const kind = `waiter.${graph.group}`;
  const none = await kro("get", kind);
  assert.equal(none.stderr, `No resources found in ${s.namespace} namespace.`);

  await graph.create("app");
  await eventually("the instance waits", async () => {
    const { stdout } = await kro("get", kind);
    return /app +IN_PROGRESS +False/.test(stdout);
  });
  const before = await kubectl(["get", kind, "app", "-n", s.namespace, "-o", "yaml"]);

  const tree = (await succeed(kro("get", `${kind}/app`))).replaceAll(/\b\d+s\b/g, "0s");
  assert.match(tree, /^Waiter\/app +IN_PROGRESS +0s/m);
  assert.match(tree, /├─ ConfigMap\/app-first +first +Ready +0s/);
  assert.match(tree, /─ ConfigMap +extra +Skipped/);
  assert.match(tree, /─ ConfigMap +given +Waiting/);
  assert.match(tree, /─ ConfigMap +last +Pending/);

  const reasons = await succeed(kro("why", `${kind}/app`));
  assert.match(reasons, /^Waiter .*\/app is not ready: IN_PROGRESS\n/);
  assert.match(reasons, /the external ConfigMap \S+\/given does not exist/);
  assert.match(reasons, /node "last" waits for "given"/);
  assert.match(reasons, /^next: create the ConfigMap \S+\/given/m);

  const field = await succeed(kro("why", `${kind}/app`, "first.data.size"));
  assert.match(field, /^first\.data\.size = "2" in ConfigMap \S+\/app-first\n/);
  assert.match(field, /computed by \$\{string\(schema\.spec\.size\)\}/);
  assert.match(field, /schema\.spec\.size = 2/);
  assert.match(field, /only kro owns this field/);

  const skipped = await succeed(kro("why", `${kind}/app`, "extra"));
  assert.match(skipped, /includeWhen \$\{schema\.spec\.extra\} is false/);

  const described = await succeed(kro("describe", `${kind}/app`));
  assert.match(described, /^State: +IN_PROGRESS$/m);
  assert.match(described, /^Next steps:\n {2}create the ConfigMap/m);
  const about = await succeed(kro("describe", "graph", graph.rgd.name));
  assert.match(about, /^Instances: +1 \(1 IN_PROGRESS\)$/m);

  await kubectl(["annotate", "configmap", "app-first", "-n", s.namespace, "by=hand"]);
  const owned = await succeed(kro("why", `${kind}/app`, "first.metadata.annotations.by"));
  assert.match(owned, /written by kubectl-annotate \(Update\)/);

  const after = await kubectl(["get", kind, "app", "-n", s.namespace, "-o", "yaml"]);
  assert.equal(after, before);
});

kroTest("unknown names are refused with a suggestion", async (s) => {
  const graph = await s.graph(WAITING);
  await graph.create("app");
  const kro = await commandIn(s.namespace);
  const kind = `waiter.${graph.group}`;
  await eventually("the first object exists", async () => {
    const { stdout } = await kro("get", `${kind}/app`);
    return /first +Ready/.test(stdout);
  });
  const cases: [args: string[], message: RegExp, code?: number][] = [
    [["why", "wiater/app"], /the cluster has no kind "wiater"/],
    [
      ["why", `${kind}/zzzzzz`],
      /does not exist in the cluster; kro get waiters -n \S+ lists the names/,
      1,
    ],
    [["why", `${kind}/ap`], /does not exist in the cluster; did you mean "app"\?/, 1],
    [["why", `${kind}/app`, "frist"], /has no node "frist"; did you mean "first"\?/],
    [["why", `${kind}/app`, "first.dta"], /has no field "dta"; did you mean "data"\?/],
    [["why", "configmap/app-first"], /is an object of node "first": kro why Waiter\/app first/],
    [["why", "configmap/kube-root-ca.crt"], /ConfigMap is not the kind of a graph/],
    [["get", "configmap"], /ConfigMap is not the kind of a graph/],
  ];
  for (const [args, message, expected = 2] of cases) {
    const { code, stderr, stdout } = await kro(...args);
    assert.match(stderr, message, args.join(" "));
    assert.deepEqual([code, stdout], [expected, ""], args.join(" "));
  }
});

kroTest("the endpoint explains an instance with the rights of the caller", async (s) => {
  const graph = await s.graph(WAITING);
  await graph.create("app");
  const tokenOf = async (account: string) => {
    await kubectl(["create", "serviceaccount", account, "-n", s.namespace]);
    return (await kubectl(["create", "token", account, "-n", s.namespace])).trim();
  };
  const [reader, stranger] = [await tokenOf("reader"), await tokenOf("stranger")];
  const role = `${s.namespace}-api`;
  const accounts = ["reader", "stranger"].map((name) => `--serviceaccount=${s.namespace}:${name}`);
  await kubectl(["create", "clusterrole", role, "--verb=get", "--non-resource-url=/graphs"]);
  await kubectl(["create", "clusterrolebinding", role, `--clusterrole=${role}`, ...accounts]);
  try {
    await kubectl([
      ...["create", "role", "reader", "-n", s.namespace, "--verb=get,list"],
      `--resource=${graph.crd.name},configmaps,events`,
    ]);
    await kubectl([
      ...["create", "rolebinding", "reader", "-n", s.namespace, "--role=reader"],
      accounts[0]!,
    ]);
    await using kro = await startKro(["--http-auth"]);
    const ask = async (token: string, query: string) => {
      const path = `/graphs/${graph.rgd.name}/instances/${s.namespace}/app/why${query}`;
      const response = await fetch(`${kro.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, body: await response.json() };
    };
    const field = "?node=first&field=data.size";
    await eventually("the reader gets an explanation", async () => {
      const { status, body } = await ask(reader, field);
      return status === 200 && body.value === "2";
    });
    const whole = await ask(reader, "");
    assert.match(JSON.stringify(whole.body), /the external ConfigMap \S+\/given does not exist/);
    assert.equal((await ask(reader, "?node=frist")).status, 404);
    const refused = await ask(stranger, field);
    assert.deepEqual([refused.status, refused.body.status], [403, 403]);
    assert.match(refused.body.detail, /forbidden/);
    const file = await Deno.makeTempFile();
    try {
      const server = ["why", `waiter.${graph.group}/app`, "-n", s.namespace, "--server", kro.url];
      await Deno.writeTextFile(file, `${stranger}\n`);
      const denied = await runCommand([...server, "--token-file", file]);
      assert.equal(denied.code, 1);
      assert.match(denied.stderr, /responded with 403: .*forbidden/);
      const anonymous = await runCommand(server);
      assert.equal(anonymous.code, 2);
      assert.match(anonymous.stderr, /responded with 401: .*; set --token-file$/);
      await Deno.writeTextFile(file, reader);
      const allowed = await runCommand([...server, "--token-file", file]);
      assert.equal(allowed.code, 0, allowed.stderr);
    } finally {
      await Deno.remove(file);
    }
  } finally {
    await kubectl(["delete", "clusterrolebinding,clusterrole", role]);
  }
});

kroTest("a controller and the cluster give the same explanations", async (s) => {
  const graph = await s.graph(WAITING);
  await graph.create("app");
  const kro = await commandIn(s.namespace);
  const kind = `waiter.${graph.group}`;
  // The controller of the test runs in this process, and serves no endpoint.
  await s.restart(async () => {
    await using controller = await startKro();
    const both = async (...subject: string[]) => {
      const [here, there] = await Promise.all([
        kro("why", `${kind}/app`, ...subject, "-o", "json"),
        runCommand([
          ...["why", `${kind}/app`, ...subject, "-o", "json", "-n", s.namespace],
          ...["--server", controller.url],
        ]),
      ]);
      assert.equal(here.code, there.code, there.stderr);
      const text = ({ stdout, stderr }: CommandResult) => stdout || stderr;
      return [text(here), text(there)] as const;
    };
    const agrees = (...subject: string[]) =>
      eventually(`the same explanation of ${subject.join(" ") || "the instance"}`, async () => {
        const [here, there] = await both(...subject);
        return here === there ? here : undefined;
      });
    assert.match(await agrees(), /the external ConfigMap \S+\/given does not exist/);
    for (const subject of ["first", "extra", "last", "first.data.size", "status.size"]) {
      await agrees(subject);
    }
    assert.match(await agrees("frist"), /did you mean \\?"first/);
    assert.match(await agrees("first.dta"), /did you mean \\?"data/);
    await kubectl(["annotate", "rgd", graph.rgd.name, "kro.run/reconcile=suspended"]);
    assert.match(await agrees(), /suspended by an annotation of the ResourceGraphDefinition/);
  });
});

kroTest("with rights to read instances only, why shows the conditions", async (s) => {
  const graph = await s.graph(WAITING);
  await graph.create("app");
  await using account = await serviceAccountIn(s.namespace, "reader");
  const resource = `${graph.crd.name}`;
  await kubectl([
    "create",
    "role",
    "reader",
    "-n",
    s.namespace,
    "--verb=get,list",
    `--resource=${resource}`,
  ]);
  await kubectl([
    ...["create", "rolebinding", "reader", "-n", s.namespace],
    ...["--role=reader", `--serviceaccount=${s.namespace}:reader`],
  ]);
  const kro = await commandIn(s.namespace, account.kubeconfig);
  await eventually("kro has labeled the instance", async () => {
    const { code, stdout } = await kro("why", `waiter.${graph.group}/app`);
    return code === 0 && /the graph of the kind cannot be read: .* is forbidden/.test(stdout);
  });
});
