/**
 * Tests of the complete output of commands that need no cluster. The expected output is in the folder `golden`;
 * `deno test -A tests/unit/cli/golden_test.ts -- --update` writes it anew.
 */
import assert from "node:assert/strict";
import { writeRecord } from "../../../src/cli/record/file.ts";
import { runCommand } from "../../support/command.ts";
import { GOLDEN_FOLDER, withoutVariableParts } from "../../support/golden.ts";
import { recorded } from "../../support/record.ts";

const EXAMPLE = "deploy/examples/httpbin";
/** An example with nodes that wait for the status of another node. */
const WAITING = "deploy/examples/web-app";

/**
 * The command whose output each file in the folder `golden` contains: stdout, or the given stream. The
 * placeholder RECORD stands for the path of a file that `kro record` has written. With `hasTimes`, durations are
 * replaced.
 */
const OUTPUTS: Record<
  string,
  { args: string[]; code?: number; stream?: "stderr"; hasTimes?: boolean }
> = {
  "render.yaml": { args: ["render", "-f", EXAMPLE, "-n", "kro"] },
  "render.waiting.txt": {
    args: ["render", "-f", `${WAITING}/rgd.yaml`, "-i", `${WAITING}/instance.yaml`],
    code: 1,
    stream: "stderr",
  },
  "validate.txt": {
    args: ["validate", "--offline", "-f", `${EXAMPLE}/tests/unknown_field.yaml`],
    code: 1,
  },
  "validate.json": {
    args: ["validate", "--offline", "-o", "json", "-f", `${EXAMPLE}/tests/unknown_field.yaml`],
    code: 1,
  },
  "validate.github.txt": {
    args: ["validate", "--offline", "-o", "github", "-f", `${EXAMPLE}/tests/unknown_field.yaml`],
    code: 1,
  },
  "test.txt": { args: ["test", "--coverage", EXAMPLE] },
  "test.json": { args: ["test", "--coverage", "-o", "json", EXAMPLE], hasTimes: true },
  "test.junit.xml": { args: ["test", "-o", "junit", EXAMPLE], hasTimes: true },
  "rbac.yaml": { args: ["generate", "rbac", "-f", `${EXAMPLE}/rgd.yaml`] },
  "replay.txt": { args: ["replay", "RECORD"] },
  "replay.json": { args: ["replay", "-o", "json", "RECORD"] },
  "replay.yaml": { args: ["replay", "-o", "yaml", "RECORD"] },
  "completion.bash": { args: ["completion", "bash"] },
  "completion.zsh": { args: ["completion", "zsh"] },
  "completion.fish": { args: ["completion", "fish"] },
  "completion.kubectl": { args: ["completion", "kubectl"] },
  "version.txt": { args: ["version"] },
};

for (const [file, { args, code = 0, stream = "stdout", hasTimes }] of Object.entries(OUTPUTS)) {
  Deno.test(`kro ${args.join(" ")} prints golden/${file}`, async () => {
    const record = await Deno.makeTempFile({ suffix: ".json" });
    try {
      if (args.includes("RECORD")) await writeRecord(record, await recorded());
      const result = await runCommand(args.map((arg) => arg === "RECORD" ? record : arg));
      assert.equal(result.code, code, result.stderr);
      const text = hasTimes ? withoutVariableParts(result[stream]) : result[stream];
      const path = new URL(`../../../${GOLDEN_FOLDER}/${file}`, import.meta.url);
      if (Deno.args.includes("--update")) await Deno.writeTextFile(path, text);
      assert.equal(text, await Deno.readTextFile(path));
    } finally {
      await Deno.remove(record);
    }
  });
}
