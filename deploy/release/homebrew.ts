/** The formula for Homebrew, the package manager of macOS and Linux. */
import type { Archive } from "./targets.ts";

const SYSTEMS = { darwin: "macos", linux: "linux" } as const;
const PROCESSORS = { arm64: "arm", amd64: "intel" } as const;

/**
 * Returns the formula in Ruby. The formula also links `kubectl-kro`, so that kubectl finds the plugin.
 *
 * @param repository The GitHub repository as OWNER/NAME.
 * @see https://docs.brew.sh/Formula-Cookbook
 */
export function homebrewFormula(
  tag: string,
  repository: string,
  archives: readonly Archive[],
): string {
  const systems = (Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[]).map((os) => {
    const blocks = archives.filter(({ target }) => target.os === os)
      .map(({ target, url, sha256 }) =>
        `    on_${PROCESSORS[target.arch]} do
      url "${url}"
      sha256 "${sha256}"
    end
`
      );
    return blocks.length === 0 ? "" : `  on_${SYSTEMS[os]} do\n${blocks.join("\n")}  end\n\n`;
  });
  return `class Kro < Formula
  desc "Compose Kubernetes objects with ResourceGraphDefinitions"
  homepage "https://github.com/${repository}"
  version "${tag.slice(1)}"
  license "Apache-2.0"

${systems.join("")}  def install
    bin.install "kro"
    bin.install_symlink "kro" => "kubectl-kro"
  end

  test do
    assert_equal "${tag}", shell_output("#{bin}/kro version").strip
  end
end
`;
}
