import { readFileSync } from 'node:fs';
import Type from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import type { Services } from '../../shared/services.ts';
import { resources } from '../resources/index.ts';
import { endpoint } from './endpoint.ts';

/** The version of InvenTree's API whose paths and shapes are spoken here. */
export const apiVersion = 534;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What InvenTree's clients want to know about a server before they sign in. Some of it only staff learn. */
function serverFacts({ config }: Services, { person }: Principal): Record<string, unknown> {
  const forStaff = <T>(value: T): T | null => (person?.isStaff || person?.isSuperuser ? value : null);
  return {
    server: 'Quartermaster',
    id: null,
    version,
    instance: config.instanceName,
    apiVersion,
    worker_running: true,
    worker_count: 1,
    worker_pending_tasks: 0,
    plugins_enabled: false,
    plugins_install_disabled: true,
    active_plugins: [],
    email_configured: config.smtpUrl !== null,
    debug_mode: false,
    docker_mode: false,
    default_locale: 'en',
    customize: {
      logo: null,
      splash: null,
      login_message: null,
      navbar_message: null,
      disable_theme_storage: false,
    },
    system_health: forStaff(true),
    database: forStaff('PostgreSQL'),
    platform: forStaff(`Node.js ${process.version}`),
    installer: null,
    target: null,
    django_admin: null,
    settings: { sso_registration: false, registration_enabled: false, password_forgotten_enabled: false },
  };
}

/** Name of each list, as Cores names them, and its URL: `inventory/host` → `https://…/api/inventory/host/`. */
function lists({ config }: Services): Record<string, string> {
  const paths = resources.flatMap((resource) =>
    resource.rest.filter(({ rowsOnly }) => !rowsOnly).map(({ path }) => path),
  );
  return Object.fromEntries(paths.map((path) => [path, `${config.publicUrl}/api/${path}/`]));
}

export const server = endpoint({
  method: 'get',
  path: '/api/',
  operation: { anonymous: true, scopes: scopesFor('admin', 'view') },
  operationId: 'api_root',
  tag: 'server',
  summary: 'What this server is, and where its lists are',
  description: 'Facts about the server, and one entry a list: its name and its URL.',
  responses: {
    200: {
      description: 'Facts and lists',
      schema: Type.Object(
        {
          server: Type.String({ examples: ['Quartermaster'] }),
          version: Type.String(),
          instance: Type.String(),
          apiVersion: Type.Integer({ examples: [apiVersion] }),
        },
        { additionalProperties: true },
      ),
    },
  },
  handler: ({ services, principal }) => ({ body: { ...serverFacts(services, principal), ...lists(services) } }),
});

export const plugins = endpoint({
  method: 'get',
  path: '/api/plugins/',
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'plugins_list',
  tag: 'server',
  summary: 'The plugins: none',
  description: 'There are no plugins. Clients of InvenTree ask for the list when they connect.',
  responses: { 200: { description: 'An empty list', schema: Type.Array(Type.Unknown(), { maxItems: 0 }) } },
  handler: () => ({ body: [] }),
});
