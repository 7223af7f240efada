/// <reference lib="dom" />
/** Shows an object as it is in the cluster now: its conditions, its Events, its finalizers and its content. */
import { useAnswer } from "../api.ts";
import { Yaml } from "../code.tsx";
import { Age, Mark, Notice } from "../marks.tsx";
import type { Condition, LiveObjectView, OwnedField } from "../types.ts";
import { Conditions, Part } from "./parts.tsx";

/** The parts of an object that this view reads. */
interface Content {
  metadata?: {
    creationTimestamp?: string;
    deletionTimestamp?: string;
    finalizers?: string[];
  };
  status?: { conditions?: Condition[] };
}

/** The live object at a path of the JSON API. */
export function Live({ path }: { path: string }) {
  const { data, error } = useAnswer<LiveObjectView>(path);
  if (error) return <Notice title="The object cannot be read">{error.detail}</Notice>;
  if (!data) return <p class="muted">Loading…</p>;
  const { object, owners, events, eventsRefused } = data;
  const { metadata = {}, status } = object as Content;
  const conditions = Array.isArray(status?.conditions) ? status.conditions : [];
  return (
    <div class="view">
      <dl class="facts">
        <dt>Age</dt>
        <dd>
          <Age since={metadata.creationTimestamp} />
        </dd>
        {metadata.deletionTimestamp && <dt>Deleted</dt>}
        {metadata.deletionTimestamp && (
          <dd>
            <Age since={metadata.deletionTimestamp} /> ago
          </dd>
        )}
        {metadata.finalizers && <dt>Finalizers</dt>}
        {metadata.finalizers && (
          <dd class="list">{metadata.finalizers.map((each) => <code key={each}>{each}</code>)}</dd>
        )}
      </dl>
      {owners.length > 0 && (
        <Part title="Fields of other field managers">
          <Owners items={owners} />
        </Part>
      )}
      {conditions.length > 0 && (
        <Part title="Conditions of the object">
          <Conditions items={conditions} />
        </Part>
      )}
      <Part title="Events">
        {eventsRefused && <p class="muted">{eventsRefused}</p>}
        {!eventsRefused && events.length === 0 && <p class="muted">No events.</p>}
        <ul class="conditions">
          {events.map(({ type, reason, message, count, last, source }) => (
            <li key={`${reason} ${message} ${last}`}>
              <Mark tone={type === "Warning" ? "warn" : "quiet"}>{reason}</Mark>
              <span class="muted">
                {source} · <Age since={last} />
                {count > 1 && ` · ${count}×`}
              </span>
              <p>{message}</p>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Object">
        <Yaml value={object} />
      </Part>
    </div>
  );
}

/** Fields, and the field managers that own them instead of kro. */
function Owners({ items }: { items: readonly OwnedField[] }) {
  return (
    <ul class="conditions owners">
      {items.map(({ path, owners }) => (
        <li key={path}>
          <code>{path}</code>
          {owners.map(({ manager, operation, subresource, time }) => (
            <p key={`${manager} ${operation} ${subresource}`}>
              <strong>{manager}</strong>
              <span class="muted">
                {` ${operation}${subresource ? ` of ${subresource}` : ""} · `}
                <Age since={time} />
              </span>
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
