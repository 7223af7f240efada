/// <reference lib="dom" />
/** Parts that several views share. */
import type { ComponentChildren } from "preact";
import { graphLink } from "../address.ts";
import { Age, healthTone, Mark, stateTone } from "../marks.tsx";
import type { Condition, Health } from "../types.ts";

/** The health of instances in the order of urgency. */
export const HEALTH_ORDER: readonly Health[] = [
  "error",
  "degraded",
  "progressing",
  "ready",
  "suspended",
  "deleting",
];

/** The numbers of instances with each health that occurs. Each number is a link to these instances. */
export function Counts({ graph, health }: { graph: string; health: Record<Health, number> }) {
  const present = HEALTH_ORDER.filter((each) => health[each] > 0);
  if (present.length === 0) return <span class="muted">–</span>;
  return (
    <span class="counts">
      {present.map((each) => (
        <a key={each} href={graphLink(graph, { tab: "instances", health: each })} title={each}>
          <Mark tone={healthTone(each)}>
            {health[each]}
            <span class="hidden">{each}</span>
          </Mark>
        </a>
      ))}
    </span>
  );
}

/** One fact in the header of a view: a name and its value. */
export function Fact({ name, children }: { name: string; children?: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A search field. */
export function Search(
  { value, label, change }: { value: string; label: string; change: (text: string) => void },
) {
  return (
    <input
      type="search"
      value={value}
      aria-label={label}
      placeholder={`${label}  ( / )`}
      onInput={(event: Event) => change((event.target as HTMLInputElement).value)}
    />
  );
}

/** The conditions of an object. */
export function Conditions({ items }: { items: readonly Condition[] }) {
  if (items.length === 0) return <p class="muted">No conditions yet.</p>;
  return (
    <ul class="conditions">
      {items.map(({ type, status, reason, message, lastTransitionTime }) => (
        <li key={type}>
          <Mark tone={stateTone(status)}>
            <strong>{type}</strong>
            <span class="hidden">{status}</span>
          </Mark>
          <span class="muted">
            {reason} · <Age since={lastTransitionTime} />
          </span>
          {message && <p>{message}</p>}
        </li>
      ))}
    </ul>
  );
}

/** A tab bar. Each tab is a link, so that the tab is part of the address. */
export function Tabs(
  { tabs, current, to }: {
    tabs: readonly { id: string; title: string; count?: number }[];
    current: string;
    to: (id: string) => string;
  },
) {
  return (
    <nav class="tabs" aria-label="Tabs">
      {tabs.map(({ id, title, count }) => (
        <a key={id} href={to(id)} aria-current={id === current ? "page" : undefined}>
          {title}
          {count !== undefined && <span class="muted">{` ${count}`}</span>}
        </a>
      ))}
    </nav>
  );
}

/** A panel beside a drawing. */
export function Panel(
  { title, close, children }: { title: string; close?: () => void; children?: ComponentChildren },
) {
  return (
    <aside class="panel" aria-label={title}>
      <div class="bar">
        <h2>{title}</h2>
        {close && <button type="button" data-close aria-label="Close" onClick={close}>✕</button>}
      </div>
      {children}
    </aside>
  );
}

/** A titled part of a panel. Renders nothing without content. */
export function Part({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Returns the estimated CEL cost as a range. */
export function range({ min, max }: { min: number; max: number }): string {
  const text = (value: number) => value.toLocaleString("en");
  return min === max ? text(min) : `${text(min)} – ${text(max)}`;
}

/** A table of the fields that differ between two revisions. `what` begins the label of the table. */
export function RevisionTable({ what, from, to, children }: {
  what: string;
  from: number;
  to: number;
  children: ComponentChildren;
}) {
  return (
    <div class="rows">
      <table class="differences" aria-label={`${what} revisions ${from} and ${to}`}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Revision {from}</th>
            <th scope="col">Revision {to}</th>
          </tr>
        </thead>
        {children}
      </table>
    </div>
  );
}
