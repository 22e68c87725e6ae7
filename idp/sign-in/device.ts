import Bowser from 'bowser';

/** What a browser calls itself, for people: «Firefox on Linux». */
export function deviceOf(userAgent: string | null): string {
  const { browser, os } = userAgent ? Bowser.parse(userAgent.slice(0, 500)) : { browser: {}, os: {} };
  const names = [browser.name, os.name].filter(Boolean);
  return names.join(' on ') || 'An unknown program';
}
