import type { Services } from '../../../shared/services.ts';
import type { ShowPage } from '../../page.ts';
import type { OpenApiDocument } from '../../schema/openapi.ts';
import type { Store } from '../../store/store.ts';
import type { Locate } from '../rest/locate.ts';

/** What pages of resources are made from. */
export interface Browsing {
  readonly services: Services;
  readonly store: Store;
  readonly locate: Locate;
  /** Says what each path takes; its words are those of the API pages. */
  readonly document: OpenApiDocument;
  readonly show: ShowPage;
}
