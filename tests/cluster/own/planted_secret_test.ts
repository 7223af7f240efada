/**
 * Tests that neither the controller nor a command shows the values of Secrets. The graph of the test copies
 * values of a Secret to many places where an error message may quote them.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  configMap,
  eventually,
  type GraphSpec,
  kroTest,
  kubectl,
  NAME,
  type Scenario,
  sharedControlPlane,
  startKro,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

/** A value of a Secret, in the forms in which a message may quote it. */
interface Planted {
  readonly value: string;
  /**
   * The value, its base64 encodings at each of the three offsets, and parts of the value that are long enough
   * to be unique.
   */
  readonly forms: readonly string[];
}

/** Returns a random value that no label, name or number may have, so that an API server refuses and quotes it. */
function plant(): Planted {
  const value = `S3cr3t!${crypto.randomUUID()} $igns`;
  const encoded = btoa(value);
  return {
    value,
    forms: [value, encoded, btoa(encoded), value.slice(7, 43), encoded.slice(4, 40)],
  };
}

/** Asserts that a text contains a planted value in no encoding, neither as a whole nor in part. */
function assertHidden(where: string, text: string, planted: readonly Planted[]): void {
  for (const form of planted.flatMap(({ forms }) => forms)) {
    assert.ok(!text.includes(form), `a Secret's value is in ${where}: ${around(text, form)}`);
  }
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 300), at + form.length + 100);
}

const CLEAR = "string(db.data.password)";
const ENCODED = "base64.encode(db.data.password)";

/** Returns a ConfigMap node whose label is an expression, which the API server refuses and quotes. */
function labeled(id: string, expression: string): JsonObject {
  return {
    id,
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${NAME}-${id}`, labels: { pw: `\${${expression}}` } },
    },
  };
}

/** Nodes that read a Secret and fail, each with another error. */
const FAILING: JsonObject[] = [
  labeled("refused", CLEAR),
  labeled("number", `string(int(${CLEAR}))`),
  labeled("missing", `{'a': 'b'}[${CLEAR}]`),
  labeled("time", `string(timestamp(${CLEAR}))`),
  labeled("size", `string(quantity(${CLEAR}).asInteger())`),
  labeled("address", `string(ip(${CLEAR}))`),
  labeled("json", `json.unmarshal(${CLEAR}).a`),
  labeled("pattern", `string('a'.matches('(' + ${CLEAR}))`),
  configMap("keyed", `${NAME}-keyed`, {}, {}),
  configMap("included", `${NAME}-included`, { a: "b" }, {
    includeWhen: [`\${int(${CLEAR}) > 0}`],
  }),
  configMap("ready", `${NAME}-ready`, { a: `\${${CLEAR}}` }, {
    readyWhen: ["${int(ready.data.a) > 0}"],
  }),
  configMap("many", `${NAME}-\${x}`, { a: "b" }, {
    forEach: [{ x: `\${[string(int(${CLEAR}))]}` }],
  }),
].map((node) =>
  node.id !== "keyed" ? node : {
    id: "keyed",
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${NAME}-keyed` },
      data: `\${{${CLEAR}: 'x'}}`,
    },
  }
);

/** Returns an RGD that reads the Secret `db` and copies its value. */
function planted(kind: string, more: JsonObject[] = FAILING): GraphSpec {
  return {
    kind,
    spec: { size: "integer | default=1" },
    status: { number: `\${int(${CLEAR})}` },
    resources: [
      { id: "db", externalRef: { apiVersion: "v1", kind: "Secret", metadata: { name: "db" } } },
      {
        id: "copy",
        template: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: `${NAME}-copy` },
          stringData: { password: `\${${ENCODED}}` },
        },
      },
      configMap("map", `${NAME}-map`, { clear: `\${${CLEAR}}`, encoded: `\${${ENCODED}}` }),
      ...more,
    ],
  };
}

async function createSecret(cluster: TestCluster, value: string): Promise<void> {
  await cluster.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db" },
    data: { password: btoa(value) },
  });
}

/** Writes the objects as a List to a new file in the folder, and returns the path of the file. */
async function fileOf(dir: string, name: string, ...objects: object[]): Promise<string> {
  const path = `${dir}/${name}`;
  await Deno.writeTextFile(
    path,
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  );
  return path;
}

