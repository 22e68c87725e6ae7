import type { OpenApiDocument } from '../openapi.ts';
import { madeOnce, type Printed } from '../print.ts';
import { postmanCollection } from './collection.ts';

/** The collection as text. */
export const printCollection = async (document: OpenApiDocument): Promise<string> =>
  `${JSON.stringify(await postmanCollection(document), null, 2)}\n`;

/** Makes the collection when it is first asked for. */
export const collectionOnce = (document: () => OpenApiDocument): (() => Promise<Printed>) =>
  madeOnce(() => printCollection(document()));
