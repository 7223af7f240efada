/** Generates `docs/messages.md` from the hand-written table of messages. */
import type { Entry, Section } from "./table/mod.ts";

const HEAD = `# Messages

Every error, condition and log line of kro, its cause, and what to do. Search this page for a part of the text
without names and numbers: \`<name>\` stands for a value. A text that begins with \`…\` is a part of the one above it.

This page is written by \`deno task messages\`; its source is in \`tests/support/messages/table\`.
`;

/** Returns the content of the page. */
export function pageOf(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(sectionOf)].join("\n");
}

function sectionOf({ title, intro, entries }: Section): string {
  const rows = entries.map(rowOf).join("\n");
  return `## ${title}\n\n${intro}\n\n| Code | Text | Cause | What to do |\n|---|---|---|---|\n${rows}\n`;
}

function rowOf({ code, texts, cause, remedy }: Entry): string {
  const codes = code.split(", ").map(codeSpan).join("<br>");
  const cells = [codes, texts.map(codeSpan).join("<br>"), cause, remedy];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Formats a message as Markdown inline code. The message may contain backticks. */
function codeSpan(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const isEdge = text.startsWith("`") || text.endsWith("`");
  return isEdge ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}
