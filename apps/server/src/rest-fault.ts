import type { ProtocolFault } from '@antiphon/protocol';
import type { FastifyReply } from 'fastify';

/** What is wrong with a request, in the members of the API's `error` object. */
export interface RestFault extends Omit<ProtocolFault, 'code'> {
  readonly code: string | null;
}

/** Answers a request with `{ error: { type, code, message, param } }`. */
export function sendFault(
  reply: FastifyReply,
  status: number,
  { type, code, message, param }: RestFault,
): FastifyReply {
  return reply.code(status).send({ error: { type, code, message, param } });
}
