/// <reference lib="dom" />
/** A search field that chooses an instance of a graph. */
import { useEffect, useState } from "preact/hooks";
import { setQuery } from "../address.ts";

/** The number of suggestions below a search field. */
const MAX_SUGGESTIONS = 20;

/** A search field that suggests instances. The parameter `name` of the address holds the chosen instance. */
export function Choice(
  { label, name, value = "", keys }: {
    label: string;
    name: string;
    value?: string;
    keys: readonly string[];
  },
) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const words = text.toLowerCase().split(/\s+/);
  const found = keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
  // Enter chooses the first suggestion, so that a part of a name suffices. If the reader presses Enter before the
  // instances are loaded, the first suggestion is chosen as soon as there is one.
  const [isEntered, setEntered] = useState(false);
  const chosen = isEntered ? found[0] : undefined;
  useEffect(() => {
    if (chosen === undefined) return;
    setEntered(false);
    setQuery({ [name]: chosen });
  }, [chosen]);
  const typed = (event: Event) => {
    setEntered(false);
    const typed = (event.target as HTMLInputElement).value;
    setText(typed);
    if (typed === "" || keys.includes(typed)) setQuery({ [name]: typed });
  };
  const entered = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    const { value: typed } = event.target as HTMLInputElement;
    setText(typed);
    setEntered(typed !== "");
  };
  return (
    <label>
      {label}{" "}
      <input
        type="search"
        list={`instances-${name}`}
        value={text}
        placeholder="namespace/name"
        onInput={typed}
        onKeyDown={entered}
      />
      <datalist id={`instances-${name}`}>
        {found.slice(0, MAX_SUGGESTIONS).map((key) => <option key={key} value={key} />)}
      </datalist>
      {text !== value && found.length === 0 && <span class="muted">no match</span>}
    </label>
  );
}
