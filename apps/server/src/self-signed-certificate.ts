import { execFile } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '@antiphon/session';
import { ServerError } from './server-error.ts';

/** The longest that Apple's systems accept of a certificate that a person trusts by hand. */
const VALID_DAYS = 825;

/** A certificate this near its end is made anew, so that none ends while a server runs. */
const RENEWED_BEFORE_MS = 30 * 24 * 60 * 60_000;

/** Signing takes milliseconds; a program that hangs must not hang the start. */
const OPENSSL_TIMEOUT_MS = 30_000;

/** Not an authority: whoever trusts it trusts these names, whatever becomes of the key. */
const REQUEST = `[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
O = Antiphon on this machine
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
`;

/** Where a certificate and its key are, in PEM. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a certificate is made with. */
export interface SelfSigning {
  readonly dataDir: string;
  readonly clock: Clock;
  /** The program that signs, as the shell would find it. */
  readonly openssl?: string;
}

/**
 * The certificate for localhost in the `tls` folder of the data folder, made when there is none or
 * it is about to expire; both files are readable by their owner only. Rejects with a ServerError,
 * `invalid_config`, when it cannot be made.
 */
export async function selfSignedCertificate(signing: SelfSigning): Promise<CertificateFiles> {
  const folder = path.join(signing.dataDir, 'tls');
  const files = { certFile: path.join(folder, 'cert.pem'), keyFile: path.join(folder, 'key.pem') };
  try {
    if (!(await isUsable(files, signing.clock.now()))) await makeCertificate(folder, signing);
    return files;
  } catch (error) {
    throw new ServerError('invalid_config', complaint(folder, error), { cause: error });
  }
}

async function isUsable({ certFile, keyFile }: CertificateFiles, nowMs: number): Promise<boolean> {
  const [cert] = await Promise.all([readFile(certFile), readFile(keyFile)]).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [null];
      throw error;
    },
  );
  if (!cert) return false;
  return Date.parse(new X509Certificate(cert).validTo) - nowMs > RENEWED_BEFORE_MS;
}

/** Works in a folder beside and moves it into place, so that no half of a pair is ever found. */
async function makeCertificate(folder: string, { dataDir, openssl }: SelfSigning): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const making = await mkdtemp(path.join(dataDir, 'tls-'));
  try {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyFile = path.join(making, 'key.pem');
    const requestFile = path.join(making, 'request.cnf');
    await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    await writeFile(requestFile, REQUEST);
    const { stdout } = await promisify(execFile)(
      openssl ?? 'openssl',
      ['req', '-x509', '-new', '-sha256', '-days', `${VALID_DAYS}`].concat(
        ['-key', keyFile],
        ['-config', requestFile],
      ),
      { timeout: OPENSSL_TIMEOUT_MS },
    );
    await writeFile(path.join(making, 'cert.pem'), stdout, { mode: 0o600 });
    await rm(requestFile);
    await rm(folder, { recursive: true, force: true });
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

function complaint(folder: string, error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && syscall?.startsWith('spawn')) {
    return (
      'ANTIPHON_TLS is "self-signed", which needs the program `openssl`, and it is not there.\n' +
      'Install the package "openssl" (apt-get install openssl, brew install openssl), or set ' +
      'ANTIPHON_TLS_CERT and ANTIPHON_TLS_KEY to a certificate you have.'
    );
  }
  const problem = error instanceof Error ? error.message.trim() : String(error);
  return (
    `ANTIPHON_TLS is "self-signed", but no certificate could be made or read in ${folder}: ` +
    `${problem}\nDelete that folder to have it made anew, or set ANTIPHON_DATA_DIR to one that ` +
    'can be written.'
  );
}
