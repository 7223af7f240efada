/** Label selectors as kubectl takes them: `a=b,c in (d,e),!f`. */

/** One requirement of a selector. */
export interface Requirement {
  /** Label key. */
  key: string;
  /** How its value must be. */
  operator: "in" | "notin" | "exists" | "absent";
  /** For `in` and `notin`. */
  values: string[];
}

const IN = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUAL = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/;
const EXISTS = /^(!?)\s*([^\s=!(),]+)$/;

/** The requirements of a selector's text; an empty text has none. Throws SyntaxError on bad ones. */
export function parseSelector(text: string): Requirement[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  return parts.length === 1 && parts[0] === "" ? [] : parts.map(parseRequirement);
}

function parseRequirement(text: string): Requirement {
  const among = IN.exec(text);
  if (among) {
    const values = among[3]!.split(",").map((value) => value.trim());
    return { key: among[1]!, operator: among[2] as "in" | "notin", values };
  }
  const equal = EQUAL.exec(text);
  if (equal) {
    const operator = equal[2] === "!=" ? "notin" : "in";
    return { key: equal[1]!, operator, values: [equal[3]!] };
  }
  const exists = EXISTS.exec(text);
  if (exists) return { key: exists[2]!, operator: exists[1] ? "absent" : "exists", values: [] };
  throw new SyntaxError(`label selector: "${text}" is no requirement`);
}

/** True when the labels fulfil every requirement. `notin` also takes objects without the label. */
export function matches(
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels[key];
    switch (operator) {
      case "in":
        return value !== undefined && values.includes(value);
      case "notin":
        return value === undefined || !values.includes(value);
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
    }
  });
}

/** The one value that a selector asks of a label; undefined when it leaves more than one. */
export function valueOf(requirements: readonly Requirement[], key: string): string | undefined {
  const found = requirements.find((r) =>
    r.key === key && r.operator === "in" && r.values.length === 1
  );
  return found?.values[0];
}
