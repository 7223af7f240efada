/// <reference lib="dom" />
/** The live page: a header with the path and the state of the connection, and below it the selected view. */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { graphLink, link, useAddress } from "./address.ts";
import { hasToken, useAnswer } from "./api.ts";
import { Notice } from "./marks.tsx";
import { follow, useConnection } from "./stream.ts";
import { Access } from "./views/access.tsx";
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
  const needsToken = error?.status === 401 || (error?.status === 403 && hasToken());
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
        {error && needsToken && <Access error={error} />}
        {error && !needsToken && <div class="banner" role="alert">{error.detail}</div>}
        {(!error || error.status === 0) && <View path={path} />}
      </main>
    </>
  );
}

render(<Page />, document.getElementById("page")!);
follow().catch((error) => console.error(error));
