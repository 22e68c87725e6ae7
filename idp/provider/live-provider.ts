import type Koa from 'koa';
import mount from 'koa-mount';
import type Provider from 'oidc-provider';
import type { Services } from '../../shared/services.ts';
import { KeySet } from '../../shared/signing-keys/key-set.ts';
import { mountPath } from './paths.ts';
import { createProvider } from './provider.ts';

/**
 * The provider of this moment. The library takes its signing keys once, so another one is made whenever they change.
 * Requests on their way finish with the one that they began with; everything else about it is in the database.
 */
export class LiveProvider {
  readonly #services: Services;
  readonly #published: KeySet;
  #provider!: Provider;
  #mounted!: Koa.Middleware;
  #renewal: Promise<void> = Promise.resolve();

  private constructor(services: Services) {
    const { knex, events } = services;
    this.#services = services;
    this.#published = new KeySet(knex, events);
    events.on('keys', () => this.#renew());
    events.on('reconnected', () => this.#renew());
  }

  static async open(services: Services): Promise<LiveProvider> {
    const live = new LiveProvider(services);
    await live.#renew();
    return live;
  }

  get current(): Provider {
    return this.#provider;
  }

  /** Answers what comes in below {@link mountPath}. */
  readonly mounted: Koa.Middleware = (ctx, next) => this.#mounted(ctx, next);

  /** One after the other, so that the last change is what stays. */
  #renew(): Promise<void> {
    const renewal = this.#renewal.catch(() => {}).then(() => this.#renewNow());
    this.#renewal = renewal;
    return renewal;
  }

  async #renewNow(): Promise<void> {
    const provider = await createProvider(this.#services, this.#published);
    this.#provider = provider;
    this.#mounted = mount(mountPath, provider);
  }
}
