/** Tests of the errors of `kro why --server`. An HTTP server of the test replaces the controller's endpoint. */
import assert from "node:assert/strict";
import { hostsOf } from "../../../src/cli/mod.ts";
import { problem } from "../../../src/server/problem.ts";
import { runCommand } from "../../support/command.ts";

/** Returns a graph as the path `/graphs` lists it. */
function graph(name: string, kind: string, group = "kro.run") {
  const serves = { apiVersion: `${group}/v1`, kind, plural: `${kind.toLowerCase()}s` };
  return { name, serves: { ...serves, namespaced: true } };
}

const GRAPHS = [
  graph("shop", "Shop"),
  graph("mall", "Mall", "a.io"),
  graph("other", "Mall", "b.io"),
];
const FOUND = { topic: "instance", text: "Shop default/corner is ready", because: [] };

/** Runs `kro why` with these words, and answers the requests below a path of each key. */
async function why(
  answers: Record<string, (request: Request) => unknown>,
  words: readonly string[],
): Promise<{ code: number; text: string }> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const found = answers[pathname]?.(request) ?? problem(404, `no such path: ${pathname}`);
    return found instanceof Response ? found : Response.json(found);
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const { code, stdout, stderr } = await runCommand(["why", ...words, "--server", `${url}/`]);
    return { code, text: (stdout + stderr).replaceAll(url, "URL") };
  } finally {
    await server.shutdown();
  }
}

const page = (items: unknown[]) => () => ({ items, total: items.length });
const WHY = "/graphs/shop/instances/default/corner/why";

Deno.test("the kind selects the graph, on all pages of the list", async () => {
  const graphs = (request: Request) =>
    new URL(request.url).searchParams.has("continue")
      ? { items: GRAPHS.slice(0, 1), total: 3 }
      : { items: GRAPHS.slice(1), total: 3, continue: "next" };
  for (const kind of ["shop", "Shop", "shops", "shops.kro.run", "shop.kro.run"]) {
    const { code, text } = await why({ "/graphs": graphs, [WHY]: () => FOUND }, [`${kind}/corner`]);
    assert.deepEqual([code, text], [0, `${FOUND.text}\n`], kind);
  }
});

Deno.test("the node and the field are part of the request", async () => {
  const cases: [words: string[], query: string][] = [
    [[], ""],
    [["app"], "?node=app"],
    [["app.spec.ports[0]"], "?field=app.spec.ports%5B0%5D"],
    [["parts[1]"], "?field=parts%5B1%5D"],
  ];
  for (const [words, query] of cases) {
    let asked = "";
    const answer = (request: Request) => {
      asked = new URL(request.url).search;
      return FOUND;
    };
    await why({ "/graphs": page(GRAPHS), [WHY]: answer }, ["shop", "corner", ...words]);
    assert.equal(asked, query);
  }
});

Deno.test("each error of kro why --server is one line that names the cause", async () => {
  const list = { "/graphs": page(GRAPHS) };
  const missing = () => problem(404, 'graph "shop" has no instance "corner" in the cluster');
  const instances = (...items: unknown[]) => ({
    ...list,
    [WHY]: missing,
    "/graphs/shop/instances": page(items),
  });
  const refused = (status: 401 | 403 | 503, detail: string) => ({
    "/graphs": () => problem(status, detail),
  });
  const html = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const one = "shop/corner";
  const cases: [Parameters<typeof why>[0], word: string, code: number, message: RegExp][] = [
    [list, "shpo/corner", 2, /serves no kind "shpo": did you mean "shop"\?/],
    [list, "zzz/corner", 2, /serves no kind "zzz": its kinds are Mall, Mall, Shop/],
    [{ "/graphs": page([]) }, one, 2, /serves no kind "shop": it serves no graph/],
    [list, "mall/x", 2, /several graphs define the kind "mall": name malls\.a\.io or malls\.b\.io/],
    [list, "graph/shop", 2, /--server explains instances only/],
    [
      instances(),
      one,
      1,
      /Shop\.kro\.run default\/corner does not exist .*; kro get shops -A lists/,
    ],
    [instances({ name: "korner", namespace: "default" }), one, 1, /; did you mean "korner"\?/],
    [instances({ name: "corner", namespace: "x" }), one, 1, /; the namespace x has it: use -n/],
    [instances({ name: "corner", namespace: "default" }), one, 2, /: graph "shop" has no instance/],
    [
      refused(401, "send a token"),
      one,
      2,
      /URL responded with 401: send a token; set --token-file/,
    ],
    [refused(403, "not on this host"), one, 1, /URL responded with 403: not on this host$/],
    [refused(503, "the leader is kro-1"), one, 2, /URL responded with 503: the leader is kro-1$/],
    [
      { "/graphs": html },
      one,
      2,
      /URL is not the endpoint of a kro controller: .* 200 and text\/html/,
    ],
    [{ "/graphs": () => ({ a: 1 }) }, one, 2, /is not the endpoint of a kro controller/],
    [
      { ...list, [WHY]: () => ({ text: "x", because: [1] }) },
      one,
      2,
      /is not the endpoint of a kro/,
    ],
    [
      { "/graphs": () => Response.redirect("http://127.0.0.2/login") },
      one,
      2,
      /\/graphs responded with 302 and no content type; check the URL/,
    ],
  ];
  for (const [answers, word, expected, message] of cases) {
    const { code, text } = await why(answers, [word]);
    assert.match(text, message);
    assert.deepEqual([code, text.includes("\n")], [expected, false], text);
  }
});

Deno.test("flags of kro why --server that have no effect are refused", async () => {
  const cases: [flags: string[], message: RegExp][] = [
    [["--server", "localhost:8079"], /"localhost:8079" is not a URL: write it as http:\/\/HOST/],
    [["--server", "http://127.0.0.1:9", "--context", "c"], /'--server <url>' cannot be used with/],
    [["--server", "http://127.0.0.1:9", "--cel-pass-budget", "9"], /cannot be used with option/],
    [
      ["--server", "http://127.0.0.1:9", "--token-file", "/no"],
      /cannot read the token \/no: No such file/,
    ],
    [
      ["--server", "http://127.0.0.1:9", "--token-file", "/"],
      /cannot read the token \/: Is a directory/,
    ],
    [["--token-file", "/no"], /--token-file needs --server/],
  ];
  for (const [flags, message] of cases) {
    const { code, stderr, lines } = await runCommand(["why", "shop/corner", ...flags]);
    assert.match(stderr, message);
    assert.deepEqual([code, lines], [2, 1]);
  }
});

Deno.test("a URL without a host names no host", () => {
  assert.deepEqual(hostsOf({ server: "localhost:8079" }), []);
  assert.deepEqual(hostsOf({ server: "not a URL" }), []);
  assert.deepEqual(hostsOf({ server: "http://kro.kro" }), ["kro.kro:80"]);
});
