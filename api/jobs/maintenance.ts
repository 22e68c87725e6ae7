import { anonymous } from '../../shared/access/principal.ts';
import { dropAuditMonths, makeAuditMonths } from '../../shared/audit/months.ts';
import { audit } from '../../shared/audit.ts';
import { sweepMedia } from '../media/sweep.ts';
import { inOneTransaction } from '../store/commands.ts';
import { forEach, type JobContext, type JobReport } from './job.ts';

/** A statement that puts one kind of row in order; `{keep}` is a number of days, `{offline}` one of hours. */
interface Sweep {
  readonly step: string;
  readonly resource: string;
  readonly sql: string;
}

const old = (column: string): string => `${column} < now() - make_interval(days => {keep})`;
const unseen = (column: string): string => `${column} < now() - make_interval(hours => {offline})`;

/** In this order: what is settled first is swept away later. */
const sweeps: readonly Sweep[] = [
  {
    step: 'location conflicts settled',
    resource: 'location_scan_conflict',
    sql: `UPDATE location_scan_conflict AS c SET status = 'resolved' FROM host AS h JOIN rack AS r ON r.id = h.rack_id
      JOIN lab AS l ON l.id = r.lab_id WHERE c.status = 'new' AND h.id = c.host_id
      AND (l.id = c.newlab_id OR l.network >>= h.ip)`,
  },
  {
    step: 'NIC conflicts settled',
    resource: 'nic_scan_conflict',
    sql: `UPDATE nic_scan_conflict AS c SET status = 'resolved' FROM nic AS n
      WHERE c.status = 'new' AND n.id = c.nic_id AND n.ip = c.newip`,
  },
  {
    step: 'unknown devices that are known now',
    resource: 'unknown_scan_conflict',
    sql: `UPDATE unknown_scan_conflict AS c SET status = 'resolved' FROM nic AS n
      WHERE c.status IN ('new', 'ignore') AND n.mac = c.mac`,
  },
  {
    step: 'hosts that went offline',
    resource: 'offline_host_warning',
    sql: `INSERT INTO offline_host_warning (host_id) SELECT h.id FROM host AS h
      WHERE h.status = 'active' AND ${unseen('h.lastseen')} ORDER BY h.id
      ON CONFLICT (host_id) WHERE status IN ('new', 'ignore') DO NOTHING`,
  },
  {
    step: 'virtual hosts not seen lately',
    resource: 'virtual_hosts_scan',
    sql: `UPDATE virtual_hosts_scan SET status = 'old' WHERE status = 'active' AND ${unseen('lastseen')}`,
  },
  {
    step: 'virtual hosts forgotten',
    resource: 'virtual_hosts_scan',
    sql: `DELETE FROM virtual_hosts_scan WHERE status <> 'ignore' AND ${old('lastseen')}`,
  },
  {
    step: 'offline warnings forgotten',
    resource: 'offline_host_warning',
    sql: `DELETE FROM offline_host_warning WHERE status NOT IN ('new', 'ignore') AND ${old('timestamp')}`,
  },
  {
    // With what they found, unless some of it still stands.
    step: 'scans forgotten',
    resource: 'scan_session',
    sql: `DELETE FROM scan_session AS s WHERE ${old('s.timestamp')}
      AND NOT EXISTS (SELECT FROM nic_scan_conflict AS c WHERE c.scan_id = s.id AND c.status IN ('new', 'ignore'))
      AND NOT EXISTS (SELECT FROM location_scan_conflict AS c WHERE c.scan_id = s.id AND c.status IN ('new', 'ignore'))
      AND NOT EXISTS (SELECT FROM unknown_scan_conflict AS c WHERE c.scan_id = s.id AND c.status IN ('new', 'ignore'))`,
  },
  {
    step: 'API tokens forgotten that had ended',
    resource: 'auth_token',
    sql: `DELETE FROM api_tokens WHERE ${old('api_token_ended(api_tokens)')}`,
  },
  {
    step: 'notices forgotten',
    resource: 'notice',
    sql: `DELETE FROM notice WHERE ${old('expires')}`,
  },
  {
    step: 'mails forgotten',
    resource: 'outbox',
    sql: `DELETE FROM outbox WHERE ${old('sent_at')}`,
  },
];

/**
 * Puts the records in order: settles findings that things have caught up with, warns of hosts that went away, lets
 * loans begin and end, and forgets what is over for long. Bookings stay for good.
 */
export async function runMaintenance(context: JobContext): Promise<JobReport> {
  const { knex, log, config, actor } = context;
  const done: Record<string, number> = {};
  let failed = 0;
  for (const { step, resource, sql } of sweeps) {
    const statement = sql
      .replaceAll('{keep}', String(config.retentionDays))
      .replaceAll('{offline}', String(config.offlineHours));
    try {
      done[step] = await knex.transaction(async (trx) => {
        const { rowCount } = await trx.raw<{ rowCount: number }>(statement);
        const changes = { [step]: { new: rowCount } };
        if (rowCount > 0) await audit(trx, actor, { action: 'maintenance', resource, objectId: null, changes });
        return rowCount;
      });
    } catch (error) {
      failed += 1;
      log.error({ err: error, step }, 'a step of the maintenance failed');
    }
  }
  try {
    done['files that nothing names'] = await sweepMedia(knex, config);
  } catch (error) {
    failed += 1;
    log.error({ err: error }, 'files could not be swept');
  }
  try {
    done['months of the audit trail begun'] = await makeAuditMonths(knex);
    done['months of the audit trail dropped'] = await forgetAudit(context);
  } catch (error) {
    failed += 1;
    log.error({ err: error }, 'the months of the audit trail could not be looked after');
  }
  const loans = await settleLoans(context);
  return { done: { ...done, 'loans that began or ended': loans.done }, failed: failed + loans.failed };
}

/** Drops the months of the audit trail that nobody wants kept any longer; that they were is in the trail. */
function forgetAudit({ knex, config, actor }: JobContext): Promise<number> {
  const keep = config.auditMonths;
  if (keep === null) return Promise.resolve(0);
  return knex.transaction(async (trx) => {
    const dropped = await dropAuditMonths(trx, keep);
    for (const { month, entries } of dropped) {
      const changes = { month: { old: month }, entries: { old: entries } };
      await audit(trx, actor, { action: 'drop', resource: 'audit_trail', objectId: month, changes });
    }
    return dropped.length;
  });
}

/** Loans whose moment has come take their host or give it back: written again as they are, they see to it themselves. */
async function settleLoans(context: JobContext): Promise<{ done: number; failed: number }> {
  const { rows } = await context.knex.raw<{ rows: { id: number }[] }>(
    `SELECT id FROM loan WHERE NOT returned
     AND (returned_date <= now() OR (start <= now() AND status_before IS NULL)) ORDER BY start, id`,
  );
  const ids = rows.map(({ id }) => id);
  const issuer = { principal: anonymous(), actor: context.actor };
  return forEach(context, 'loans', ids, async (id) => {
    await inOneTransaction(context.knex, issuer, ({ update }) => update('loan', id, {}));
    return true;
  });
}
