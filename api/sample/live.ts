import type { Knex } from 'knex';

/** What last night's scan of the network left for people to settle: one of everything. */
export async function loadFindings(trx: Knex.Transaction): Promise<void> {
  const results = [
    { mac: '3c:ec:ef:5a:10:77', ip: '10.20.10.240', success: 'Unknown conflict created.' },
    { mac: '52:54:00:5a:10:78', ip: '10.20.10.241', success: 'Virtual host entry created.' },
  ];
  const [scan] = await trx('scan_session')
    .insert({
      agent_identifier: 'lab-livesync',
      timestamp: trx.raw("now() - interval '3 hours'"),
      raw_data: JSON.stringify(results.map(({ mac, ip }) => ({ mac, ip }))),
      processed: true,
      result: JSON.stringify(results.map(({ mac, success }) => ({ nic: mac, success }))),
    })
    .returning('id');
  await trx.raw(
    `WITH scan AS (SELECT id, timestamp AS seen FROM scan_session WHERE id = :scan),
     unknown AS (
       INSERT INTO unknown_scan_conflict (scan_id, ip, mac, lab_id, lastseen)
       SELECT s.id, '10.20.10.240', '3c:ec:ef:5a:10:77', l.id, s.seen FROM scan AS s, lab AS l WHERE l.name = 'Compute'),
     virtual AS (
       INSERT INTO virtual_hosts_scan (scan_id, ip, mac, lab_id, lastseen)
       SELECT s.id, '10.20.10.241', '52:54:00:5a:10:78', l.id, s.seen FROM scan AS s, lab AS l WHERE l.name = 'Compute'),
     moved AS (
       SELECT n.id AS nic, h.id AS host FROM nic AS n JOIN host AS h ON h.id = n.host_id JOIN rack AS r ON r.id = h.rack_id
         JOIN lab AS l ON l.id = r.lab_id
       WHERE l.name = 'Network' AND n."primary" AND h.status = 'active' ORDER BY n.id LIMIT 1),
     readdressed AS (
       INSERT INTO nic_scan_conflict (scan_id, nic_id, newip) SELECT s.id, m.nic, '10.20.30.242' FROM scan AS s, moved AS m
       RETURNING id),
     misplaced AS (
       INSERT INTO location_scan_conflict (scan_id, host_id, newlab_id, nsc_id)
       SELECT s.id, m.host, l.id, c.id FROM scan AS s, moved AS m, lab AS l, readdressed AS c WHERE l.name = 'Bring-up')
     INSERT INTO offline_host_warning (host_id)
       SELECT id FROM host WHERE status = 'missing' ORDER BY id LIMIT 1`,
    { scan: scan.id },
  );
  await trx('ignored_mac').insert({ mac: '00:1b:a9:12:34:56', reason: 'The printer in the corridor' });
}
