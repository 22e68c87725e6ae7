import { authTest } from './auth-test.ts';
import { csrfCookie } from './csrf-cookie.ts';
import { createDeviceToken, deleteDeviceToken, listDeviceTokens } from './device-tokens.ts';
import type { Endpoint } from './endpoint.ts';
import { namedToken } from './named-token.ts';
import { changeMe, readMe } from './profile.ts';
import { protectedResource } from './protected-resource.ts';
import { myRoles } from './roles.ts';
import { plugins, server } from './server.ts';
import { setPassword } from './set-password.ts';
import { createToken, deleteToken, listTokens, readToken } from './tokens.ts';

/** What people may ask about the server and themselves; the OpenAPI document lists it. */
export const meEndpoints: readonly Endpoint[] = [
  server,
  plugins,
  protectedResource,
  authTest,
  readMe,
  changeMe,
  myRoles,
  setPassword,
  namedToken,
  listTokens,
  createToken,
  readToken,
  deleteToken,
  csrfCookie,
  listDeviceTokens,
  createDeviceToken,
  deleteDeviceToken,
];
