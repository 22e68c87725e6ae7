/** How one configuration value is read from its text; throws an Error whose message completes «PORT …». */
export interface ValueKind<T> {
  read(text: string): T;
  /** What the table of settings says under «values». */
  readonly values: string;
}

/** A whole number within bounds, both included. */
export function wholeNumber(minimum: number, maximum: number): ValueKind<number> {
  return {
    values: `${minimum} to ${maximum}`,
    read(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= minimum && value <= maximum)) {
        throw new Error(`must be a whole number from ${minimum} to ${maximum}`);
      }
      return value;
    },
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: T[]): ValueKind<T> {
  return {
    values: words.map((word) => `\`${word}\``).join(', '),
    read(text) {
      const found = words.find((word) => word === text);
      if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`);
      return found;
    },
  };
}

/** Free text within a length, counted in characters. */
export function text(values: string, minimum = 1, maximum = 500): ValueKind<string> {
  return {
    values,
    read(given) {
      if (given.length < minimum) throw new Error(`must have at least ${minimum} characters`);
      if (given.length > maximum) throw new Error(`must have at most ${maximum} characters`);
      return given;
    },
  };
}

/** The origin that people type: scheme, host and port, nothing after it; given back without a trailing slash. */
export const origin: ValueKind<string> = {
  values: 'an origin such as `https://lab.example.org`',
  read(given) {
    const url = URL.parse(given);
    if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('must be an http or https URL');
    if (url.username || url.password) throw new Error('must not carry a user name or password');
    if (url.pathname !== '/' || url.search || url.hash) throw new Error('must end after the host and port');
    return url.origin;
  },
};

/** Names of hosts, separated by commas, each with or without a port. */
export const hosts: ValueKind<readonly string[]> = {
  values: 'hosts such as `erp.lab.internal, 10.0.0.7:8443`',
  read(given) {
    const named = given.split(',').map((host) => host.trim().toLowerCase());
    const wrong = named.find((host) => URL.parse(`http://${host}`)?.host !== host);
    if (wrong !== undefined) throw new Error(`must name hosts, separated by commas; «${wrong}» is none`);
    return named;
  },
};

/** Words, separated by commas. */
export const words: ValueKind<readonly string[]> = {
  values: 'words such as `acme, acme robotics`',
  read(given) {
    const listed = given.split(',').map((word) => word.trim());
    if (listed.some((word) => word.length < 3 || word.length > 100)) {
      throw new Error('must be words of 3 to 100 characters, separated by commas');
    }
    return listed;
  },
};

/** Where PostgreSQL listens, as libpq writes it. */
export const postgresUrl: ValueKind<string> = {
  values: '`postgres://user:password@host:port/database`',
  read(given) {
    if (/^[^/]+\/\/(?:[^/@]*@)?[^/@]*,/.test(given)) {
      throw new Error('must name one host: that of a proxy or an address that moves with the primary');
    }
    const url = URL.parse(given);
    if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
      throw new Error('must look like postgres://user:password@host:port/database');
    }
    return given;
  },
};

/** A mail server and how to sign in to it. */
export const smtpUrl: ValueKind<string> = {
  values: '`smtp://user:password@host:587` or `smtps://…`',
  read(given) {
    const url = URL.parse(given);
    if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || !url.hostname) {
      throw new Error('must look like smtp://user:password@host:587 or smtps://user:password@host');
    }
    return given;
  },
};

/** A time zone of the IANA database. */
export const timeZone: ValueKind<string> = {
  values: 'an IANA name such as `Europe/Berlin`',
  read(given) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone;
    } catch {
      throw new Error('must be an IANA time zone such as UTC or Europe/Berlin');
    }
  },
};
