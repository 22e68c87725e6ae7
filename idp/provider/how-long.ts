import type { Client } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import { say } from '../messages/say.ts';
import { accessTokenSeconds, grantSeconds, refreshTokenSeconds } from './lifetimes.ts';

const day = 86_400;

/** For how long somebody lets an application in when they allow it, as a sentence. */
export function howLong(config: Pick<Config, 'accessTokenSeconds' | 'refreshTokenDays'>, client: Client): string {
  if (!client.grantTypes?.includes('refresh_token')) {
    return say('consent.lasts-once', { minutes: Math.ceil(accessTokenSeconds(config, client) / 60) });
  }
  return say('consent.lasts', {
    unused: Math.round(refreshTokenSeconds(config, client) / day),
    most: Math.round(grantSeconds(config, client) / day),
  });
}
