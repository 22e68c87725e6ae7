/** The folders of the collection: whose clients a path is for, by how it begins; the first that fits counts. */
const systems: readonly (readonly [folder: string, begins: RegExp])[] = [
  ['AtroCore', /^\/api\/v1\//],
  ['Qore', /^\/api\/(resources|global-search|endpoints|me)\b/],
  ['Sign-in and people', /^\/(api\/(auth|user)\/|\.well-known\/)/],
  ['Cores', /^\/api\/(inventory|booking|live|import|cron|reports?|auth-test|loans?|notices?)\b/],
  ['Sign-in and people', /^\/api\/(schema\/?)?$/],
  ['InvenTree', /^\/api\//],
];

/** Names of the folders, in their order. */
export const systemFolders: readonly string[] = ['Cores', 'InvenTree', 'AtroCore', 'Qore', 'Sign-in and people'];

/** The folder that a path belongs to. */
export const systemOf = (path: string): string => systems.find(([, begins]) => begins.test(path))?.[0] ?? 'InvenTree';
