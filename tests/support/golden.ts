/** The files in `tests/unit/cli/golden`, which contain the complete output of kro's commands. */

/** The path of the folder of the golden files, relative to the root of the repository. */
export const GOLDEN_FOLDER = "tests/unit/cli/golden";

/**
 * Replaces the parts of an output that differ in each run: UIDs, times, durations, resource versions, ports,
 * digests, and the IDs that kro derives from names and UIDs.
 */
export function withoutVariableParts(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UID")
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "TIME")
    .replaceAll(/applyset-[\w-]{43}-v1/g, "applyset-ID-v1")
    .replaceAll(/sha256:[\w-]{43}/g, "sha256:DIGEST")
    .replaceAll(/("?resourceVersion"?: ["'])\d+/g, "$10")
    .replaceAll(/("durationMs": )\d+/g, "$10")
    .replaceAll(/\btime="\d+\.\d+"/g, 'time="0.000"')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:PORT")
    .replaceAll(/limited to \d+ MiB/g, "limited to N MiB");
}
