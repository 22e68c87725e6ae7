import type { Config } from '../config.ts';
import { say } from '../messages/say.ts';

export interface Letter {
  readonly subject: string;
  /** Plain text: nothing in it is ever read as markup. */
  readonly text: string;
}

/** What a letter may tell of the installation. */
export type LetterSettings = Pick<Config, 'publicUrl' | 'instanceName' | 'secretKey' | 'timeZone'>;

/**
 * The letters that a service writes, by their kind in the outbox. They are written out when they are sent, from the facts
 * that were put there.
 */
export type Letters = Readonly<Record<string, (facts: never, settings: LetterSettings) => Letter>>;

/** A letter with its greeting, its paragraphs, and where it comes from. */
export function letterText(name: string, paragraphs: readonly string[], instanceName: string): string {
  return [say('letters.greeting', { name }), ...paragraphs, `-- \n${instanceName}`].join('\n\n');
}
