import { FormBrowser } from '../../test/harness/form-browser.ts';
import { issuers } from '../identity.ts';
import { fire, type Load } from '../load/load.ts';
import type { Shot } from '../load/shots.ts';
import { disturbed } from '../measure/disturbed.ts';
import { type Bench, type Outcome, outcomeOf, type Row, under } from '../row.ts';
import type { Stage } from '../stage.ts';
import { someHosts } from './detail.ts';

const page = '/accounts/login/';

export const signIns: Row = {
  name: 'sign-ins',
  about: 'p99 of tokens and of details while eight people at a time sign in with passwords, to the same left alone',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const shot = await signingIn(stage);
    const rounds = { ...bench, seconds: Math.max(5, bench.seconds) };
    const signIn = async (seconds: number) => {
      const { failed, failure } = await fire({ url: stage.services.config.publicUrl, shot, connections: 8 }, seconds);
      if (failed > 0) throw new Error(`Signing in failed: ${failure}`);
    };
    const { ours, close } = await issuers(stage);
    try {
      const token = {
        kind: 'body',
        path: ours.paths.token,
        body: 'grant_type=client_credentials&scope=g%3Aread',
      } as const;
      const loads: Record<string, { pid: number | undefined; load: () => Load }> = {
        token: { pid: ours.server.child.pid, load: () => ({ url: ours.url, headers: ours.machine, shot: token }) },
      };
      const headers = await stage.bearer('r:view:host');
      const detail = { kind: 'paths', paths: someHosts(bench.hosts) } as const;
      loads.detail = { pid: stage.api.child.pid, load: () => ({ url: stage.api.url, headers, shot: detail }) };
      const outcomes: Outcome[] = [];
      for (const [name, subject] of Object.entries(loads)) {
        const measured = await disturbed(`sign-ins, ${name}`, subject, [signIn], rounds);
        const value = measured.disturbed.p99 / measured.quiet.p99;
        outcomes.push({
          figures: [{ what: `p99 of ${name}, to the same left alone`, unit: 'ratio', value, atMost: 3 }],
          measured: under(name, Object.values(measured)),
        });
      }
      return outcomeOf(outcomes);
    } finally {
      await close();
    }
  },
};

/** The form of the sign-in page as a browser would send it. */
async function signingIn(stage: Stage): Promise<Shot> {
  const url = stage.services.config.publicUrl;
  const { people, password } = await stage.guests();
  const browser = new FormBrowser(url);
  const { html } = await browser.open(page);
  const hidden = [...html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([input]) => {
    const [name = '', value = ''] = ['name', 'value'].map((key) => new RegExp(`\\b${key}="([^"]*)"`).exec(input)?.[1]);
    return [name, value] as const;
  });
  return {
    kind: 'signInForms',
    path: page,
    people,
    fields: { ...Object.fromEntries(hidden), password },
    headers: {
      cookie: browser.cookiesFor(page),
      origin: url,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
  };
}
