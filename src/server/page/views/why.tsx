/// <reference lib="dom" />
/** Explains the state of an instance or a node, or the value of a field. A button opens the explanation. */
import { setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Code } from "../code.tsx";
import { Age, Mark, Notice, stateTone } from "../marks.tsx";
import type { Explanation } from "../types.ts";

/** The properties of {@link Why}. */
export interface WhyProps {
  /** The path of the instance in the JSON API. */
  readonly path: string;
  /** The node to explain, or an object of a collection, such as `pods[0]`; undefined for the instance. */
  readonly node?: string;
  /** The path of the field to explain; undefined to explain the node or the instance. */
  readonly field?: string;
  /** The label of the button that opens the explanation. */
  readonly label: string;
}

/** A button that opens an explanation. The parameter `why` of the address names the open explanation. */
export function Why({ path, node, field, label }: WhyProps) {
  const { query } = useAddress();
  const key = field ?? "-";
  const isOpen = query.why === key;
  return (
    <div class="why">
      <button
        type="button"
        class="link"
        aria-expanded={isOpen ? "true" : "false"}
        onClick={() => setQuery({ why: isOpen ? undefined : key })}
      >
        {label}
      </button>
      {isOpen && <Explained path={path} node={node} field={field} />}
    </div>
  );
}

/** The explanation itself. */
export function Explained({ path, node, field }: Omit<WhyProps, "label">) {
  const query = new URLSearchParams({ ...node && { node }, ...field && { field } });
  const { data, error } = useAnswer<Explanation>(`${path}/why?${query}`);
  if (error && !data) return <Notice title="kro cannot explain this">{error.detail}</Notice>;
  if (!data) return <p class="muted">Loading…</p>;
  return (
    <ul class="tree">
      <Statement item={data} />
    </ul>
  );
}

function Statement(
  { item: { text, topic, state, expression, time, because } }: { item: Explanation },
) {
  const hasState = state !== undefined && (topic === "node" || topic === "instance");
  return (
    <li>
      <p>
        {hasState ? <Mark tone={stateTone(state)}>{text}</Mark> : text}
        {time && (
          <span class="muted">
            {" · "}
            <Age since={time} />
          </span>
        )}
      </p>
      {expression && !text.includes(expression) && <Code text={expression} />}
      {because.length > 0 && (
        <ul>
          {because.map((each, i) => <Statement key={String(i)} item={each} />)}
        </ul>
      )}
    </li>
  );
}
