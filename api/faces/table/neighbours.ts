import type { Endpoint } from '../../me/endpoint.ts';
import { endpointList } from './endpoint-list.ts';
import { globalSearch } from './global-search.ts';
import { me } from './me.ts';

/** What clients of the table face ask beside resources; the OpenAPI document lists it. */
export const tableEndpoints: readonly Endpoint[] = [me, endpointList, globalSearch];
