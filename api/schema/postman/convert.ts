import { inThread } from '../in-thread.ts';

/** Converts an OpenAPI document to a Postman collection. */
export const convert = (document: object): Promise<unknown> =>
  inThread(new URL('./convert-thread.ts', import.meta.url), document);
