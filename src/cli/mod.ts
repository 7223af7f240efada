/**
 * The command line: one file for each command, and what they share: files, output, permissions, exit
 * codes.
 *
 * @module
 */
export { parseDuration } from "./durations.ts";
export * from "./errors.ts";
export * from "./manifests.ts";
export * from "./output.ts";
export * from "./runtime_flags.ts";
export { main } from "./program.ts";
export * from "./yaml.ts";
