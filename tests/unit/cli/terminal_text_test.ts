/** Tests that text of other users cannot control the terminal on which kro prints it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { terminalText } from "../../../src/cli/terminal_text.ts";
import { ignoredWithout } from "../../support/missing_tool.ts";

const CASES: Record<string, [text: string, shown: string]> = {
  "a sequence that clears the screen": ["\x1b[2J", "\\u001b[2J"],
  "a sequence that sets the title": ["\x1b]0;root\x07", "\\u001b]0;root\\u0007"],
  "a sequence that writes the clipboard": ["\x1b]52;c;YQ==\x1b\\", "\\u001b]52;c;YQ==\\u001b\\"],
  "a sequence of the C1 set": ["\x9b2J", "\\u009b2J"],
  "a carriage return": ["a\rb", "a\\u000db"],
  "concealed text": ["\x1b[8mx", "\\u001b[8mx"],
  "a right-to-left override": ["a\u202eb\u2069", "a\\u202eb\\u2069"],
  "a color of kro": ["\x1b[32mACTIVE\x1b[0m", "\x1b[32mACTIVE\x1b[0m"],
  "lines, tabs and emoji": ["a\n\tb 👍🏽 é", "a\n\tb 👍🏽 é"],
};

for (const [what, [text, shown]] of Object.entries(CASES)) {
  Deno.test(`on a terminal, ${what} is shown as text or kept`, () => {
    assert.equal(terminalText(text), shown);
  });
}

/** The program of util-linux that runs a command on a terminal of its own. */
const SCRIPT = "/usr/bin/script";
const missing = ignoredWithout(SCRIPT, existsSync(SCRIPT));

Deno.test({
  name:
    `a file name with a control sequence cannot control the terminal, and is kept in a pipe${missing}`,
  ignore: missing !== "",
  async fn() {
    const main = new URL("../../../main.ts", import.meta.url).pathname;
    const kro = [Deno.execPath(), "run", "-A", main, "validate", "-f", "/no\x1b[2Jfile"];
    const quoted = kro.map((word) => `'${word}'`).join(" ");
    const onTerminal = await new Deno.Command(SCRIPT, {
      args: ["-qec", quoted, "/dev/null"],
      env: { NO_COLOR: "1" },
    }).output();
    const terminal = new TextDecoder().decode(onTerminal.stdout);
    assert.match(terminal, /"\/no\\u001b\[2Jfile" does not exist/);
    const [command, ...args] = kro;
    const piped = await new Deno.Command(command!, { args, env: { NO_COLOR: "1" } }).output();
    assert.ok(new TextDecoder().decode(piped.stderr).includes('"/no\x1b[2Jfile" does not exist'));
  },
});
