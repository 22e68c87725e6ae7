import type { Context } from 'koa';
import { decide } from '../../../shared/access/decide.ts';
import type { Principal } from '../../../shared/access/principal.ts';
import { titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Resource } from '../../resources/declaration.ts';
import { resources } from '../../resources/index.ts';
import { linkPathOf, listPathOf } from '../rest/spelling.ts';
import { accessAt } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { prettyJson } from './words.ts';

const areas: readonly Resource['area'][] = ['inventory', 'live', 'booking', 'part', 'stock', 'people'];

/** Every resource by area, with its lists, and whether this person may look into it. */
export const resourcesByArea = ({ store }: Pick<Browsing, 'store'>, principal: Principal) =>
  areas.map((area) => ({
    title: say(`areas.${area}`),
    resources: resources
      .filter((resource) => resource.area === area && resource.rest.length > 0)
      .map((resource) => ({
        title: titlesOf(resource).many,
        href: linkPathOf(resource),
        others: resource.rest.map(listPathOf).filter((path) => path !== linkPathOf(resource)),
        open: decide(principal, store.operations(resource).view).allow !== 'nothing',
      })),
  }));

/** Shows where everything is. */
export function showRoot(browsing: Browsing, ctx: Context, text: string): void {
  browsing.show(ctx, 'root', {
    title: say('browse.resources'),
    areas: resourcesByArea(browsing, ctx.state.principal),
    access: accessAt(browsing.document, '/api/'),
    json: prettyJson(text),
    request: 'GET /api/',
  });
}
