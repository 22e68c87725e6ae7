import type { Config } from '../../shared/config.ts';
import { otherEndpoints } from '../endpoints.ts';
import { entityEndpoints } from '../faces/entity/endpoints.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import { tableEndpoints } from '../faces/table/neighbours.ts';
import type { Endpoint } from '../me/endpoint.ts';
import { meEndpoints } from '../me/endpoints.ts';
import { openApiDocument } from './document.ts';
import type { OpenApiDocument } from './openapi.ts';
import { collectionOnce } from './postman/print.ts';
import { printedOnce } from './print.ts';
import { schemaEndpoint } from './schema-endpoint.ts';

export interface DescribedApi {
  /** Made when it is first read: most processes never show it. */
  readonly document: OpenApiDocument;
  readonly endpoint: Endpoint;
}

/** The document of a whole API, and the endpoint that answers it: it is part of what it describes. */
export function describeApi(
  spellings: ReadonlyMap<string, Spelled>,
  config: Pick<Config, 'publicUrl' | 'anonymousRead' | 'instanceName'>,
): DescribedApi {
  let made: OpenApiDocument | null = null;
  const document = () => {
    made ??= openApiDocument({ spellings: spellings.values(), endpoints, config });
    return made;
  };
  const endpoint = schemaEndpoint(printedOnce(document), collectionOnce(document));
  const endpoints = [
    ...meEndpoints,
    ...otherEndpoints,
    ...tableEndpoints,
    ...entityEndpoints(config.anonymousRead),
    endpoint,
  ];
  return {
    endpoint,
    get document() {
      return document();
    },
  };
}
