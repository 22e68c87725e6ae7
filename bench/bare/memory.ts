import type { Adapter, AdapterPayload } from 'oidc-provider';

const stored = new Map<string, AdapterPayload>();
const ofGrant = new Map<string, string[]>();

/** The adapter that oidc-provider comes with forgets all but a thousand things; this one keeps them. */
export class Memory implements Adapter {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    const key = this.#key(id);
    stored.set(key, payload);
    if (this.#kind === 'Session') stored.set(`uid:${payload.uid}`, payload);
    const { grantId } = payload;
    if (!grantId || this.#kind === 'Grant') return;
    const keys = ofGrant.get(grantId);
    if (keys) keys.push(key);
    else ofGrant.set(grantId, [key]);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return stored.get(this.#key(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return stored.get(`uid:${uid}`);
  }

  async findByUserCode(): Promise<undefined> {}

  async consume(id: string): Promise<void> {
    const payload = stored.get(this.#key(id));
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    stored.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of ofGrant.get(grantId) ?? []) stored.delete(key);
    ofGrant.delete(grantId);
  }

  #key(id: string): string {
    return `${this.#kind}:${id}`;
  }
}
