/** The manifest for krew, the plugin manager of kubectl. krew installs kro as `kubectl kro`. */
import { dump } from "js-yaml";
import { type Archive, executableOf } from "./targets.ts";

/**
 * Returns the manifest as YAML.
 *
 * @param repository The GitHub repository as OWNER/NAME.
 * @see https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
 */
export function krewManifest(
  tag: string,
  repository: string,
  archives: readonly Archive[],
): string {
  return dump({
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: "kro" },
    spec: {
      version: tag,
      homepage: `https://github.com/${repository}`,
      shortDescription: "Compose objects with ResourceGraphDefinitions",
      description:
        "Validates ResourceGraphDefinitions, shows the objects that an instance creates, " +
        "and applies instances with or without a controller in the cluster.",
      platforms: archives.map(({ target, url, sha256 }) => ({
        selector: { matchLabels: { os: target.os, arch: target.arch } },
        uri: url,
        sha256,
        bin: executableOf(target),
      })),
    },
  });
}
