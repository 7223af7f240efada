/** The syntax of object names and namespaces, as apimachinery validates them. */
import type { Literals } from "./literal_parts.ts";

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

/**
 * Groups whose kinds require a DNS subdomain or a DNS label as the name, except for the {@link FREE_KINDS}.
 */
const DNS_GROUPS: ReadonlySet<string> = new Set(["", "apps", "autoscaling", "batch"]);

/** Kinds outside {@link DNS_GROUPS} that require a DNS subdomain as the name, in the form `group/kind`. */
const DNS_KINDS: ReadonlySet<string> = new Set([
  "networking.k8s.io/Ingress",
  "networking.k8s.io/NetworkPolicy",
]);

/** Kinds that require a DNS label as the name, in the form `group/kind`. */
const LABEL_KINDS: ReadonlySet<string> = new Set(["/Service", "/Namespace"]);

/**
 * Kinds whose name can be any segment of a path, of any length, in the form `group/kind`. The API server
 * validates the names of these kinds with `path.ValidatePathSegmentName` alone. `group/` stands for all kinds
 * of the group.
 */
const FREE_KINDS: ReadonlySet<string> = new Set([
  "/Event",
  "events.k8s.io/",
  "policy/",
  "rbac.authorization.k8s.io/",
]);

/** Returns whether the name of an object of this kind can be any segment of a path, of any length. */
export function isFreeName({ group, kind }: { group: string; kind: string }): boolean {
  return FREE_KINDS.has(`${group}/${kind}`) || FREE_KINDS.has(`${group}/`);
}

/**
 * Returns the syntax of the names of a kind. For a kind that is not listed in this file, returns `segment`,
 * which permits the most names.
 */
export function nameSyntax(kind: { group: string; kind: string }): NameSyntax {
  const id = `${kind.group}/${kind.kind}`;
  if (LABEL_KINDS.has(id)) return "label";
  if (isFreeName(kind)) return "segment";
  return DNS_GROUPS.has(kind.group) || DNS_KINDS.has(id) ? "subdomain" : "segment";
}

/**
 * Returns the reason why a name is invalid regardless of the values of its expressions; undefined when the
 * name may be valid.
 */
export function nameFault({ parts, isPlain }: Literals, syntax: NameSyntax): string | undefined {
  const { refused, whole, contains, invalid } = RULES[syntax];
  for (const part of parts) {
    const character = refused.exec(part)?.[0];
    if (character !== undefined) return contains(JSON.stringify(character));
  }
  const name = parts[0] ?? "";
  return isPlain && !whole.test(name) ? invalid(JSON.stringify(name)) : undefined;
}
