/// <reference lib="dom" />
/**
 * The address of a view in the fragment of the URL, such as `#/graphs/web?tab=instances`. The path equals the
 * path of the JSON API.
 */
import { useEffect, useState } from "preact/hooks";

/** A parsed address. */
export interface Address {
  /** The decoded parts of the path, such as `["graphs", "web"]`. */
  readonly path: readonly string[];
  /** The query parameters. */
  readonly query: Readonly<Record<string, string>>;
}

/** Parses a fragment. A part that is not valid percent-encoding is kept as it is. */
export function parseAddress(fragment: string): Address {
  const [path = "", query = ""] = fragment.replace(/^#/, "").split("?", 2);
  return {
    path: path.split("/").filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the fragment of an address. Parameters that are undefined or empty are left out. */
export function link(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const text = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

/** Returns the fragment of a graph's view. */
export function graphLink(graph: string, query: Record<string, string | undefined> = {}): string {
  return link(["graphs", graph], query);
}

/** Returns the fragment of an instance's view; `-` stands for the namespace of a cluster-scoped instance. */
export function instanceLink(
  { graph, namespace, name }: { graph: string; namespace: string; name: string },
  query: Record<string, string | undefined> = {},
): string {
  return link(["graphs", graph, "instances", namespace || "-", name], query);
}

/** Changes query parameters of the present address without a new entry in the browser's history. */
export function setQuery(change: Readonly<Record<string, string | undefined>>): void {
  const { path, query } = parseAddress(location.hash);
  history.replaceState(null, "", link(path, { ...query, ...change }));
  dispatchEvent(new Event("hashchange"));
}

/** Returns the present address. The component is rendered again when the address changes. */
export function useAddress(): Address {
  const [address, setAddress] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const changed = () => setAddress(parseAddress(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}
