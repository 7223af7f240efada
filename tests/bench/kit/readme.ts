/** Puts a run into the README, between its markers: the table, and which targets it met. */
import { asMarkdown, type Results } from "./results.ts";
import { judge } from "./targets.ts";

const [BEGIN, END] = ["<!-- bench:begin -->", "<!-- bench:end -->"];

/** Replaces what was there; an error without markers. */
export async function intoReadme(results: Results): Promise<void> {
  const file = new URL("../../../README.md", import.meta.url);
  const text = await Deno.readTextFile(file);
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md lacks ${BEGIN} and ${END}`);
  const verdicts = judge(results).map(({ target, found, holds }) =>
    `| ${target} | ${found} | ${holds === undefined ? "" : holds ? "yes" : "no"} |`
  );
  const targets = ["| target | found | holds |", "| --- | --: | --- |", ...verdicts].join("\n");
  const part = [text.slice(0, from) + BEGIN, asMarkdown(results), targets, text.slice(to)];
  await Deno.writeTextFile(file, part.join("\n\n"));
  await format(file.pathname);
}

/** What is written here is held to the same form as all files. */
export async function format(...paths: string[]): Promise<void> {
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...paths] }).output();
}
