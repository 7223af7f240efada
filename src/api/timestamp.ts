/** Formats Kubernetes timestamps. */

/** Formats a date as Go's `metav1.Time` does: RFC 3339 in UTC with whole seconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
