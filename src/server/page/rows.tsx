/// <reference lib="dom" />
/** A table that renders only the rows on the screen, so that it stays fast with thousands of rows. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A column of a table. */
export interface Column<T> {
  /** The heading. */
  readonly title: string;
  /** Returns the content of the cell. */
  readonly cell: (item: T) => ComponentChildren;
  /** Whether the column is hidden on narrow screens. */
  readonly isMinor?: boolean;
  /** Whether the cells hold numbers, which are aligned at the right. */
  readonly isNumber?: boolean;
  /** Whether the column takes the width that other columns leave. Longer content ends in an ellipsis. */
  readonly isWide?: boolean;
}

/** The properties of {@link Rows}. */
export interface RowsProps<T> {
  /** The name of the table for screen readers. */
  readonly label: string;
  /** The columns, from left to right. */
  readonly columns: readonly Column<T>[];
  /** The items, one for each row. */
  readonly items: readonly T[];
  /** Returns a unique key of the item. */
  readonly keyOf: (item: T) => string;
  /** Returns whether the item's row is marked as the current row. */
  readonly isCurrent?: (item: T) => boolean;
}

/** The height of a row, in pixels. It must equal the height in the style sheet. */
const ROW = 30;
/** The number of rows that are rendered above and below the visible rows. */
const MARGIN = 12;
/** The number of rows up to which all rows are rendered. */
const SMALL = 80;

/**
 * Renders a table. A table with more than {@link SMALL} rows renders only the rows on the screen. It has no scroll
 * bar of its own, but scrolls with the page or with the panel around it.
 */
export function Rows<T>({ label, columns, items, keyOf, isCurrent }: RowsProps<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const [visible, setVisible] = useState(40);
  const isLong = items.length > SMALL;
  useEffect(() => {
    const element = frame.current;
    if (!element || !isLong) return;
    const measure = () => {
      setFirst(Math.max(0, Math.floor(-element.getBoundingClientRect().top / ROW)));
      setVisible(Math.ceil(innerHeight / ROW));
    };
    measure();
    // A scroll event does not bubble, so only a capturing listener receives the events of a panel.
    const options = { passive: true, capture: true };
    addEventListener("scroll", measure, options);
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure, options);
      removeEventListener("resize", measure);
    };
  }, [isLong]);
  const start = isLong ? Math.max(0, Math.min(first, items.length - visible) - MARGIN) : 0;
  const end = isLong ? Math.min(items.length, start + visible + 2 * MARGIN) : items.length;
  const classOf = ({ isMinor, isNumber, isWide }: Column<T>) =>
    [isMinor && "minor", isNumber && "number", isWide && "wide"].filter(Boolean).join(" ");
  return (
    <div ref={frame} class={isLong ? "rows long" : "rows"}>
      <table aria-label={label} aria-rowcount={items.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th scope="col" key={column.title} class={classOf(column)}>{column.title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {start > 0 && (
            <tr
              key="above"
              aria-hidden="true"
              style={{ height: `${start * ROW}px` }}
            />
          )}
          {items.slice(start, end).map((item, i) => (
            <tr
              key={`row ${keyOf(item)}`}
              aria-rowindex={start + i + 2}
              aria-current={isCurrent?.(item) ? "true" : undefined}
            >
              {columns.map((column) => {
                const content = column.cell(item);
                const title = typeof content === "string" ? content : undefined;
                return <td key={column.title} class={classOf(column)} title={title}>{content}</td>;
              })}
            </tr>
          ))}
          {end < items.length && (
            <tr
              key="below"
              aria-hidden="true"
              style={{ height: `${(items.length - end) * ROW}px` }}
            />
          )}
        </tbody>
      </table>
    </div>
  );
}
