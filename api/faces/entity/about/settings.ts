import { readFileSync } from 'node:fs';
import Type from 'typebox';
import type { Principal } from '../../../../shared/access/principal.ts';
import type { Services } from '../../../../shared/services.ts';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import { base } from '../operations/at.ts';
import { standardPage } from '../parse-list.ts';
import { language, standardPreferences } from '../session/preferences-schema.ts';
import type { Entities } from '../spelling.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What everybody may know, what people who are signed in may, and what superusers may. */
function settingsFor({ config }: Services, { person }: Principal, entities: Entities) {
  const { timeZone, dateFormat, timeFormat, weekStart, defaultCurrency } = standardPreferences(config);
  const names = entities.all.map(({ name }) => name);
  return {
    applicationName: config.instanceName,
    siteUrl: config.publicUrl,
    language,
    languageList: [language],
    mainLanguage: language,
    timeZone,
    dateFormat,
    timeFormat,
    weekStart,
    theme: '',
    ...(person && {
      coreVersion: version,
      recordsPerPage: standardPage,
      recordsPerPageSmall: 20,
      defaultCurrency,
      currencyList: [defaultCurrency],
      tabList: names,
      quickCreateList: entities.all.filter(({ offers }) => offers.includes('add')).map(({ name }) => name),
      globalSearchEntityList: names,
      aclStrictMode: true,
      userNameRegularExpression: '[^a-z0-9\\-@_\\.\\s]',
      lastViewedCount: 0,
    }),
    ...(person?.isSuperuser && {
      authTokenLifetime: config.authTokenLifetime,
      authTokenMaxIdleTime: config.authTokenMaxIdleTime,
      authTokenPreventConcurrent: false,
    }),
  };
}

/** `GET Settings`. What can be set is set in the environment, so there is nothing to change here. */
export const settings = (entities: Entities): Endpoint =>
  endpoint({
    method: 'get',
    path: `${base}/Settings`,
    operation: { anonymous: true, scopes: [] },
    operationId: 'v1_Settings',
    tag: 'entity',
    summary: 'How this installation is set up',
    description: 'Everybody gets a few settings, people who are signed in more, superusers the rest.',
    responses: { 200: { description: 'Settings.', schema: Type.Object({}, { additionalProperties: true }) } },
    handler: ({ services, principal }) => ({ body: settingsFor(services, principal, entities) }),
  });
