import Bowser from 'bowser';
import { say } from '../messages/say.ts';

/** What a browser and its system call themselves, as far as they do: `Firefox`, `Linux`. */
export function namesOfDevice(userAgent: string | null): string[] {
  const { browser, os } = userAgent ? Bowser.parse(userAgent.slice(0, 500)) : { browser: {}, os: {} };
  return [browser.name, os.name].filter((name) => name !== undefined);
}

/** The same for people: «Firefox on Linux». */
export function deviceOf(userAgent: string | null): string {
  const [browser, system] = namesOfDevice(userAgent);
  if (!browser) return say('words.unknown-device');
  return system ? say('words.session-device', { browser, system }) : browser;
}
