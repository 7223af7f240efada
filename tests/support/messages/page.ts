/** Generates `docs/messages.md` from the hand-written table of messages. */
import type { Entry, Section } from "./table/mod.ts";

const HEAD = `# Messages

This page lists every error, condition and log line of kro with its cause and remedy. To find a message, search for a
part of it that contains no names and numbers. In the column "Message", \`<name>\` stands for a value. A message that
begins with \`…\` is a part of the message above it.

\`deno task messages\` generates this page from \`tests/support/messages/table\`.
`;

/** Returns the content of the page `docs/messages.md`. */
export function pageOf(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(sectionOf)].join("\n");
}

function sectionOf({ title, intro, entries }: Section): string {
  const rows = entries.map(rowOf).join("\n");
  return `## ${title}\n\n${intro}\n\n| Code | Message | Cause | What to do |\n|---|---|---|---|\n${rows}\n`;
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
