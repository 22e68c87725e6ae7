import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** A mail server on a port of its own, which keeps what it is sent. */
export interface SmtpServer {
  readonly url: string;
  /** What came after DATA, mail by mail. */
  readonly mails: readonly string[];
  /** While true, it answers that it can't take a mail now. */
  refuses: boolean;
  close(): Promise<void>;
}

/** Speaks as much of RFC 5321 as a client needs to leave a mail. */
export async function smtpServer(): Promise<SmtpServer> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    let rest = '';
    let data: string[] | null = null;
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 here');
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8');
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data) {
          if (line !== '.') data.push(line);
          else {
            mails.push(data.join('\n'));
            data = null;
            say('250 taken');
          }
        } else if (/^DATA/i.test(line)) {
          data = [];
          say('354 go on');
        } else if (/^MAIL/i.test(line) && self.refuses) say('451 not now');
        else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say('250 fine');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    refuses: false,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}
