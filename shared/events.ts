import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** What the database tells every process at commit; the triggers of the migrations send it. */
export interface EventPayloads {
  /** Something about one person changed: name, password, groups, whether they are active. */
  person: { readonly person: number };
  /** What groups may do changed, so anybody's rights may have. */
  people: { readonly people: 'all' };
  /** An access token was revoked; `token` is the SHA-256 of its `jti` in hex, `until` its expiry in seconds. */
  token: { readonly token: string; readonly until: number };
  /** An API token was changed, revoked or deleted. */
  apiToken: { readonly apiToken: number };
  /** A session ended; its id is the SHA-256 of the cookie's value in hex. */
  session: { readonly session: string };
  /** Sessions ended of which applications are to be told. */
  logout: { readonly logout: 'due' };
  /** The set of signing keys changed. */
  keys: { readonly keys: 'changed' };
  /** The line is up again after a break: whatever was missed has to be read anew. */
  reconnected: Record<string, never>;
}
export type EventKind = keyof EventPayloads;
type Listener<Kind extends EventKind> = (payload: EventPayloads[Kind]) => void | Promise<void>;

/** A line to the database over which it says what changed. */
export interface Events {
  /**
   * Calls `listener` for each event of a kind; answers a function that stops that. Listeners of `reconnected` may
   * return a promise: the process counts as deaf until all of them are done.
   */
  on<Kind extends EventKind>(kind: Kind, listener: Listener<Kind>): () => void;
  /** True once the line has been down for longer than a few seconds: what is remembered may be wrong. */
  isDeaf(): boolean;
  /** Resolves once this process heard of all that was committed before; or soon after, when the line is down. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

const channel = 'quartermaster';
/** A break shorter than this goes unnoticed by callers; milliseconds. */
const patience = 3000;
const heartbeatEvery = 1000;
const heartbeatTimeout = 2000;
const longestPause = 2000;

/**
 * Opens the line and keeps it open: a broken connection, or one that doesn't answer a heartbeat, is replaced.
 * Rejects when the first connection can't be made.
 */
export async function openEvents(options: { connectionString: string; log: Logger }): Promise<Events> {
  const line = new Line(options.connectionString, options.log);
  await line.open();
  return line;
}

class Line implements Events {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #listeners = new Map<EventKind, Set<Listener<EventKind>>>();
  readonly #closing = new AbortController();
  #client: pg.Client | null = null;
  /** When the line broke, by the monotonic clock; null while it is up. */
  #lostAt: number | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  /** When what the line was asked last is answered. */
  #answered: Promise<unknown> = Promise.resolve();

  constructor(connectionString: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  on<Kind extends EventKind>(kind: Kind, listener: Listener<Kind>): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    listeners.add(listener as Listener<EventKind>);
    return () => listeners.delete(listener as Listener<EventKind>);
  }

  isDeaf(): boolean {
    return this.#lostAt !== null && performance.now() - this.#lostAt > patience;
  }

  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'quartermaster events',
      connectionTimeoutMillis: heartbeatTimeout,
      keepAlive: true,
    });
    // Before connecting: an error event without a listener would end the process.
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => this.#heard(payload ?? ''));
    await client.connect();
    try {
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    if (this.#closing.signal.aborted) return client.end();
    this.#client = client;
    this.#answered = Promise.resolve();
    this.#scheduleHeartbeat(client);
  }

  /** One question after the other: the driver takes no two at a time. */
  #ask(client: pg.Client): Promise<unknown> {
    const answer = this.#answered.then(() => client.query('SELECT 1'));
    this.#answered = answer.catch(() => {});
    return answer;
  }

  async caughtUp(): Promise<void> {
    // PostgreSQL hands out what it has to tell before it answers.
    const answer = this.#client && this.#ask(this.#client).catch(() => {});
    const waiting = new AbortController();
    await Promise.race([answer, sleep(heartbeatTimeout, undefined, waiting).catch(() => {})]);
    waiting.abort();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#heartbeat) clearTimeout(this.#heartbeat);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  #heard(text: string): void {
    let payload: unknown;
    try {
      payload = JSON.parse(text);
    } catch {
      payload = null;
    }
    if (typeof payload !== 'object' || payload === null) {
      this.#log.warn({ channel }, 'An event that is not a JSON object was ignored');
      return;
    }
    for (const kind of Object.keys(payload)) {
      for (const listener of this.#listeners.get(kind as EventKind) ?? []) this.#tell(listener, payload);
    }
  }

  #tell(listener: Listener<EventKind>, payload: object): void {
    const complain = (error: unknown) => this.#log.error({ err: error }, 'A listener for events failed');
    try {
      Promise.resolve(listener(payload as EventPayloads[EventKind])).catch(complain);
    } catch (error) {
      complain(error);
    }
  }

  /** A connection can die without a word (a pulled cable, a firewall), so it is asked now and then. */
  #scheduleHeartbeat(client: pg.Client): void {
    this.#heartbeat = setTimeout(async () => {
      const asked = performance.now();
      let answered = false;
      const answer = this.#ask(client).then(
        () => {
          answered = true;
        },
        () => {},
      );
      await Promise.race([answer, sleep(heartbeatTimeout, undefined, { ref: false })]);
      // After a long pause of this very process the answer may still wait in the socket: let it in first.
      if (!answered) await new Promise(setImmediate);
      if (client !== this.#client) return;
      if (answered) this.#scheduleHeartbeat(client);
      else this.#lost(client, new Error('no answer to a heartbeat'), asked);
    }, heartbeatEvery);
    this.#heartbeat.unref();
  }

  #lost(client: pg.Client, error?: Error, since = performance.now()): void {
    if (client !== this.#client || this.#closing.signal.aborted) return;
    this.#client = null;
    if (this.#heartbeat) clearTimeout(this.#heartbeat);
    this.#lostAt ??= since;
    this.#log.warn({ err: error }, 'The line for events broke; connecting again');
    client.end().catch(() => {});
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let pause = 50; !this.#closing.signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      try {
        await this.open();
        const client = this.#client;
        await Promise.all([...(this.#listeners.get('reconnected') ?? [])].map((listener) => listener({})));
        // Broken again meanwhile: whoever noticed that is reconnecting already.
        if (client !== this.#client) return;
        this.#lostAt = null;
        this.#log.info('The line for events is up again');
        return;
      } catch (error) {
        this.#log.warn({ err: error }, 'Could not connect the line for events');
        const client = this.#client;
        this.#client = null;
        await client?.end().catch(() => {});
        await sleep(pause, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {});
      }
    }
  }
}
