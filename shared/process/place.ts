import cluster from 'node:cluster';
import type { Registry } from 'prom-client';

/** Where a process stands among those that share its port. */
export interface Place {
  /** 1 to `WORKERS`; a process that replaces another takes its number. */
  readonly number: number;
  /** The figures of all of them together, as Prometheus reads them. @throws Error when one does not answer */
  metrics(): Promise<string>;
  /** Says where the figures of this one are. */
  measuredIn(register: Registry): void;
  /** Tells that requests are answered. */
  serving(): void;
}

/** What processes tell each other: one asks for the figures of all, and is told; each is asked for its own, and tells. */
export interface Message {
  readonly kind: 'all asked' | 'all told' | 'own asked' | 'own told';
  readonly number: number;
  /** Null when they could not be had. */
  readonly text?: string | null;
  readonly figures?: Figures;
}
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The variable that tells a process its number. */
export const numberVariable = 'QUARTERMASTER_WORKER';
/** What it says once it serves. */
export const servingMessage = 'quartermaster: serving';
export const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'kind' in message && 'number' in message;

/** The place of this process; null when it has the port to itself. */
export function placeAmongWorkers(): Place | null {
  if (!cluster.isWorker) return null;
  const waiting = new Map<number, (text: string | null) => void>();
  let register: Registry | null = null;
  const send = (message: Message) => process.send?.(message);
  process.on('message', async (message: unknown) => {
    if (!isMessage(message)) return;
    if (message.kind === 'all told') waiting.get(message.number)?.(message.text ?? null);
    if (message.kind === 'own asked' && register) {
      send({ kind: 'own told', number: message.number, figures: await register.getMetricsAsJSON() });
    }
  });
  let asked = 0;
  return {
    number: Number(process.env[numberVariable]),
    async metrics() {
      const number = ++asked;
      const { promise, resolve } = Promise.withResolvers<string | null>();
      waiting.set(number, resolve);
      send({ kind: 'all asked', number });
      const text = await promise.finally(() => waiting.delete(number));
      if (text === null) throw new Error('A process of this service did not tell its figures');
      return text;
    },
    measuredIn(measured) {
      register = measured;
    },
    serving: () => process.send?.(servingMessage),
  };
}