Deno.test("the controller shows values of Secrets in neither status, log, Events, metrics nor API", async () => {
  await using cluster = await TestCluster.open("planted");
  const secret = plant();
  await createSecret(cluster, secret.value);
  await using kro = await startKro([
    "-vvv",
    "--feature-gates=InstanceConditionEvents=true",
    "--dynamic-controller-rate-limiter-max-delay=200ms",
  ]);
  const graph = await TestGraph.create(cluster, planted("Planted"));
  await graph.served();
  await graph.create("app");
  const place = graph.instance("app");
  await cluster.until(place, (o) => o.status?.state === "ERROR");
  const path = `/graphs/${graph.rgd.name}`;
  const ofInstance = `${path}/instances/${cluster.namespace}/app`;
  await eventually("the API shows each failed node", async () => {
    const text = await (await kro.get(ofInstance))?.text() ?? "";
    return FAILING.every(({ id }) => text.includes(`"${id}"`)) && text.includes("is withheld");
  });
  await eventually("an Event", async () => {
    const text = await kubectl(["-n", cluster.namespace, "get", "events", "-o", "json"]);
    return text.includes("is withheld");
  });

  const { status } = await cluster.get(place);
  const shown: Record<string, string> = {
    "the status": JSON.stringify(status),
    "the Events": await kubectl(["-n", cluster.namespace, "get", "events", "-o", "json"]),
    "the log": kro.log(),
    "the metrics": await (await fetch(`${kro.metricsUrl}/metrics`)).text(),
  };
  for (const page of ["/graphs", path, `${path}/instances`, ofInstance, `${path}/revisions`, "/"]) {
    shown[page] = await (await kro.get(page))?.text() ?? "";
  }
  for (const [where, text] of Object.entries(shown)) assertHidden(where, text, [secret]);
  await graph.removeAll();
  assertHidden("the log after deletion", kro.log(), [secret]);
});

/**
 * Returns a function that runs a command of kro in the test's namespace, and asserts that its output contains
 * none of the planted values.
 */
async function commands(s: Scenario, secrets: readonly Planted[]) {
  const { kubeconfigFor } = await sharedControlPlane();
  const connection = ["--kubeconfig", kubeconfigFor("kro"), "-n", s.namespace];
  return async (args: readonly string[], isConnected = true): Promise<string> => {
    const flags = isConnected ? connection : [];
    const { stdout, stderr } = await runCommand([...args, ...flags]);
    assertHidden(`the output of kro ${args.join(" ")}`, `${stdout}\n${stderr}`, secrets);
    return `${stdout}\n${stderr}`;
  };
}

kroTest("no command shows the value of a Secret", async (s) => {
  const secret = plant();
  await createSecret(s.cluster, secret.value);
  const dir = await Deno.makeTempDir();
  try {
    const graph = await s.graph(planted("Shown"));
    const kro = await commands(s, [secret]);
    const rgd = await fileOf(dir, "rgd.json", graph.object(planted("Shown")));
    const instance = await fileOf(dir, "instance.json", {
      apiVersion: graph.apiVersion,
      kind: "Shown",
      metadata: { name: "app" },
      spec: { size: 2 },
    });
    const kind = `shown.${graph.group}`;
    const applied = await kro(["apply", "-f", instance, "--timeout", "10s", "--force-local"]);
    assert.match(applied, /is withheld/);
    for (const format of ["table", "yaml", "json"]) {
      await kro(["reconcile", `${kind}/app`, "--timeout", "10s", "--force-local", "-o", format]);
    }
    for (const command of ["get", "describe", "why"]) await kro([command, `${kind}/app`]);
    for (const id of ["copy", "map", ...FAILING.map(({ id }) => id as string)]) {
      await kro(["why", `${kind}/app`, id]);
    }
    for (const field of ["map.data.clear", "copy.data.password", "db.data.password"]) {
      await kro(["why", `${kind}/app`, field]);
    }

    const record = `${dir}/record.json`;
    await kro(["record", `${kind}/app`, "--out", record]);
    assertHidden("the record", await Deno.readTextFile(record), [secret]);
    for (const format of ["text", "json"]) await kro(["replay", record, "-o", format], false);

    // Each changed RGD replaces fields that contain the Secret's value, so the plan compares old values with
    // new values.
    const changes: Record<string, GraphSpec> = {
      "other copies": planted("Shown", [configMap("more", `${NAME}-more`, { a: `\${${CLEAR}}` })]),
      "a copy of no Secret": {
        ...planted("Shown"),
        status: { number: "${size(map.metadata.name)}" },
        resources: [
          configMap("map", `${NAME}-map`, { clear: "x", encoded: "y" }),
          configMap("ready", `${NAME}-ready`, { a: "z" }),
        ],
      },
    };
    for (const [name, spec] of Object.entries(changes)) {
      const next = await fileOf(dir, "next.json", graph.object(spec));
      for (const format of ["text", "json", "markdown", "github"]) {
        const text = await kro(["plan", "-f", next, "-o", format]);
        assert.match(text, /app-(map|more)/, `${name} as ${format}: ${text}`);
      }
      const saved = `${dir}/plan.json`;
      await kro(["plan", "-f", next, "--out", saved]);
      assertHidden(`the saved plan of ${name}`, await Deno.readTextFile(saved), [secret]);
      await kro(["validate", "-f", next, "-v"]);
    }
    for (const format of ["mermaid", "dot", "svg"]) await kro(["graph", "-f", rgd, "-o", format]);
    // The standard output of `kro render` contains the objects that it renders from these files, and may
    // contain the values in the files.
    const observed = await fileOf(dir, "observed.json", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", namespace: s.namespace },
      data: { password: btoa(secret.value) },
    });
    const rendered = await runCommand([
      ...["render", "-f", rgd, "-f", instance, "--observed", observed, "-n", s.namespace],
    ]);
    assert.match(rendered.stderr, /node "number" is not rendered/);
    assertHidden("the standard error of kro render", rendered.stderr, [secret]);
    await kro(["delete", `${kind}/app`, "--timeout", "20s"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
