import type { Principal } from '../../shared/access/principal.ts';
import { confirmPath, isRecent } from '../../shared/identity/recent-proof.ts';
import { Forbidden } from './refusals.ts';

/**
 * The pages ask again, too: a browser that was left alone does nothing here that it could not do there.
 * @throws Forbidden when it is long ago that somebody proved at this browser who they are
 */
export function refuseOldProof({ provedAt }: Principal, publicUrl: string): void {
  if (!provedAt || isRecent(provedAt)) return;
  throw new Forbidden('role', [], `Prove again who you are, at ${publicUrl}${confirmPath}, and then repeat this.`);
}
