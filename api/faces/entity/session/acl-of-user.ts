import Type from 'typebox';
import { loadPerson } from '../../../../shared/access/load-person.ts';
import { anonymous, type Principal } from '../../../../shared/access/principal.ts';
import { scopesFor } from '../../../../shared/access/scopes.ts';
import type { Services } from '../../../../shared/services.ts';
import { type Endpoint, endpoint, signedIn } from '../../../me/endpoint.ts';
import { Forbidden, Invalid, NotFound } from '../../../store/refusals.ts';
import { Store } from '../../../store/store.ts';
import { aclOf } from '../acl.ts';
import { base } from '../operations/at.ts';
import { readId } from '../parse-record.ts';
import type { Entities } from '../spelling.ts';

/** `GET User/action/acl?id=`: what somebody may do. Superusers may ask it of anybody, others of themselves. */
export const aclOfUser = (entities: Entities): Endpoint =>
  endpoint({
    method: 'get',
    path: `${base}/User/action/acl`,
    operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
    operationId: 'v1_User_acl',
    tag: 'entity',
    summary: 'What a person may do, entity by entity',
    query: Type.Object({ id: Type.String({ maxLength: 36, description: 'Of the person.' }) }),
    mayFail: ['missing'],
    responses: {
      200: { description: 'As `acl` of `App/user`.', schema: Type.Object({}, { additionalProperties: true }) },
    },
    handler: async ({ services, principal, query }) => {
      const id = readId(query.id);
      if (id === null) throw new Invalid({ id: ['An id is required.'] });
      const asked = await principalOf(services, principal, id);
      return { body: aclOf(entities, new Store(services).sight(asked), asked.person) };
    },
  });

/** The asking person as they ask, or somebody else with all that they hold. */
async function principalOf({ knex }: Services, principal: Principal, id: number): Promise<Principal> {
  const me = signedIn(principal);
  if (me.id === id) return principal;
  if (!me.isSuperuser) throw new Forbidden('role', [], 'You may ask this of yourself only.');
  const person = await loadPerson(knex, { id });
  if (!person) throw new NotFound('Not found.');
  return { ...anonymous(), person, proof: 'session' };
}
