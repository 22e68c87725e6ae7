import type { Services } from '../../shared/services.ts';

export type ApplicationsServices = Pick<Services, 'knex' | 'config'>;

/** Where the pages about applications live. */
export const home = '/o/applications/';
