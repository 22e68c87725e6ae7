/** One line of a checklist. */
export interface Item {
  /** As its source numbers it. */
  readonly id: string;
  /** What it asks for, in our words. */
  readonly says: string;
  /** What holds it; for one that isn't held, why not. */
  readonly because: string;
  readonly held: boolean;
  /** `file › title` below `test/`, the file without `.test.ts`; `…` stands for what a title takes in. None when not held. */
  readonly shownBy: readonly string[];
}

/** A checklist. */
export interface Checklist {
  readonly title: string;
  /** What of it is left out, and why. */
  readonly scope: string;
  readonly items: readonly Item[];
}

/** An item that holds, by what, and the tests that show it. */
export const held = (id: string, says: string, because: string, ...shownBy: [string, ...string[]]): Item => ({
  id,
  says,
  because,
  held: true,
  shownBy,
});

/** An item that nothing holds, or not all of it; `why` says what is missing. */
export const notHeld = (id: string, says: string, why: string): Item => ({
  id,
  says,
  because: why,
  held: false,
  shownBy: [],
});
