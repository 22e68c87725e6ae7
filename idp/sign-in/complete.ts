import type { Knex } from 'knex';
import type { Person } from '../../shared/access/principal.ts';
import type { Config } from '../../shared/config.ts';
import { recordSignIn, signInRequest } from '../../shared/identity/sign-in-record.ts';
import { tellOfNewPlace } from '../mail/post.ts';
import { deviceOf } from './device.ts';
import { rememberBrowser } from './known-browser.ts';
import { noteSignInPlace } from './places.ts';
import { beginSession } from './session.ts';
import { type BrowserContext, principalOf } from './state.ts';

/** Signs somebody in who has proved all that is asked of them: a session, and its traces. */
export async function completeSignIn(
  ctx: BrowserContext,
  trx: Knex,
  { sessionHours, secretKey }: Pick<Config, 'sessionHours' | 'secretKey'>,
  { person, amr }: { person: Person; amr: readonly string[] },
): Promise<void> {
  await beginSession(ctx, trx, { personId: person.id, idleHours: sessionHours, amr });
  await rememberBrowser(ctx, trx, secretKey, person.id);
  await recordSignIn(trx, principalOf(ctx, person), amr, signInRequest(ctx.method, ctx.originalUrl));
  const place = { address: ctx.ip || null, userAgent: ctx.get('User-Agent') || null };
  const isNew = await noteSignInPlace(trx, person.id, place);
  if (isNew) await tellOfNewPlace(trx, person.id, { device: deviceOf(place.userAgent), address: place.address });
}
