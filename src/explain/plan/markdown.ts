/**
 * Formats the report of a plan as Markdown, for example for a comment on a pull request. The functions are
 * pure.
 */
import type { PlanReport } from "./model.ts";
import { groupChanges } from "./summary.ts";
import {
  fieldText,
  groupTitle,
  objectText,
  rejectionText,
  SIGNS,
  summaryLines,
  waitLines,
} from "./text.ts";

/**
 * The size to which a report is limited that becomes a comment on GitHub, in bytes. GitHub accepts 65,536
 * characters.
 */
export const MAX_COMMENT = 64_000;

/**
 * Formats the report as Markdown, with the summary first.
 *
 * @param maxBytes The largest size of the result. Sections at the end that do not fit are replaced by one
 * line with the number of omitted sections.
 */
export function planMarkdown(report: PlanReport, maxBytes = Infinity): string {
  const [title = "", ...summary] = summaryLines(report);
  const head = [`### ${title}`, "", ...summary.map((line) => `- ${escaped(line.trim())}`), ""];
  const sections = [
    // The notes say what the plan did not check, so they must not be among the omitted sections.
    ...(report.notes.length > 0 ? [details("Notes", report.notes)] : []),
    ...report.graphs.map(graphSection),
    ...groupChanges(report.changes).map((group) => {
      const { action, fields, reason, later, unasked } = group.example;
      const shown = action === "changed" || action === "adopted" ? fields : [];
      return details(`${SIGNS[action]} ${groupTitle(group, report)}`, [
        ...(reason ? [`refused: ${reason}`] : []),
        ...shown.map(fieldText),
        ...(later ? ["follows when the nodes that it depends on are ready"] : []),
        ...(unasked ? [`not checked by the API server: ${unasked}`] : []),
        ...(group.changes.length > 1 ? group.changes.map(objectText) : []),
      ]);
    }),
    ...(report.waits.length > 0
      ? [details("Not ready or not known yet", waitLines(report.waits))]
      : []),
  ];
  return fitted(head.join("\n"), sections, maxBytes);
}

/** The space that the line about omitted sections needs, in bytes. */
const RESERVE = 200;

function fitted(head: string, sections: readonly string[], maxBytes: number): string {
  const encoder = new TextEncoder();
  let size = encoder.encode(head).length;
  let text = head;
  let omitted = 0;
  for (const section of sections) {
    const added = encoder.encode(section).length + 1;
    if (size + added > maxBytes - RESERVE) {
      omitted += 1;
      continue;
    }
    size += added;
    text += `\n${section}`;
  }
  if (omitted === 0) return `${text}\n`;
  return `${text}\n\n${omitted} sections are left out of this comment; \`kro plan\` prints all.\n`;
}

function graphSection(graph: PlanReport["graphs"][0]): string {
  const { name, action, problems, fields, crd } = graph;
  return details(`ResourceGraphDefinition ${name}: ${action}`, [
    ...(action === "rejected" ? [rejectionText(graph)] : []),
    ...problems,
    ...(action === "changed" ? fields.map(fieldText) : []),
    ...(crd ? [`CustomResourceDefinition ${crd.name}: ${crd.action}`] : []),
    ...(crd?.changes ?? []).map(({ path, text, effect }) => `${effect}: ${text} (${path})`),
    ...(crd?.invalid ?? []).map((i) => `invalid: ${objectText(i)}: ${i.problems.join("; ")}`),
  ]);
}

/** The largest number of lines that one section of the Markdown shows. */
const MAX_LINES = 100;

function details(title: string, lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LINES);
  const others = lines.length - shown.length;
  const body = [...shown, ...(others > 0 ? [`and ${others} more`] : [])].join("\n");
  const summary = `<details><summary>${escaped(title)}</summary>`;
  if (body === "") return `- ${escaped(title)}`;
  // The fence is longer than every run of backquotes in the body, so the body cannot end the code block.
  const longest = (body.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${summary}\n\n${fence}\n${body}\n${fence}\n\n</details>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt" }[c]};`);
}
