/** Somebody whom visitors of a demo may sign in as. */
export interface DemoLogin {
  readonly username: string;
  readonly password: string;
  /** What this person may do, in a few words. */
  readonly may: string;
}

export interface DemoFacts {
  readonly publicUrl: string;
  /** The address it listens on. */
  readonly host: string;
  readonly logins: readonly DemoLogin[];
  /** Whom the request to paste signs in. */
  readonly example: DemoLogin;
  /** The folder of the embedded database; null with one of the visitor's own. */
  readonly home: string | null;
}

const loopback = /^(127\.|::1$|localhost$)/;

/** What a visitor of the demo has to know, for the terminal. */
export function demoBanner({ publicUrl, host, logins, example, home }: DemoFacts): string {
  const widest = (of: 'username' | 'password') => Math.max(...logins.map((login) => login[of].length));
  const rows = logins.map(
    ({ username, password, may }) =>
      `    ${username.padEnd(widest('username'))}  ${password.padEnd(widest('password'))}  ${may}`,
  );
  const open = loopback.test(host)
    ? []
    : ['', '  These passwords are public, and this address can be reached from other machines.'];
  return [
    '',
    `  Quartermaster, with a sample lab, is at ${publicUrl}/`,
    '',
    `    Sign in              ${publicUrl}/accounts/login/`,
    `    The API, explained   ${publicUrl}/api-doc/`,
    `    Applications         ${publicUrl}/o/applications/`,
    '',
    '  Log-ins',
    ...rows,
    ...open,
    '',
    '  To paste into another terminal',
    `    curl -u ${example.username}:${example.password} '${publicUrl}/api/inventory/host/?limit=3'`,
    '',
    home ? `  Its data lies in ${home} and is kept; Ctrl-C stops it.` : '  Ctrl-C stops it.',
    '',
  ].join('\n');
}
