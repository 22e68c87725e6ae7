import cliProgress from 'cli-progress';

/** Tells how far an import has come. */
export interface Progress {
  start(total: number): void;
  step(rows: number, model: string): void;
  stop(): void;
}

/** A bar on a terminal's standard error; nothing where that is not a terminal. */
export function terminalProgress(): Progress {
  if (!process.stderr.isTTY) return { start() {}, step() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    { format: ' {bar} {value}/{total} {model}', hideCursor: true, clearOnComplete: true, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  return {
    start: (total) => bar.start(total, 0, { model: '' }),
    step: (rows, model) => bar.increment(rows, { model }),
    stop: () => bar.stop(),
  };
}
