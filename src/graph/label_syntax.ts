/** The syntax of labels, as apimachinery validates them. */

/** The maximum length of the value of a label, in characters. */
export const LABEL_LENGTH = 63;

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Returns the reason why a string is not a valid key of a label; undefined when the key is valid. */
export function labelKeyFault(key: string): string | undefined {
  return isKey(key) ? undefined : `"${key}" is not a label key`;
}

/**
 * Returns the reason why a string is not a valid key of an annotation; undefined when the key is valid. The
 * prefix of an annotation key may contain upper case letters; the prefix of a label key may not.
 */
export function annotationKeyFault(key: string): string | undefined {
  return isKey(key.toLowerCase()) ? undefined : `"${key}" is not an annotation key`;
}

function isKey(key: string): boolean {
  const parts = key.split("/");
  const [prefix, name] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  return parts.length <= 2 && NAME.test(name) &&
    (prefix === undefined || (prefix.length <= 253 && PREFIX.test(prefix)));
}

/** Returns the reason why a string is not a valid value of a label; undefined when the value is valid. */
export function labelValueFault(value: string): string | undefined {
  return value === "" || NAME.test(value) ? undefined : `"${value}" is not a label value`;
}

/** Returns the reason why a string cannot be a part of a valid label value; undefined when it can. */
export function labelPartFault(part: string): string | undefined {
  const character = /[^-A-Za-z0-9_.]/u.exec(part)?.[0];
  return character === undefined
    ? undefined
    : `contains ${
      JSON.stringify(character)
    }, but may contain only letters, digits, "-", "_" and "."`;
}

/**
 * Returns the error message for a name that is too long to be the value of a label; undefined when the name
 * is short enough. The message begins with `what`.
 */
export function labelFault(what: string, name: string, label: string): string | undefined {
  if (name.length <= LABEL_LENGTH) return undefined;
  return `${what} has ${name.length} characters, but is also the value of the label ${label}, ` +
    `which holds at most ${LABEL_LENGTH}`;
}
