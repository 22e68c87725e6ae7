import Type from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import type { Services } from '../../shared/services.ts';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import { inWords, type JobContext } from './job.ts';
import { runMaintenance } from './maintenance.ts';
import { runMorning } from './morning.ts';

const operation = { who: 'staff', scopes: ['a:staff', 'a:superuser'] } as const;
const responses = { 200: { description: 'What was done, in a sentence', schema: Type.String() } };

const contextOf = ({ knex, log, config }: Services, actor: Principal): JobContext => ({ knex, log, config, actor });

const morning = endpoint({
  method: 'post',
  path: '/api/cron/morningjobs',
  operation,
  operationId: 'cron_morningjobs',
  tag: 'jobs',
  summary: 'Remind people of their bookings',
  description: 'Meant for every morning. Nobody is reminded twice, however often it runs.',
  responses,
  handler: async ({ services, principal }) => ({
    body: `Morning jobs: ${inWords(await runMorning(contextOf(services, principal)))}.`,
  }),
});

const maintenance = endpoint({
  method: 'post',
  path: '/api/cron/maintenance',
  operation,
  operationId: 'cron_maintenance',
  tag: 'jobs',
  summary: 'Put the records in order',
  description:
    'Meant for every night. Settles findings that things have caught up with, warns of hosts that went offline, lets loans begin and end, and forgets what is over for long. Bookings stay for good.',
  responses,
  handler: async ({ services, principal }) => ({
    body: `Maintenance: ${inWords(await runMaintenance(contextOf(services, principal)))}.`,
  }),
});

/** What a scheduler calls. */
export const jobEndpoints: readonly Endpoint[] = [morning, maintenance];
