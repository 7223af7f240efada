/// <reference lib="dom" />
/** The documentation of the kind that a graph defines, with a sample manifest. */
import type { Answer } from "../api.ts";
import { Code } from "../code.tsx";
import { Notice } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { DefinitionView } from "../types.ts";

type Field = DefinitionView["spec"][number];

const COLUMNS: readonly Column<Field>[] = [
  { title: "Field", cell: ({ path }) => <code>{path}</code> },
  { title: "Type", cell: ({ type }) => type },
  { title: "Default", cell: (field) => field.default },
  { title: "Description", isWide: true, cell: ({ description }) => description },
];

/** The fields of `spec` and `status`, and the sample. */
export function SchemaTab({ answer: { data, error } }: { answer: Answer<DefinitionView> }) {
  if (error) return <Notice title="The schema cannot be shown">{error.detail}</Notice>;
  if (!data) return <p class="muted">Loading…</p>;
  return (
    <div class="split">
      <div>
        <h2>Spec</h2>
        <Fields label="Fields of spec" items={data.spec} />
        <h2>Status</h2>
        <Fields label="Fields of status" items={data.status} />
      </div>
      <section class="panel" aria-label="Sample">
        <h2>Sample manifest</h2>
        <Code text={data.sample} />
      </section>
    </div>
  );
}

function Fields({ label, items }: { label: string; items: readonly Field[] }) {
  if (items.length === 0) return <p class="muted">No fields.</p>;
  return <Rows label={label} columns={COLUMNS} items={items} keyOf={({ path }) => path} />;
}
