import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { OpenApiDocument } from './openapi.ts';

export type DocumentFormat = 'yaml' | 'json';

/** The document as text. */
export const printDocument = (document: OpenApiDocument, format: DocumentFormat): string =>
  format === 'json'
    ? `${JSON.stringify(document, null, 2)}\n`
    : stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });

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

/** Prints each format once, when it is first asked for. */
export function printedOnce(document: () => OpenApiDocument): (format: DocumentFormat) => Printed {
  const known = new Map<DocumentFormat, Printed>();
  return (format) => {
    let printed = known.get(format);
    if (!printed) {
      printed = tagged(printDocument(document(), format));
      known.set(format, printed);
    }
    return printed;
  };
}
