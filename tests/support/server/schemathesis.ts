/**
 * The command `deno task schemathesis`: sends random requests to kro's HTTP endpoint, and checks that the
 * responses match the OpenAPI document. Needs the program `schemathesis` from PyPI.
 */
import { createHandler, listen } from "../../../src/server/mod.ts";
import { explainer, live, view } from "./view.ts";

const readiness = () => ({ ready: true, missing: [] });
const served = { view: { ...view, readiness }, version: "devel", live, explainer };
const handler = createHandler(served);
const listening = await listen("127.0.0.1:0", handler);
// `schemathesis` runs in a temporary folder, because it writes its test cases to the working folder.
const cwd = await Deno.makeTempDir({ prefix: "kro-schemathesis-" });
const { code } = await new Deno.Command("schemathesis", {
  args: [
    "run",
    `${listening.url}/openapi.json`,
    // This check fails if the endpoint rejects a request that matches the schema. The schema cannot describe
    // the syntax of label selectors and page tokens, so the endpoint rejects random strings with status 400.
    "--exclude-checks",
    "positive_data_acceptance",
    // An event stream has no end, so a request for it would not return.
    "--exclude-path",
    "/events",
    ...Deno.args,
  ],
  cwd,
}).spawn().status;
await listening.close();
await Deno.remove(cwd, { recursive: true });
Deno.exit(code);
