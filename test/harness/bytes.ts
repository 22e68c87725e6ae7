import { connect } from 'node:net';

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends a request as it is written, byte for byte: the method and path, the header lines, the body. `Host`,
 * `Connection: close` and, with a body, `Content-Length` are added; a body that is framed by itself says so.
 */
export function say(url: string, [first = '', ...lines]: readonly string[], body = '', framed = false): Promise<Said> {
  const { host, hostname, port } = new URL(url);
  const length = body === '' || framed ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [`${first} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, ...length];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      answer += text;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(read(answer)));
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function read(answer: string): Said {
  const end = answer.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1));
  return { status: Number(first.split(' ')[1]), headers, text: answer.slice(end + 4) };
}
