import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { say } from '../messages/say.ts';

/** How hard a password is to guess. */
export interface PasswordStrength {
  /** 0 to 4, as zxcvbn rates: from the first that are tried to very hard to guess. */
  readonly score: number;
  /** It takes at least a hundred million guesses. */
  readonly enough: boolean;
  /** What makes it weak, as a sentence; null when nothing stands out. */
  readonly why: string | null;
}

const enoughGuesses = 1e8;

let estimator: Promise<ZxcvbnFactory> | undefined;

/** The dictionaries are large and only those who choose a password need them: they are read then. */
async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}

/** Rates a password. @param own words that belong to its person, and so are guessed first */
export async function strengthOfPassword(password: string, own: readonly string[]): Promise<PasswordStrength> {
  estimator ??= loadEstimator();
  const { score, guesses, feedback } = (await estimator).check(password, [...own]);
  const { warning } = feedback;
  return { score, enough: guesses >= enoughGuesses, why: isReason(warning) ? say(`passwords.${warning}`) : null };
}

/** The library's findings that there are words for. */
const reasons = [
  'straightRow',
  'keyPattern',
  'simpleRepeat',
  'extendedRepeat',
  'sequences',
  'recentYears',
  'dates',
  'topTen',
  'topHundred',
  'common',
  'similarToCommon',
  'wordByItself',
  'namesByThemselves',
  'commonNames',
  'userInputs',
] as const;
const isReason = (warning: string | null | undefined): warning is (typeof reasons)[number] =>
  (reasons as readonly unknown[]).includes(warning);
