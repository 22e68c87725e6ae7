import type { Client } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import { accessTokenSecondsOf, refreshTokenDaysOf } from './clients.ts';

type Lifetimes = Pick<Config, 'accessTokenSeconds' | 'refreshTokenDays'>;

/** A refresh token that is used again and again ends after this many times its idle life (ASVS 10.4.8). */
const absoluteFactor = 3;

/** Seconds that an access token of a client lives. */
export const accessTokenSeconds = (config: Lifetimes, client: Client): number =>
  accessTokenSecondsOf(client) ?? config.accessTokenSeconds;

/** Seconds that a refresh token of a client lives when it is not used. Each use puts that off. */
export const refreshTokenSeconds = (config: Lifetimes, client: Client): number =>
  (refreshTokenDaysOf(client) ?? config.refreshTokenDays) * 86_400;

/** Seconds that an authorization lives however much it is used, and with it all its tokens. */
export const grantSeconds = (config: Lifetimes, client: Client): number =>
  refreshTokenSeconds(config, client) * absoluteFactor;
