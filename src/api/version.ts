/** The version of this build of kro. */

/**
 * The version: the tag of the release, or `devel` in a development build, as in upstream kro. The release
 * build replaces the value.
 */
export const VERSION: string = "devel";

/** Returns the version as the value of a label. Label values cannot contain `+`, so `+` becomes `-`. */
export function versionLabel(version: string = VERSION): string {
  return version.replaceAll("+", "-");
}
