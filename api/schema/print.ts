import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { inThread } from './in-thread.ts';
import type { OpenApiDocument } from './openapi.ts';

export type DocumentFormat = 'yaml' | 'json';

/** The document as JSON with so many blanks a level. */
export const asJson = (document: OpenApiDocument, indent = 0): string => `${JSON.stringify(document, null, indent)}\n`;

/** A text as it is served: plain, packed, and the tag by which caches know it. */
export interface Printed {
  readonly text: string;
  readonly gzip: Buffer;
  readonly etag: string;
}

/** A text, packed too, with its tag. */
export const tagged = (text: string): Printed => ({
  text,
  gzip: gzipSync(text),
  etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`,
});

/** Keeps a text that is made when it is first asked for; after a failure the next request tries again. */
export function madeOnce(make: () => Promise<string>): () => Promise<Printed> {
  let made: Promise<Printed> | null = null;
  return () => {
    made ??= make().then(tagged, (error) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** Prints each format once, when it is first asked for. */
export function printedOnce(document: () => OpenApiDocument): (format: DocumentFormat) => Promise<Printed> {
  const formats = {
    json: madeOnce(async () => asJson(document())),
    yaml: madeOnce(async () => String(await inThread(new URL('./print-thread.ts', import.meta.url), document()))),
  };
  return (format) => formats[format]();
}
