/** The version of this build. */

/** The release's tag, or `devel` as in upstream's builds. The build of a release replaces it. */
export const VERSION: string = "devel";

/** The version as a label value, in which `+` is not allowed and becomes `-`. */
export function versionLabel(version: string = VERSION): string {
  return version.replaceAll("+", "-");
}
