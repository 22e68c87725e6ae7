import type { Knex } from 'knex';
import Type from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import type { Row } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { inOneTransaction } from '../store/commands.ts';
import { Invalid } from '../store/refusals.ts';
import { validate } from '../store/validation.ts';

/**
 * The row that these keys name, made when there is none. Whoever asks for the same at the same time waits, so that one
 * of them makes it. Names are not unique by themselves; of several rows it is the oldest.
 */
function getOrCreate(
  knex: Knex,
  principal: Principal,
  resource: 'host_type' | 'host_hardware',
  given: Row,
  keys: Readonly<Record<string, unknown>>,
): Promise<{ row: Row; created: boolean }> {
  return inOneTransaction(knex, { principal }, async ({ trx, create }) => {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [JSON.stringify([resource, keys])]);
    const found = await trx(resource).where(keys).orderBy('id').first('id', 'name', 'details');
    return found ? { row: found, created: false } : { row: await create(resource, given), created: true };
  });
}

const name = Type.String({ minLength: 1, maxLength: 30 });
const details = Type.String({ maxLength: 120, description: 'Used only when it is made.' });
const made = { id: Type.Integer(), created: Type.Boolean() };
const operation = { who: 'staff', scopes: ['a:staff', 'a:superuser'] } as const;

const hostType = endpoint({
  method: 'post',
  path: '/api/import/gethosttype',
  operation,
  operationId: 'import_gethosttype',
  tag: 'import',
  summary: 'The host type of a name, made when there is none',
  body: Type.Object({ name, details }),
  responses: {
    200: { description: 'The host type', schema: Type.Object({ name, details: Type.String(), ...made }) },
  },
  async handler({ services, principal, body }) {
    const given = validate(resourceNamed('host_type'), body, true);
    const { row, created } = await getOrCreate(services.knex, principal, 'host_type', given, { name: given.name });
    return { body: { name: row.name, details: row.details, id: row.id, created } };
  },
});

const hostHardware = endpoint({
  method: 'post',
  path: '/api/import/gethosthardware',
  operation,
  operationId: 'import_gethosthardware',
  tag: 'import',
  summary: 'The host hardware of a name and type, made when there is none',
  body: Type.Object({
    name,
    // Forms send it as text.
    host_type: Type.Unsafe<number | string>({ type: ['integer', 'string'], description: 'Number of its host type.' }),
    details,
  }),
  responses: {
    200: {
      description: 'The host hardware',
      schema: Type.Object({ name, details: Type.String(), host_type: Type.Integer(), ...made }),
    },
  },
  async handler({ services, principal, body }) {
    const given = validate(resourceNamed('host_hardware'), body, true);
    const type = given.host_type as number;
    if (!(await services.knex('host_type').where({ id: type }).first('id'))) {
      throw new Invalid({ host_type: ['There is no such host type.'] });
    }
    const keys = { name: given.name, host_type_id: type };
    const { row, created } = await getOrCreate(services.knex, principal, 'host_hardware', given, keys);
    return { body: { name: row.name, details: row.details, host_type: type, id: row.id, created } };
  },
});

/** What import scripts call. */
export const importEndpoints: readonly Endpoint[] = [hostType, hostHardware];
