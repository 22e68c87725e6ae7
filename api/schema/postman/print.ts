import type { OpenApiDocument } from '../openapi.ts';
import { type Printed, tagged } from '../print.ts';
import { postmanCollection } from './collection.ts';

/** The collection as text. */
export const printCollection = async (document: OpenApiDocument): Promise<string> =>
  `${JSON.stringify(await postmanCollection(document), null, 2)}\n`;

/** Makes the collection when it is first asked for; a conversion that failed is tried again at the next request. */
export function collectionOnce(document: () => OpenApiDocument): () => Promise<Printed> {
  let made: Promise<Printed> | null = null;
  return () => {
    made ??= printCollection(document()).then(tagged, (error) => {
      made = null;
      throw error;
    });
    return made;
  };
}
