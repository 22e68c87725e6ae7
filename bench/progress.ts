/** Says on standard error what is being done, on one line that the next one replaces; nothing where nobody watches. */
export function progress(doing: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${doing.slice(0, process.stderr.columns - 1)}`);
  else if (doing && process.env.CI) console.error(doing);
}
