/// <reference lib="dom" />
/** The live page: a header with the path and the state of the connection, and below it the selected view. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { graphLink, link, useAddress } from "./address.ts";
import { setToken, useAnswer } from "./api.ts";
import { Notice } from "./marks.tsx";
import { follow, useConnection } from "./stream.ts";
import { Compare } from "./views/compare.tsx";
import { GraphPage } from "./views/graph.tsx";
import { InstancePage } from "./views/instance.tsx";
import { Overview } from "./views/overview.tsx";

const CONNECTIONS = {
  connecting: { tone: "quiet", text: "Connecting" },
  live: { tone: "good", text: "Live" },
  lost: { tone: "bad", text: "Disconnected" },
} as const;

function Head({ path }: { path: readonly string[] }) {
  const { tone, text } = CONNECTIONS[useConnection()];
  const [, graph, , namespace, name] = path;
  return (
    <header>
      <a class="brand" href="#/">kro</a>
      <nav aria-label="Path">
        {graph && <a href={graphLink(graph)}>{graph}</a>}
        {name && <a href={link(path)}>{namespace === "-" ? name : `${namespace}/${name}`}</a>}
      </nav>
      <span class={`connection ${tone}`} role="status">{text}</span>
    </header>
  );
}

function View({ path }: { path: readonly string[] }) {
  const [first, graph, part, namespace, name] = path;
  if (first === undefined) return <Overview />;
  if (first === "graphs" && graph && path.length === 2) return <GraphPage graph={graph} />;
  if (first === "graphs" && part === "instances" && name && path.length === 5) {
    return <InstancePage key={path.join("/")} graph={graph!} namespace={namespace!} name={name} />;
  }
  if (first === "graphs" && graph && part === "compare" && path.length === 3) {
    return <Compare graph={graph} />;
  }
  return (
    <Notice title="This page does not exist">
      Choose a graph in the <a href="#/">overview</a>.
    </Notice>
  );
}

/** Asks for a token when kro requires one. The token stays in the memory of the page. */
function Access({ detail }: { detail: string }) {
  const [value, setValue] = useState("");
  return (
    <form
      class="notice"
      onSubmit={(event: Event) => {
        event.preventDefault();
        setToken(value.trim());
      }}
    >
      <strong>kro asks who you are</strong>
      <p>{detail}</p>
      <p>
        Print a token with{" "}
        <code>kubectl create token SERVICEACCOUNT</code>. The page forgets the token when it is
        closed.
      </p>
      <label>
        Token{" "}
        <input
          type="password"
          autocomplete="off"
          value={value}
          onInput={(event: Event) => setValue((event.target as HTMLInputElement).value)}
        />
      </label>{" "}
      <button type="submit">Continue</button>
    </form>
  );
}

/** Handles the keys that work everywhere: `/` searches, Esc closes the panel or leads one level up. */
function pressed(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const isTyping = target.matches("input, select, textarea");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector<HTMLInputElement>("input[type=search]");
    if (!search) {
      location.hash = "#/";
      return;
    }
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key !== "Escape") return;
  if (isTyping) return target.blur();
  document.querySelector<HTMLElement>("[data-close]")?.click();
}

function Page() {
  const { path } = useAddress();
  // This small response is requested only to find out whether kro requires a token.
  const { error } = useAnswer("/graphs?limit=1&fields=name");
  useEffect(() => {
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  useEffect(() => {
    document.title = [...path.slice(1).filter((part) => part !== "instances"), "kro"].join(" · ");
  }, [path.join("/")]);
  return (
    <>
      <Head path={path} />
      <main>
        {error && error.status === 401 && <Access detail={error.detail} />}
        {error && error.status !== 401 && <div class="banner" role="alert">{error.detail}</div>}
        {(!error || error.status === 0) && <View path={path} />}
      </main>
    </>
  );
}

render(<Page />, document.getElementById("page")!);
follow().catch((error) => console.error(error));
