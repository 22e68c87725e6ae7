import { fire } from '../load/load.ts';
import { type Disturbance, disturbed } from '../measure/disturbed.ts';
import { stream } from '../measure/stream.ts';
import type { Bench, Outcome, Row } from '../row.ts';
import { under } from '../row.ts';
import { someHosts } from './detail.ts';

const hosts = 1_000_000;

export const neighbours: Row = {
  name: 'neighbours',
  about: 'p99 of details while one client reads a million hosts and another signs in with passwords 20 times a second',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(hosts);
    const headers = await stage.bearer('r:view:host');
    const { url, child } = stage.api;
    const guests = await stage.guests();
    const reading: Disturbance = async (_seconds, stop) => {
      while (!stop.aborted) {
        await stream(`${url}/api/inventory/host/`, headers, undefined, stop).catch((error: Error) => {
          if (!stop.aborted) throw error;
        });
      }
    };
    const signingIn: Disturbance = async (seconds) => {
      const shot = { kind: 'signIns', path: '/api/user/me/', ...guests } as const;
      const { failed, failure } = await fire({ url, shot, rate: 20, connections: 4 }, seconds);
      if (failed > 0) throw new Error(`Signing in failed: ${failure}`);
    };
    const measured = await disturbed(
      'neighbours',
      { pid: child.pid, load: () => ({ url, headers, shot: { kind: 'paths', paths: someHosts(hosts) } as const }) },
      [reading, signingIn],
      { ...bench, seconds: Math.max(5, bench.seconds) },
    );
    const value = measured.disturbed.p99 / measured.quiet.p99;
    return {
      figures: [{ what: 'p99, to that of details left alone', unit: 'ratio', value, atMost: 3 }],
      measured: under('detail', [measured.quiet, measured.disturbed]),
    };
  },
};
