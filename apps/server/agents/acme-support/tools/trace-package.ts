import { ORDERS } from './orders/orders.ts';

/** Longer than a caller holds, and than it takes to agree on an e-mail instead. */
const CARRIER_MS = 25_000;

/** Asks the carrier where the package of an order is, which takes the carrier a while. */
export default async function tracePackage(
  { order_id }: { readonly order_id: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<unknown> {
  const order = ORDERS.get(order_id);
  if (!order) return { found: false };
  await carrierAnswers(signal);
  return {
    order_id,
    location: 'Columbus, Ohio',
    last_scan: 'April 22',
    expected_delivery: order.expected_delivery,
  };
}

function carrierAnswers(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const hangUp = (): void => {
      clearTimeout(answer);
      reject(new Error('The carrier was not waited for.'));
    };
    const answer = setTimeout(() => {
      signal.removeEventListener('abort', hangUp);
      resolve();
    }, CARRIER_MS);
    signal.addEventListener('abort', hangUp, { once: true });
  });
}
