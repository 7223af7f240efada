/** What an index can use of a label selector. */

/** The value that a selector asks of a label by `=` or `==`; undefined when it does not. */
export function valueOf(selector: string, label: string): string | undefined {
  for (const part of selector.split(",")) {
    const pair = /^\s*([^\s=!]+)\s*==?\s*([^\s=]+)\s*$/.exec(part);
    if (pair?.[1] === label) return pair[2];
  }
  return undefined;
}
