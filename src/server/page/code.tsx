/// <reference lib="dom" />
/** Shows objects as YAML with highlighted expressions. */
import { dump } from "js-yaml";

/** Splits a text into literal parts and expressions `${…}`. The odd parts are the expressions. */
export function splitExpressions(text: string): string[] {
  const parts: string[] = [];
  let literal = 0;
  for (let at = text.indexOf("${"); at >= 0; at = text.indexOf("${", at)) {
    const end = endOf(text, at + 2);
    parts.push(text.slice(literal, at), text.slice(at, end));
    literal = at = end;
  }
  return [...parts, text.slice(literal)];
}

/** Returns the index after the brace that ends the expression whose content starts at `from`. */
function endOf(text: string, from: number): number {
  let depth = 1;
  let quote = "";
  for (let i = from; i < text.length; i++) {
    const char = text[i]!;
    if (quote) {
      if (char === "\\") i++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i + 1;
  }
  return text.length;
}

/** A path of a field. Long paths continue on the next line after a dot or before a bracket. */
export function FieldPath({ path }: { path: string }) {
  const steps = path.split(/(?<=\.)|(?=\[)/);
  return (
    <code>
      {steps.map((step, i) => [i > 0 && <wbr key={String(i)} />, step])}
    </code>
  );
}

/** A text with highlighted expressions. Expressions that read the node with the id `reads` are emphasized. */
export function Code({ text, reads }: { text: string; reads?: string }) {
  return (
    <pre class="code" tabindex={0}>
      {splitExpressions(text).map((part, i) =>
        i % 2 === 0 ? part : <mark key={String(i)} class={isReading(part, reads) ? "reads" : ""}>{part}</mark>
      )}
    </pre>
  );
}

function isReading(expression: string, id: string | undefined): boolean {
  return id !== undefined && expression.split(/[^\w]+/).includes(id);
}

/** Returns a value as YAML, with lists indented as kubectl indents them. */
export function yamlOf(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, seqNoIndent: true });
}

/** An object as YAML with highlighted expressions. */
export function Yaml({ value, reads }: { value: unknown; reads?: string }) {
  return <Code text={yamlOf(value)} reads={reads} />;
}

/** A value as YAML; undefined is an absent value. */
export function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span class="muted">absent</span>;
  return <Code text={yamlOf(value)} />;
}
