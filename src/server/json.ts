/** Successful JSON responses. */

/** Returns a response with the value as its body, in JSON with sorted keys. */
export function json(value: unknown): Response {
  return new Response(JSON.stringify(sorted(value), undefined, 2) + "\n", {
    headers: { "content-type": "application/json" },
  });
}

/**
 * Returns a copy of a JSON value in which the keys of objects are sorted, so that two responses can be
 * compared with `diff`. Sorting before the formatting takes less time than sorting in a replacer function,
 * because V8 formats slowly if it has to call a replacer.
 */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const object = value as Record<string, unknown>;
  return Object.fromEntries(Object.keys(object).sort().map((key) => [key, sorted(object[key])]));
}
