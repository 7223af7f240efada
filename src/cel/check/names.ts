/**
 * Escapes names of fields so that they are valid CEL identifiers, as Kubernetes does: `a-b` becomes
 * `a__dash__b`.
 */

const RESERVED = new Set(
  ("true false null in as break const continue else for function if import let loop package " +
    "namespace return var void while").split(" "),
);
const ESCAPES: Readonly<Record<string, string>> = {
  "__": "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};
const UNESCAPES: Readonly<Record<string, string>> = {
  underscores: "__",
  dot: ".",
  dash: "-",
  slash: "/",
};

/**
 * Returns the CEL identifier for a field name; undefined when the name cannot be escaped. The rules are
 * those of `cel.Escape` in the Kubernetes API server: a reserved word such as `in` becomes `__in__`, and
 * `__`, `.`, `-`, `/` become `__underscores__`, `__dot__`, `__dash__`, `__slash__`.
 */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_][A-Za-z0-9_.\-\/]*$/.test(name)) return undefined;
  return name.replaceAll(/__|[.\-\/]/g, (text) => ESCAPES[text] ?? text);
}

/** Returns the field name for a CEL identifier; undefined when the identifier contains an invalid escape. */
export function unescapeName(identifier: string): string | undefined {
  if (!identifier.includes("__")) return identifier;
  const word = /^__([a-z]+)__$/.exec(identifier)?.[1];
  if (word !== undefined && RESERVED.has(word)) return word;
  let valid = true;
  const name = identifier.replaceAll(
    /__(?:(underscores|dot|dash|slash)__)?/g,
    (_, word?: string) => {
      const text = word === undefined ? undefined : UNESCAPES[word];
      valid &&= text !== undefined;
      return text ?? "";
    },
  );
  return valid ? name : undefined;
}
