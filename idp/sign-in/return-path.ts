/** Where people go after signing in when nothing else was asked. */
const home = '/accounts/';

/**
 * Where to go after signing in: a path of our own, never another site. Browsers read `//x`, `/\x` and control
 * characters in odd ways, so the path is what a URL parser makes of it.
 */
export function returnPath(next: string): string {
  const base = 'http://own.invalid';
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return home;
  const url = URL.parse(next, base);
  if (url?.origin !== base || url.pathname.startsWith('//')) return home;
  return url.pathname + url.search;
}

/** The sign-in page that comes back to `path`. */
export function signInPath(path: string): string {
  return path === home ? '/accounts/login/' : `/accounts/login/?next=${encodeURIComponent(path)}`;
}
