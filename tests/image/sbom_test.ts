/** Validates the SBOM that `deno task sbom` generates, with the validator of the SPDX project from PyPI. */
import { run } from "./root.ts";

const repository = new URL("../..", import.meta.url).pathname;

Deno.test("the SPDX project's validator accepts the SBOM", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kro-sbom-" });
  await run("python3", ["-m", "venv", `${folder}/venv`]);
  await run(`${folder}/venv/bin/pip`, ["install", "--quiet", "spdx-tools==0.8.3"]);
  const file = `${folder}/kro.spdx.json`;
  await run(Deno.execPath(), ["task", "-q", "sbom", "--out", file], repository);
  await run(`${folder}/venv/bin/pyspdxtools`, ["--infile", file, "--version", "SPDX-2.3"]);
  await Deno.remove(folder, { recursive: true });
});
