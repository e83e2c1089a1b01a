import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A certificate for this machine that nobody has signed, in PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  /** Removes the file. */
  close(): Promise<void>;
}

/** Makes one, with the program `openssl`; its names are those given. */
export async function selfSigned(
  names = 'DNS:localhost,IP:127.0.0.1',
  days = 2,
): Promise<SelfSigned> {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-cert-'));
  const certFile = path.join(folder, 'cert.pem');
  const keyFile = path.join(folder, 'key.pem');
  await promisify(execFile)(
    'openssl',
    ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'].concat(
      ['-keyout', keyFile, '-out', certFile, '-days', String(days), '-subj', '/CN=localhost'],
      ['-addext', `subjectAltName=${names}`],
    ),
  );
  return {
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    certFile,
    close: () => rm(folder, { recursive: true }),
  };
}
