/** The type of the entries in `live_page_files.ts`, which contains the files of the live page. */

/** One file of the page. */
export interface PageFile {
  /** The content type. */
  readonly type: string;
  /** The hash of the content, in quotation marks. */
  readonly etag: string;
  /** The content, compressed with gzip, in base64. */
  readonly gzip: string;
}
