/** An answer's text. @throws Error when it is no success */
export async function textAt(url: string, headers: Record<string, string> = {}, body?: string): Promise<string> {
  const response = await fetch(url, { headers, ...(body !== undefined && { method: 'POST', body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

/** @throws Error showing where two servers answer differently: then they do not do the same work */
export function refuseDifference(what: string, ours: string, theirs: string): void {
  if (ours === theirs) return;
  let at = 0;
  while (ours[at] === theirs[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 60));
  throw new Error(`${what} answers other bytes than the api: ${around(theirs)} where that has ${around(ours)}`);
}
