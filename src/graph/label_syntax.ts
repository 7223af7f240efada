/** The syntax of labels, as apimachinery validates them. */

/** The greatest number of characters of a label's value. */
export const LABEL_LENGTH = 63;

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The fault of a label's key; undefined when the key is valid. */
export function labelKeyFault(key: string): string | undefined {
  const parts = key.split("/");
  const [prefix, name] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  const sound = parts.length <= 2 && NAME.test(name) &&
    (prefix === undefined || (prefix.length <= 253 && PREFIX.test(prefix)));
  return sound ? undefined : `"${key}" is not a label key`;
}

/** The fault of a label's value; undefined when the value is valid. */
export function labelValueFault(value: string): string | undefined {
  return value === "" || NAME.test(value) ? undefined : `"${value}" is not a label value`;
}

/** The fault of a name that kro writes into a label; undefined when the label can hold the name. */
export function labelFault(what: string, name: string, label: string): string | undefined {
  if (name.length <= LABEL_LENGTH) return undefined;
  return `${what} has ${name.length} characters, but is also the value of the label ${label}, ` +
    `which holds at most ${LABEL_LENGTH}`;
}
