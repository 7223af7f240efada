/** A file of the live page, as `src/server/live_page_files.ts` contains the files. */

/** One file of the page. */
export interface PageFile {
  /** The content type. */
  readonly type: string;
  /** The hash of the content, in quotation marks. */
  readonly etag: string;
  /** The content, compressed with gzip, in base64. */
  readonly gzip: string;
}
