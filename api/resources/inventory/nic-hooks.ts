import type { Change, Hooks, Row } from '../declaration.ts';

/** A host's address and the moment it was last seen follow from its NICs, in the transaction that changes these. */
export const nicHooks: Hooks = {
  async afterWrite(change) {
    await takeBack(change);
    await passOn(change);
  },
  async afterDelete(change) {
    await takeBack(change);
  },
};

interface Told {
  host: number;
  ip: string;
  lastseen: Date | null;
  takes_ip: boolean;
  seen_later: boolean;
}

/**
 * A host takes the address of its primary NIC; without an address and with a primary NIC that has none, that of any
 * other. It was seen when its NICs were.
 */
async function passOn({ trx, row, update }: Change): Promise<void> {
  const { rows } = await trx.raw<{ rows: Told[] }>(
    `SELECT h.id AS host, n.ip::text AS ip, n.lastseen,
            host(h.ip) IS DISTINCT FROM host(n.ip) AND (n."primary" OR h.ip IS NULL AND EXISTS (
              SELECT 1 FROM nic AS p WHERE p.host_id = h.id AND p."primary" AND p.ip IS NULL)) AS takes_ip,
            n.lastseen IS NOT NULL AND (h.lastseen IS NULL OR n.lastseen > h.lastseen) AS seen_later
     FROM nic AS n JOIN host AS h ON h.id = n.host_id WHERE n.id = ? AND n.ip IS NOT NULL FOR UPDATE OF h`,
    [row.id as number],
  );
  const told = rows[0];
  if (!told?.takes_ip && !told?.seen_later) return;
  const values: Row = {};
  if (told.takes_ip) values.ip = told.ip;
  if (told.seen_later) values.lastseen = told.lastseen;
  await update('host', told.host, values);
}

/** An address that no NIC of the host has any more is not the host's any more; its primary NIC's is. */
async function takeBack({ trx, before, update }: Change): Promise<void> {
  if (!before?.host || !before.ip) return;
  const { rows } = await trx.raw<{ rows: { ip: string | null }[] }>(
    `SELECT (SELECT p.ip::text FROM nic AS p WHERE p.host_id = h.id AND p."primary") AS ip
     FROM host AS h WHERE h.id = :host AND host(h.ip) = host(CAST(:ip AS inet))
       AND NOT EXISTS (SELECT 1 FROM nic AS n WHERE n.host_id = h.id AND n.ip = CAST(:ip AS inet)) FOR UPDATE OF h`,
    { host: before.host as number, ip: before.ip as string },
  );
  if (rows[0]) await update('host', before.host as number, { ip: rows[0].ip });
}
