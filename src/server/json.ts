/** Successful JSON responses. */

/** Returns a response with the value as its body, in JSON with sorted keys. */
export function json(value: unknown): Response {
  return new Response(JSON.stringify(value, sortKeys, 2) + "\n", {
    headers: { "content-type": "application/json" },
  });
}

/** Sorts the keys of JSON objects, so that two responses can be compared with `diff`. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
