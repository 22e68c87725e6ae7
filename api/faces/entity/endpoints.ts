import type { Endpoint } from '../../me/endpoint.ts';
import { resources } from '../../resources/index.ts';
import type { AnonymousRead } from '../../store/operation.ts';
import { i18n } from './about/i18n.ts';
import { metadata } from './about/metadata.ts';
import { settings } from './about/settings.ts';
import { globalSearch } from './operations/global-search.ts';
import { linkOperations } from './operations/links.ts';
import { massOperations } from './operations/mass.ts';
import { recordOperations } from './operations/records.ts';
import { rowOperations } from './operations/row-actions.ts';
import { ownStream, streamOperations } from './operations/stream.ts';
import { upsert } from './operations/upsert.ts';
import { aclOfUser } from './session/acl-of-user.ts';
import { appUser } from './session/app-user.ts';
import { destroyAuthToken } from './session/destroy-token.ts';
import { changeOwnPassword } from './session/own-password.ts';
import { preferencesEndpoints } from './session/preferences.ts';
import { probe } from './session/probe.ts';
import { Entities } from './spelling.ts';

/** Every declared resource as an entity. */
export const entities = new Entities(resources);

/** All that the entity face answers: what clients begin with, and the operations of each entity. */
export function entityEndpoints(anonymousRead: AnonymousRead): Endpoint[] {
  return [
    probe,
    appUser(entities),
    destroyAuthToken,
    aclOfUser(entities),
    changeOwnPassword,
    ownStream(entities),
    ...metadata(entities),
    settings(entities),
    i18n(entities),
    ...preferencesEndpoints,
    globalSearch(entities),
    upsert(entities),
    ...entities.all.flatMap((entity) => {
      const speaking = { entity, entities, anonymousRead };
      return [recordOperations, rowOperations, streamOperations, massOperations, linkOperations].flatMap((operations) =>
        operations(speaking),
      );
    }),
  ];
}
