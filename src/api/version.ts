/** The version that this build calls itself: a release's tag, else `devel` as upstream's builds do. */

/** Replaced when a release is built. */
export const VERSION: string = "devel";

/** The version as a label value: `+` is not allowed in one. */
export function versionLabel(version: string = VERSION): string {
  return version.replaceAll("+", "-");
}
