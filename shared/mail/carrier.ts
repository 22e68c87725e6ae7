import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Services } from '../services.ts';
import type { Letter } from './letter.ts';

/** A letter with what stands on its envelope. */
export interface Mail extends Letter {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly writtenAt: Date;
}

/** What takes mails away. */
export interface Carrier {
  /** Null: a mail server. Else the folder in which mails are kept as files. */
  readonly folder: string | null;
  send(mail: Mail): Promise<void>;
  close(): void;
}

type Settings = Pick<Services['config'], 'smtpUrl' | 'mailFrom' | 'publicUrl' | 'dataDir' | 'instanceName'>;

/** A mail server that keeps silent is given up after this long; milliseconds. */
const patience = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 30_000 };

/** Sends by SMTP where that is configured; else keeps each mail as a file, which any mail program opens. */
export function openCarrier(config: Settings): Carrier {
  const envelope = envelopeOf(config);
  if (config.smtpUrl) {
    const server = createTransport({
      url: config.smtpUrl,
      ...patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return {
      folder: null,
      send: async (mail) => {
        await server.sendMail(envelope(mail));
      },
      close: () => server.close(),
    };
  }
  const folder = join(config.dataDir, 'outbox');
  const writer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    folder,
    async send(mail) {
      const { message } = await writer.sendMail(envelope(mail));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `${mail.id.padStart(6, '0')}-${mail.kind}.eml`);
      await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
      await rename(`${file}.part`, file);
    },
    close: () => writer.close(),
  };
}

/** The headers of our mails. The id stays the same when one is sent again, so that mail servers can tell. */
function envelopeOf({ mailFrom, publicUrl, instanceName }: Settings) {
  const { hostname } = new URL(publicUrl);
  return ({ id, recipient, subject, text, writtenAt }: Mail) => ({
    from: mailFrom ?? { name: instanceName, address: `quartermaster@${hostname}` },
    to: { name: '', address: recipient },
    subject,
    text,
    date: writtenAt,
    messageId: `<quartermaster-${id}@${hostname}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
}
