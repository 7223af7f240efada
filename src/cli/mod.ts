/**
 * The command line of kro. {@link main} runs one command. Each command has a file of its own. The other files
 * are shared by the commands: they read manifests, format output, and define the flags of the runtime and the
 * exit codes.
 *
 * @example Run a command and collect its output
 * ```ts
 * import assert from "node:assert/strict";
 * import { Exit, main } from "./mod.ts";
 *
 * let printed = "";
 * const output = { out: (text: string) => void (printed += text), err() {}, color: false };
 * assert.equal(await main(["version"], output), Exit.ok);
 * assert.match(printed, /^(v\d|devel)/);
 * ```
 *
 * @module
 */
export { enableConfinement, hostsOf } from "./confine.ts";
export { parseDuration } from "./durations.ts";
export * from "./errors.ts";
export * from "./freeze.ts";
export * from "./manifests.ts";
export { type Position, Positions } from "./positions.ts";
export * from "./output.ts";
export * from "./runtime_flags.ts";
export { main } from "./program.ts";
export * from "./yaml.ts";
