/** Tests that a bug of kro ends a request with status 500, and that the error is reported to the log. */
import assert from "node:assert/strict";
import { onBackgroundFailure } from "../../../src/api/mod.ts";
import { ConfigError } from "../../../src/kube/mod.ts";
import { createHandler, type ServerOptions } from "../../../src/server/mod.ts";
import { live, view } from "../../support/server/view.ts";

const BUG = new TypeError("x is not a function");

function broken(): never {
  throw BUG;
}

const rejected = () => Promise.reject(BUG);
const nothing = () => Promise.resolve(undefined);

/** Returns the status of a request, the detail of its response, and the errors that the endpoint reports. */
async function ask(path: string, options: Partial<ServerOptions>) {
  const reported: unknown[] = [];
  const stop = onBackgroundFailure((work, error) => void reported.push([work, error]));
  try {
    const mayReadApi = () => Promise.resolve("allowed" as const);
    const handler = createHandler({ view, version: "devel", mayReadApi, ...options });
    const response = await handler(new Request(`http://kro${path}`), "127.0.0.1");
    const { status, detail } = await response.json();
    return { status, detail, reported };
  } finally {
    stop();
  }
}

const CASES: [path: string, options: Partial<ServerOptions>][] = [
  ["/graphs/a", { view: { ...view, graph: broken } }],
  ["/graphs/a/instances/kro/one/object", { live: { ...live, get: rejected } }],
  ["/graphs/a/revisions", { live: { ...live, list: rejected } }],
  ["/graphs/a/instances/kro/one/why", { explainer: { explain: rejected } }],
  ["/graphs/a/instances/kro/one/compare?from=1&to=2", {
    explainer: { explain: nothing, compareRevisions: rejected },
  }],
];

for (const [path, options] of CASES) {
  Deno.test(`a bug that ends a request for ${path} is reported, and not called a silent API server`, async () => {
    assert.deepEqual(await ask(path, options), {
      status: 500,
      detail: "internal error; see kro's log",
      reported: [["HTTP request", BUG]],
    });
  });
}

Deno.test("credentials that kro cannot read are no bug: the response has status 503 and names the cause", async () => {
  const fails = () => Promise.reject(new ConfigError("/token: no such file"));
  for (
    const [path, options] of [
      ["/graphs/a/instances/kro/one/object", { live: { ...live, get: fails } }],
      ["/graphs/a/instances/kro/one/why", { explainer: { explain: fails } }],
    ] as const
  ) {
    const { status, detail, reported } = await ask(path, options);
    assert.deepEqual([status, reported], [503, []], path);
    assert.match(detail, /the API server does not answer: \/token: no such file/);
  }
});
