import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { findApplication } from '../../shared/applications/find.ts';
import type { Application } from '../../shared/models/application.ts';
import type { Services } from '../../shared/services.ts';
import { Invalid, NotFound } from '../store/refusals.ts';

/** Registering applications is a superuser's work; a token does it only when it may do everything that they may. */
export const superusersOnly = { who: 'superuser', scopes: ['a:superuser'] } as const;

/** One application. @throws NotFound */
export async function found({ knex }: Services, id: number): Promise<Application> {
  const application = await findApplication(knex, id);
  if (!application) throw new NotFound('Not found.');
  return application;
}

/** Runs a command; what it refuses because of a field is answered as that field's error. @throws Invalid */
export async function byField<Done>(command: () => Promise<Done>): Promise<Done> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof FieldRefused) throw new Invalid({ [error.field]: [error.message] });
    throw error;
  }
}
