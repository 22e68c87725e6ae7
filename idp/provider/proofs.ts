import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import { isFirstUse } from '../../shared/identity/seen-proofs.ts';
import { inTurn } from './unit-of-work.ts';

/**
 * Makes the provider take client assertions and DPoP proofs once: the library looks first and stores later, so of two
 * at the same time both would count.
 */
export function useProofsOnce(provider: Provider, knex: Knex): void {
  provider.ReplayDetection.unique = (issuer: string, jti: string, exp: number) =>
    inTurn(knex, (db) => isFirstUse(db, `${issuer} ${jti}`, exp * 1000));
}
