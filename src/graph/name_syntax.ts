/** The syntax of object names and namespaces, as apimachinery validates them. */

/**
 * The syntax of a name. `label` is a DNS label and `subdomain` a DNS subdomain (RFC 1123). `segment` is any
 * string that can be one segment of the path of a URL.
 */
export type NameSyntax = "label" | "subdomain" | "segment";

interface Rule {
  /** Matches a character that a name cannot contain. */
  readonly refused: RegExp;
  /** Matches a whole name that is valid, if the name contains no refused character. */
  readonly whole: RegExp;
  /** Returns the message about a refused character. */
  readonly contains: (character: string) => string;
  /** Returns the message about an invalid name. */
  readonly invalid: (name: string) => string;
}

const RULES: Record<NameSyntax, Rule> = {
  label: {
    refused: /[^-a-z0-9]/u,
    whole: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    contains: (c) => `contains ${c}, but may contain only lower case letters, digits and "-"`,
    invalid: (name) => `${name} is not a DNS label (RFC 1123)`,
  },
  subdomain: {
    refused: /[^-a-z0-9.]/u,
    whole: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    contains: (c) => `contains ${c}, but may contain only lower case letters, digits, "-" and "."`,
    invalid: (name) => `${name} is not a DNS subdomain (RFC 1123)`,
  },
  segment: {
    refused: /[/%]/u,
    whole: /^(?!\.{1,2}$)/,
    contains: (c) => `contains ${c}, which no name may contain`,
    invalid: (name) => `${name} cannot be a name`,
  },
};

/** Groups whose kinds all require a DNS subdomain or a DNS label as the name. */
const DNS_GROUPS: ReadonlySet<string> = new Set(["", "apps", "autoscaling", "batch", "policy"]);

/** Further kinds that require a DNS subdomain as the name, in the form `group/kind`. */
const DNS_KINDS: ReadonlySet<string> = new Set([
  "networking.k8s.io/Ingress",
  "networking.k8s.io/NetworkPolicy",
]);

/** Kinds that require a DNS label as the name, in the form `group/kind`. */
const LABEL_KINDS: ReadonlySet<string> = new Set(["/Service", "/Namespace"]);

/** Returns whether the kind is one of the built-in kinds of Kubernetes whose names have a DNS syntax. */
export function isBuiltIn({ group, kind }: { group: string; kind: string }): boolean {
  return DNS_GROUPS.has(group) || DNS_KINDS.has(`${group}/${kind}`);
}

/** Returns the syntax of the names of a kind. A kind that is not known here may have any name. */
export function nameSyntax(kind: { group: string; kind: string }): NameSyntax {
  if (LABEL_KINDS.has(`${kind.group}/${kind.kind}`)) return "label";
  return isBuiltIn(kind) ? "subdomain" : "segment";
}

/**
 * Returns the reason why no value of the expressions makes a name valid; undefined when the name may be valid.
 *
 * @param literals The literal parts of the name.
 * @param isPlain Whether the name contains no expression, so that the only literal part is the whole name.
 */
export function nameFault(
  literals: readonly string[],
  isPlain: boolean,
  syntax: NameSyntax,
): string | undefined {
  const { refused, whole, contains, invalid } = RULES[syntax];
  for (const literal of literals) {
    const character = refused.exec(literal)?.[0];
    if (character !== undefined) return contains(JSON.stringify(character));
  }
  const name = literals[0] ?? "";
  return isPlain && !whole.test(name) ? invalid(JSON.stringify(name)) : undefined;
}
