/** A way to prove who somebody, or something, is. */
export interface Way {
  readonly way: string;
  /** How strong it is: what it proves. */
  readonly strength: string;
  /** What it opens, and where it isn't enough. */
  readonly opens: string;
  /** As in `item.ts`. */
  readonly shownBy: readonly string[];
}

/** Every way in (ASVS 6.1.3), the strongest first. Whoever adds one adds it here. */
export const waysIn: readonly Way[] = [
  {
    way: 'Passkey, alone or after the password',
    strength: 'two factors that can’t be phished (`acr` `phr`): a key, which a PIN or a finger unlocks',
    opens: 'a session',
    shownBy: ['journeys/passkey › it signs them in without username and password, and an answer counts once'],
  },
  {
    way: 'Password, then a code of an authenticator app',
    strength: 'two factors (`acr` `mfa`)',
    opens: 'a session',
    shownBy: ['sign-in/second-factors › a code of the app, and a recovery code, let somebody in once each'],
  },
  {
    way: 'Password, then a recovery code',
    strength: 'two factors (`acr` `mfa`), each code once; their person is told by mail',
    opens: 'a session',
    shownBy: ['sign-in/second-factors › a code of the app, and a recovery code, let somebody in once each'],
  },
  {
    way: 'Password, on the sign-in page',
    strength: 'one factor (`acr` `pwd`)',
    opens: 'a session; none for who has a second factor, or must have one',
    shownBy: [
      'sign-in/second-factors › where a second factor is required and somebody has none, signing in leads to setting one up and nowhere else',
    ],
  },
  {
    way: 'Password, with a request to the API (Basic, AtroCore’s headers)',
    strength: 'one factor',
    opens: 'that request, or a token; nothing for who has a second factor, or must have one',
    shownBy: [
      'authentication/basic › a username and password open the API; the scheme and the username in any case',
      'sign-in/second-factors › with a second factor, or one that is required, a password alone gets no token and opens no request',
    ],
  },
  {
    way: 'Superuser standing in for somebody',
    strength: 'the superuser’s session, proved anew in the last ten minutes',
    opens: 'what that person’s roles open, for a quarter of an hour, but nothing of their secrets',
    shownBy: ['admin/stand-in › a superuser stands in for a person: every page says so, and the trail has both names'],
  },
  {
    way: 'Access token bound to a key (DPoP)',
    strength: 'a token, and a fresh proof by the key for each request',
    opens: 'what its scopes and its person’s roles both hold',
    shownBy: [
      'provider/bound-tokens › a token that is bound to a key opens the API with a proof by that key, and with nothing else',
    ],
  },
  {
    way: 'Access token',
    strength: 'whoever has it; an hour at first, given out to a registered application after sign-in and consent',
    opens: 'what its scopes and its person’s roles both hold',
    shownBy: ['authentication/bearer › an access token opens the API, whatever the case of the scheme'],
  },
  {
    way: 'API token',
    strength: 'whoever has it; 128 random bits or more, shown once, with an end and networks if its maker wants',
    opens: 'what its person may do, or what its scopes leave of that',
    shownBy: [
      'authentication/api-tokens › a token works in each spelling',
      'authentication/api-tokens › nothing that is stored lets anybody use a token',
    ],
  },
  {
    way: 'Key of an application (`private_key_jwt`)',
    strength: 'a signature for this server, once',
    opens: 'the token endpoint and its neighbours, for that application',
    shownBy: [
      'provider/application-settings › an application proves itself by its own key: once each time, for this server, and not by a secret',
    ],
  },
  {
    way: 'Secret of an application',
    strength: 'whoever has it; 256 random bits, shown once',
    opens: 'the token endpoint and its neighbours, for that application',
    shownBy: ['provider/scopes › each of several secrets opens, until it expires'],
  },
  {
    way: 'Link in a letter',
    strength: 'whoever reads what comes to the address',
    opens: 'choosing a password, or confirming the address; it signs nobody in and skips no factor',
    shownBy: [
      'sign-in/reset › a link is for its own account, purpose and half hour, and the second factor is asked for after it',
    ],
  },
];
