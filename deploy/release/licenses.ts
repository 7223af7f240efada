/** The licenses of the packages whose code is in the executables. */
import { join } from "node:path";
import {
  bundledPackages,
  folderOf,
  idOf,
  licenseOf,
  manifestIn,
  packagesOf,
  readLock,
  registryFolders,
} from "../tasks/packages.ts";

/**
 * Returns one text with the license files of all packages in the bundle, each under the name of its package.
 */
export async function thirdPartyLicenses(): Promise<string> {
  const bundled = await bundledPackages();
  const registries = await registryFolders();
  const parts = packagesOf(await readLock()).filter((each) => bundled.has(idOf(each))).map(
    (each) => {
      const folder = folderOf(each, registries);
      if (!folder) throw new Error(`${idOf(each)} is not in Deno's cache; run \`deno install\``);
      const file = [...Deno.readDirSync(folder)].map(({ name }) => name)
        .find((name) => /^(un)?licen[sc]e(\.|$)/i.test(name));
      const license = licenseOf(manifestIn(folder)) ?? "unknown";
      const content = file ? Deno.readTextFileSync(join(folder, file)).trim() : "";
      return `${idOf(each)} (${license})\n\n${content}\n`;
    },
  );
  const deno = `Deno ${Deno.version.deno} (MIT)\n\n` +
    `https://github.com/denoland/deno/blob/v${Deno.version.deno}/LICENSE.md\n`;
  return [deno, ...parts].join(`\n${"-".repeat(72)}\n\n`);
}
