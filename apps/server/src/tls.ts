import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '@antiphon/session';
import type { ServerConfig } from './config.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { ServerError } from './server-error.ts';

/** What the server proves with who it is, in PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly certFile: string;
  /** Whether clients must be told to trust the file. */
  readonly isSelfSigned: boolean;
}

/**
 * The certificate and key of the configuration; `null` when the server speaks plain HTTP. Rejects
 * with a ServerError, `invalid_config`, that names the setting, the file and what is wrong with it.
 */
export async function openTls(
  { tls, dataDir }: Pick<ServerConfig, 'tls' | 'dataDir'>,
  clock: Clock,
): Promise<Tls | null> {
  if (tls === null) return null;
  const isSelfSigned = tls === 'self-signed';
  const files = isSelfSigned ? await selfSignedCertificate({ dataDir, clock }) : tls;
  const { certFile, keyFile } = files;
  const cert = await read('ANTIPHON_TLS_CERT', certFile);
  const key = await read('ANTIPHON_TLS_KEY', keyFile);
  const certificate = parsed('ANTIPHON_TLS_CERT', certFile, () => new X509Certificate(cert));
  const privateKey = parsed('ANTIPHON_TLS_KEY', keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ServerError(
      'invalid_config',
      `ANTIPHON_TLS_KEY is ${keyFile}, which is not the key of the certificate ${certFile}; ` +
        'use the key that the certificate was made for, with the server’s own certificate first.',
    );
  }
  return { cert, key, certFile, isSelfSigned };
}

async function read(setting: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file' : message;
    throw new ServerError(
      'invalid_config',
      `${setting} is ${file}, which cannot be read: ${problem}.`,
      { cause },
    );
  }
}

function parsed<Result>(setting: string, file: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (cause) {
    const what = setting === 'ANTIPHON_TLS_CERT' ? 'certificate' : 'unencrypted private key';
    throw new ServerError(
      'invalid_config',
      `${setting} is ${file}, which holds no ${what} in PEM: ${(cause as Error).message}.`,
      { cause },
    );
  }
}
