/**
 * The task `deno task sbom [--out FILE] [--version TAG]`: writes the list of the npm packages whose code is
 * in the bundle, in the format SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/). The list goes to stdout
 * without `--out`. The variable SOURCE_DATE_EPOCH sets the time of creation, in seconds since 1970.
 */
import { VERSION } from "../../src/api/mod.ts";
import { type Listed, listed } from "./dependencies.ts";
import { taskFlags } from "./flags.ts";

/** The identifier of an element, such as a package, within an SPDX document. */
type SpdxId = `SPDXRef-${string}`;

/** A package in an SPDX document, with the fields that kro's document uses. */
export interface SpdxPackage {
  SPDXID: SpdxId;
  name: string;
  versionInfo: string;
  downloadLocation: string;
  filesAnalyzed: false;
  licenseConcluded: string;
  licenseDeclared: string;
  copyrightText: "NOASSERTION";
  primaryPackagePurpose: "APPLICATION" | "LIBRARY";
  checksums?: { algorithm: "SHA512"; checksumValue: string }[];
  externalRefs?: { referenceCategory: string; referenceType: string; referenceLocator: string }[];
}

/** An SPDX document, with the fields that kro's document uses. */
export interface SpdxDocument {
  spdxVersion: "SPDX-2.3";
  dataLicense: "CC0-1.0";
  SPDXID: "SPDXRef-DOCUMENT";
  name: string;
  documentNamespace: string;
  comment: string;
  creationInfo: { created: string; creators: string[] };
  packages: SpdxPackage[];
  relationships: {
    spdxElementId: SpdxId;
    relationshipType: "DESCRIBES" | "CONTAINS" | "DEPENDS_ON";
    relatedSpdxElement: SpdxId;
  }[];
}

const KRO: SpdxId = "SPDXRef-kro";

/**
 * Returns the SPDX document for a version of kro.
 *
 * @param packages All packages of `deno.lock`. Packages without code in the bundle are left out.
 * @param created The time of creation.
 */
export async function documentOf(
  packages: readonly Listed[],
  version: string,
  created: Date,
): Promise<SpdxDocument> {
  const bundled = packages.filter(({ isBundled }) => isBundled);
  const contents: SpdxPackage[] = [
    {
      SPDXID: KRO,
      name: "kro",
      versionInfo: version,
      downloadLocation: "NOASSERTION",
      filesAnalyzed: false,
      licenseConcluded: "Apache-2.0",
      licenseDeclared: "Apache-2.0",
      copyrightText: "NOASSERTION",
      primaryPackagePurpose: "APPLICATION",
    },
    ...bundled.map(packageOf),
  ];
  const relationships: SpdxDocument["relationships"] = [{
    spdxElementId: "SPDXRef-DOCUMENT",
    relationshipType: "DESCRIBES",
    relatedSpdxElement: KRO,
  }];
  for (const each of bundled) {
    const related = { relatedSpdxElement: idOf(each) };
    relationships.push({ spdxElementId: KRO, relationshipType: "CONTAINS", ...related });
    for (const parent of bundled.filter(({ name }) => each.requiredBy.includes(name))) {
      relationships.push({
        spdxElementId: idOf(parent),
        relationshipType: "DEPENDS_ON",
        ...related,
      });
    }
  }
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `kro-${version}`,
    documentNamespace: `https://spdx.org/spdxdocs/kro-${version}-${await digestOf(contents)}`,
    comment:
      "The npm packages whose code is in kro's bundle. The executables and the image contain " +
      `the bundle and Deno ${Deno.version.deno}.`,
    creationInfo: {
      created: created.toISOString().replace(/\.\d+Z$/, "Z"),
      creators: ["Tool: kro-deno-task-sbom"],
    },
    packages: contents,
    relationships,
  };
}

function packageOf(each: Listed): SpdxPackage {
  const { name, version, integrity, license = "NOASSERTION" } = each;
  const base = name.split("/").at(-1);
  return {
    SPDXID: idOf(each),
    name,
    versionInfo: version,
    downloadLocation: `https://registry.npmjs.org/${name}/-/${base}-${version}.tgz`,
    filesAnalyzed: false,
    licenseConcluded: license,
    licenseDeclared: license,
    copyrightText: "NOASSERTION",
    primaryPackagePurpose: "LIBRARY",
    checksums: [{ algorithm: "SHA512", checksumValue: hashOf(integrity) }],
    externalRefs: [{
      referenceCategory: "PACKAGE-MANAGER",
      referenceType: "purl",
      // In a package URL, the `@` of an npm scope is percent-encoded.
      referenceLocator: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    }],
  };
}

/** Returns the identifier of a package. SPDX permits letters, digits, dots and hyphens. */
function idOf({ name, version }: Pick<Listed, "name" | "version">): SpdxId {
  return `SPDXRef-npm-${`${name}-${version}`.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^-/, "")}`;
}

/** Converts a hash from the form `sha512-BASE64` to hexadecimal digits. */
function hashOf(integrity: string): string {
  const [algorithm, hash = ""] = integrity.split("-", 2);
  if (algorithm !== "sha512") throw new Error(`deno.lock: "${integrity}" is not a SHA-512 hash`);
  return Uint8Array.fromBase64(hash).toHex();
}

async function digestOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 32);
}

const usage = `Usage: deno task sbom [--out FILE] [--version VERSION]

  --out FILE         file to write [standard output]
  --version VERSION  version of kro in the list [${VERSION}]

If SOURCE_DATE_EPOCH is set, it is the time at which the list was created, in seconds since 1970.`;

if (import.meta.main) {
  const values = taskFlags(usage, {
    out: { type: "string" },
    version: { type: "string", default: VERSION },
  });
  const epoch = Deno.env.get("SOURCE_DATE_EPOCH");
  const created = epoch ? new Date(Number(epoch) * 1000) : new Date();
  const document = await documentOf(await listed(), values.version, created);
  const text = JSON.stringify(document, null, 2) + "\n";
  if (values.out === undefined) await Deno.stdout.write(new TextEncoder().encode(text));
  else await Deno.writeTextFile(values.out, text);
}
