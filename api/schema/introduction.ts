/** What the document says of the API as a whole, in Markdown. */
export const introduction = (publicUrl: string, version: string): string =>
  `
Labs, hosts, parts and stock; who has booked what; and who may touch it. Quartermaster ${version}.

**Credentials.** Send a token as \`Authorization: Bearer …\`. People make tokens for scripts on [their account page](${publicUrl}/accounts/tokens/); applications get access tokens with OAuth 2.0 (authorization code with PKCE, device authorization, client credentials) from [the issuer](${publicUrl}/o/.well-known/openid-configuration).

**Permissions.** What a request may do is what its person's roles allow and, for a token bound by scopes, what its scopes allow: the narrower of the two. Each operation lists the scopes that let it through under \`security\`; any one of them is enough.

**Lists** are bare arrays of all rows. With \`limit\` (and \`offset\`) they are pages with a count; with \`cursor\` they are pages that cost the same however far you go. Filters that a list does not know are passed over.

**Trouble** is answered with a status and a reason: \`{"detail": "…"}\`, or by field \`{"hostname": ["…"]}\`. A method that a path does not have is 405 with \`Allow\`; a body over 1 MB is 413; too many failed sign-ins are 429 with \`Retry-After\`.

**Moments** carry their zone (ISO 8601). One that is sent without is read in the zone of this server.
`.trim();
