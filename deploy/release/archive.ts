/** Writes archives whose bytes depend only on their files: the same files give the same hash. */
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { createTar } from "nanotar";

/** A file to store in an archive. */
export interface ArchiveFile {
  name: string;
  data: Uint8Array;
  isExecutable?: boolean;
}

/** Returns a tar archive, compressed with gzip. All files belong to root and date from 1970. */
export function tarGz(files: readonly ArchiveFile[]): Uint8Array {
  const tar = createTar(files.map(({ name, data, isExecutable }) => ({
    name,
    data,
    attrs: { mode: isExecutable ? "755" : "644", mtime: 0, uid: 0, gid: 0, user: "", group: "" },
  })));
  return gzipSync(tar, { level: 9 });
}

/**
 * The time of all files in a zip archive. The zip format stores local time, so the date is built from local
 * values. The first year of the format is 1980.
 */
const ZIP_TIME = new Date(1980, 0, 1);

/** Returns a zip archive. All files date from 1980, the first year of the format. */
export function zip(files: readonly ArchiveFile[]): Uint8Array {
  return zipSync(
    Object.fromEntries(files.map(({ name, data }) => [name, data])),
    { level: 9, mtime: ZIP_TIME },
  );
}
