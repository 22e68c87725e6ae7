import Type, { type TSchema } from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import { type Role, roleNames } from '../../shared/access/roles.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import type { Services } from '../../shared/services.ts';
import { type Parameters, parseQuery } from '../faces/rest/parse-query.ts';
import { projectionFor } from '../faces/rest/projection-for.ts';
import { type Spelled, spell } from '../faces/rest/spelling.ts';
import { endpoint } from '../me/endpoint.ts';
import { resources } from '../resources/index.ts';
import { Forbidden, Invalid } from '../store/refusals.ts';
import { Store } from '../store/store.ts';
import { wordOf } from '../store/values.ts';

/** What may be looked for: InvenTree's word, the list it is in, and what narrows that list to it. */
const kinds: Readonly<Record<string, { path: string; filters?: Parameters }>> = {
  part: { path: 'part' },
  partcategory: { path: 'part/category' },
  stockitem: { path: 'stock' },
  stocklocation: { path: 'stock/location' },
  company: { path: 'company' },
  supplier: { path: 'company', filters: { is_supplier: 'true' } },
  manufacturer: { path: 'company', filters: { is_manufacturer: 'true' } },
  customer: { path: 'company', filters: { is_customer: 'true' } },
  supplierpart: { path: 'company/part' },
  manufacturerpart: { path: 'company/part/manufacturer' },
};
/** What clients look for that is not kept here. */
const notHere = ['build', 'purchaseorder', 'salesorder', 'salesordershipment', 'returnorder', 'transferorder'];

const notAllowed = { error: 'User does not have permission to view this model' };

/** Words that apply to each kind asked for. */
const shared = ['search', 'limit', 'offset', 'search_regex', 'search_whole', 'search_notes'] as const;

const roles = [...new Set(Object.values(kinds).map(({ path }) => resourceAt(path).role))];
const scopes = [
  ...new Set(roleNames.filter((role: Role) => roles.includes(role)).flatMap((role) => scopesFor(role, 'view'))),
];

// Its keys are filters, which its list reads for itself.
const wish = Type.Optional(Type.Unknown({ description: 'An object with filters of its list; `{}` for none.' }));

export const search = endpoint({
  method: 'post',
  path: '/api/search/',
  operation: { who: 'signed-in', scopes },
  operationId: 'search_create',
  tag: 'inventree',
  summary: 'Look for words in several lists at once',
  description: 'Name each kind that you look for with the filters of its list; the answer has a page of each.',
  body: Type.Object({
    search: Type.Optional(Type.String({ examples: ['resistor'] })),
    limit: Type.Optional(Type.Integer({ minimum: 0, default: 1 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
    search_regex: Type.Optional(Type.Boolean()),
    search_whole: Type.Optional(Type.Boolean()),
    search_notes: Type.Optional(Type.Boolean()),
    ...(Object.fromEntries([...Object.keys(kinds), ...notHere].map((kind) => [kind, wish])) as Record<string, TSchema>),
  }),
  responses: {
    200: {
      description: 'By kind: a page of what was found, or `error`',
      schema: Type.Record(Type.String(), Type.Object({}, { additionalProperties: true })),
    },
  },
  async handler({ ctx, services, principal, body }) {
    const asked = (ctx.request as { body?: Record<string, unknown> }).body ?? {};
    if (!body.search) return { status: 400, body: { search: 'Search term must be provided' } };
    const common = Object.fromEntries(
      shared.flatMap((name) => (asked[name] === undefined ? [] : [[name, wordOf(asked[name])]])),
    );
    const answer: Record<string, unknown> = {};
    for (const [kind, { path, filters }] of Object.entries(kinds)) {
      if (asked[kind] === undefined) continue;
      const parameters = { limit: '1', ...filtersOf(kind, asked[kind]), ...filters, ...common };
      answer[kind] = await pageOf(services, principal, path, parameters);
    }
    for (const kind of notHere) if (asked[kind] !== undefined) answer[kind] = notAllowed;
    return { body: answer };
  },
});

function filtersOf(kind: string, asked: unknown): Parameters {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw new Invalid({ [kind]: ['An object is required.'] });
  }
  return Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, parameterOf(value)]));
}

/** A page of a list, as the list itself answers it; what they may not view is said, not refused. */
async function pageOf(
  services: Services,
  principal: Principal,
  path: string,
  parameters: Parameters,
): Promise<unknown> {
  const spelled = spelledAt(services, path);
  const query = parseQuery(spelled, parameters);
  const { page } = query;
  const { limit, offset } = page.kind === 'offset' ? page : { limit: 1, offset: 0 };
  try {
    const store = new Store(services);
    const projection = projectionFor(spelled, parameters, store.sight(principal));
    const { text, count } = await store.list(principal, projection, {
      ...query,
      page: { kind: 'offset', limit, offset },
    });
    const link = (to: number) =>
      `${services.config.publicUrl}${spelled.listPath}?${new URLSearchParams({ ...parameters, offset: String(to) })}`;
    return {
      count: count ?? 0,
      next: offset + limit < (count ?? 0) ? link(offset + limit) : null,
      previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
      results: JSON.parse(text ?? '[]'),
    };
  } catch (error) {
    if (error instanceof Forbidden) return notAllowed;
    throw error;
  }
}

function resourceAt(path: string) {
  const found = resources.find((resource) => resource.rest.some((one) => one.path === path));
  if (!found) throw new Error(`No resource is spelled at ${path}`);
  return found;
}

const spelled = new WeakMap<Services['config'], Map<string, Spelled>>();

function spelledAt({ config }: Services, path: string): Spelled {
  const known = spelled.get(config) ?? new Map<string, Spelled>();
  spelled.set(config, known);
  let found = known.get(path);
  if (!found) {
    const resource = resourceAt(path);
    const spelling = resource.rest.find((one) => one.path === path) ?? resource.rest[0];
    if (!spelling) throw new Error(`No resource is spelled at ${path}`);
    found = spell(resource, spelling, config.publicUrl);
    known.set(path, found);
  }
  return found;
}

/** A filter's value as the query string of its list would hold it. */
const parameterOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? value.map(wordOf).join(',') : wordOf(value);
