/** Small comparisons and texts that the files of this room share. */
import type { KindRef } from "../api/mod.ts";

/** True when both are the same JSON: absent fields equal undefined ones, key order does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .every((key) => sameJson(left[key], right[key]));
}

/** The kind alone, without what else is known of it, such as its schema. */
export function plainKind({ group, version, kind, plural, namespaced }: KindRef): KindRef {
  return { group, version, kind, plural, namespaced };
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The promise's value, or an error with that text when it takes longer. */
export async function within<T>(ms: number, promise: Promise<T>, text: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(text())), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until the promise is settled or so many milliseconds are over; true when it is settled. */
export async function settledIn(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => true, () => true);
  if (ms === Infinity) return await settled;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
