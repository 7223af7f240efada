/**
 * The task `deno task stamp TAG`: writes TAG as kro's version into `src/api/version.ts`. Run the task
 * before building a release.
 */

/** Reports whether a string is the tag of a release, such as `v1.2.3` or `v1.2.3-rc.1`. */
export function isReleaseTag(tag: string): boolean {
  return /^v\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$/.test(tag);
}

if (import.meta.main) {
  const [tag = ""] = Deno.args;
  if (tag !== "devel" && !isReleaseTag(tag)) {
    console.error(`"${tag}" is not a tag: write it as v1.2.3, v1.2.3-rc.1 or devel`);
    Deno.exit(2);
  }
  const file = new URL("../../src/api/version.ts", import.meta.url).pathname;
  const source = await Deno.readTextFile(file);
  const stamped = source.replace(/(VERSION: string = )"[^"]*"/, `$1"${tag}"`);
  if (!stamped.includes(`"${tag}"`)) throw new Error(`${file} holds no version to replace`);
  await Deno.writeTextFile(file, stamped);
}
