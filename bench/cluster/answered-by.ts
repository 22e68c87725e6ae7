/** Lists by the database server that answered them. */
export type AnsweredBy = Record<'replica' | 'primary', number>;

/** @returns what tells how many the api processes that are still there had answered by each server from now on */
export async function answeredSince(apis: readonly string[]): Promise<() => Promise<AnsweredBy>> {
  const before = await countsOf(apis);
  return async () => {
    const after = await countsOf(apis);
    const since = (server: keyof AnsweredBy) =>
      [...after].reduce((sum, [api, counts]) => sum + counts[server] - (before.get(api)?.[server] ?? 0), 0);
    return { replica: since('replica'), primary: since('primary') };
  };
}

async function countsOf(apis: readonly string[]): Promise<Map<string, AnsweredBy>> {
  const told = new Map<string, AnsweredBy>();
  for (const api of apis) {
    const figures = await fetch(`${api}/metrics`).then(
      (answer) => answer.text(),
      () => null,
    );
    if (figures === null) continue;
    const of = (server: string) =>
      Number(new RegExp(`^reads_total\\{server="${server}"\\} (\\d+)$`, 'm').exec(figures)?.[1]);
    told.set(api, { replica: of('replica'), primary: of('primary') });
  }
  return told;
}
