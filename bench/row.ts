import type { Measured, Rounds } from './measure/compare.ts';
import type { Stage } from './stage.ts';

/** What rows are measured with. */
export interface Bench extends Rounds {
  /** Hosts that rows without a size of their own are measured with. */
  readonly hosts: number;
  /** The services on a database with so many hosts; they stay until the bench ends. */
  stage(hosts: number): Promise<Stage>;
}

/** One figure of the table, with what it is to reach. */
export interface Figure {
  readonly what: string;
  readonly unit: 'ratio' | 'ms' | 'MB';
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What measuring a row brought. */
export interface Outcome {
  readonly figures: readonly Figure[];
  /** The servers behind the figures. */
  readonly measured: readonly (Measured & { readonly under: string })[];
}

/** A row of the table. */
export interface Row {
  readonly name: string;
  readonly about: string;
  run(bench: Bench): Promise<Outcome>;
}

/** Whether a figure is what it is to be. */
export const isMet = ({ value, atLeast, atMost }: Figure): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);

/** How many times the answers a second of another server. */
export const ratio = (
  what: string,
  ours: Measured,
  theirs: Measured,
  bounds: Pick<Figure, 'atLeast' | 'atMost'>,
): Figure => ({ what, unit: 'ratio', value: ours.rate / theirs.rate, ...bounds });

/** Measurements of one kind of request. */
export const under = (name: string, measured: readonly Measured[]) => measured.map((one) => ({ ...one, under: name }));

/** Several outcomes as one. */
export const outcomeOf = (outcomes: readonly Outcome[]): Outcome => ({
  figures: outcomes.flatMap(({ figures }) => figures),
  measured: outcomes.flatMap(({ measured }) => measured),
});
