/** Tests of watchObjects, with which `kro get -w` continues after errors that pass, and ends at all others. */
import assert from "node:assert/strict";
import { ApiError, type ApiErrorReason, RGD_KIND } from "../../../src/api/mod.ts";
import { watchObjects } from "../../../src/cli/inspect/watch.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";

/**
 * Watches while each request fails with the next of these errors. Returns the requests, and ends the watch when no
 * error is left.
 */
async function requestsOf(...errors: (ApiErrorReason | "lists" | "ends")[]): Promise<string[]> {
  const stop = new AbortController();
  const requests: string[] = [];
  const next = () => {
    const error = errors.shift();
    if (errors.length === 0) stop.abort();
    if (error && error !== "lists" && error !== "ends") {
      throw new ApiError(error, { reason: error });
    }
  };
  const client = {
    // deno-lint-ignore require-yield
    async *watch(_: unknown, { resourceVersion }: { resourceVersion: string }) {
      requests.push(`watch ${resourceVersion}`);
      next();
    },
    list: () => {
      requests.push("list");
      next();
      return Promise.resolve({ items: [], resourceVersion: "9" });
    },
  } as unknown as KubeClient;
  for await (const _ of watchObjects(client, RGD_KIND, {}, "1", stop.signal, 0)) { /* no event */ }
  return requests;
}

Deno.test("a watch that ends or loses its connection continues, also while it lists again", async () => {
  assert.deepEqual(await requestsOf("ends", "Unreachable", "ends"), [
    "watch 1",
    "watch 1",
    "watch 1",
  ]);
  assert.deepEqual(
    await requestsOf("Gone", "Unreachable", "lists", "ends"),
    ["watch 1", "list", "list", "watch 9"],
  );
});

Deno.test("a watch ends with the error if the same request would fail again", async () => {
  for (const reason of ["Forbidden", "Unauthorized", "NotFound", "BadRequest"] as const) {
    await assert.rejects(requestsOf(reason, "ends", "ends"), { reason });
  }
});
