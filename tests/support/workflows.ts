/** Reads the workflows of GitHub Actions. */
import { load } from "js-yaml";
import { filesBelow, read, root } from "./documents.ts";

/** A step of a job of a GitHub Actions workflow. */
export interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

/** A workflow of GitHub Actions. */
export interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: Step[] }>;
}

/** The paths of all workflows, relative to the repository's root. */
export const WORKFLOWS: readonly string[] = filesBelow(".github/workflows", ".yml");

/** Reads a workflow. */
export function workflow(file: string): Workflow {
  return load(read(file)) as Workflow;
}

/** Returns all steps of all workflows, each with the path of its file. */
export function workflowSteps(): { file: string; step: Step }[] {
  return WORKFLOWS.flatMap((file) =>
    Object.values(workflow(file).jobs).flatMap(({ steps }) => steps.map((step) => ({ file, step })))
  );
}

/**
 * Returns the command of the first step with this name in any workflow. Throws an error if no workflow has
 * this step.
 */
export function commandOf(name: string): string {
  const command = workflowSteps().find(({ step }) => step.name === name)?.step.run;
  if (!command) throw new Error(`no step of a workflow is named "${name}"`);
  return command;
}

/**
 * Runs the command of the workflow step with this name, as GitHub Actions does. Returns the exit code and the
 * output.
 */
export async function runStep(
  name: string,
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const path = `${Deno.execPath().replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", commandOf(name)],
    cwd: root,
    env: { NO_COLOR: "1", ...env, PATH: path },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
