import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

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
  return { score, enough: guesses >= enoughGuesses, why: reasons[feedback.warning ?? ''] ?? null };
}

/** The library's findings in words. */
const reasons: Readonly<Record<string, string>> = {
  straightRow: 'A row of keys on the keyboard is easy to guess.',
  keyPattern: 'A pattern on the keyboard is easy to guess.',
  simpleRepeat: 'One character again and again is easy to guess.',
  extendedRepeat: 'The same word twice is as easy to guess as once.',
  sequences: 'Sequences such as «abc» or «6543» are easy to guess.',
  recentYears: 'Years are easy to guess.',
  dates: 'Dates are easy to guess.',
  topTen: 'This is one of the ten passwords that are used most.',
  topHundred: 'This is one of the hundred passwords that are used most.',
  common: 'This password is used by many.',
  similarToCommon: 'This is close to a password that many use.',
  wordByItself: 'One word is easy to guess.',
  namesByThemselves: 'A name is easy to guess.',
  commonNames: 'A common name is easy to guess.',
  userInputs: 'Your own name or address is guessed first.',
};
